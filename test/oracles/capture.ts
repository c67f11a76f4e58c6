/** Capture files, for readers that are none of ours. */

/** Where a piece of a TCP connection goes, and how far both sides are. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly sequence: number
  readonly heard: number
}

/**
 * A capture file of packets made by `packetOf`.
 * https://www.tcpdump.org/manpages/pcap-savefile.5.html; each packet begins with its IPv4 header.
 */
export function captureOf(packets: readonly Buffer[]): Buffer {
  const header = Buffer.concat([
    Buffer.from('d4c3b2a1', 'hex'),
    Buffer.from(Uint16Array.of(2, 4).buffer),
    Buffer.from(Uint32Array.of(0, 0, 65_535, 228).buffer),
  ])
  return Buffer.concat([header, ...packets])
}

/** Record header, IPv4 header (RFC 791) and TCP header (RFC 9293), checksums left at zero. */
export function packetOf(
  { from, to, sequence, heard }: Segment,
  content: Buffer,
  atMs = 0,
): Buffer {
  const record = Buffer.alloc(16)
  const ip = Buffer.alloc(20)
  const tcp = Buffer.alloc(20)
  const length = ip.length + tcp.length + content.length
  record.writeUInt32LE(Math.floor(atMs / 1000), 0)
  record.writeUInt32LE((atMs % 1000) * 1000, 4)
  record.writeUInt32LE(length, 8)
  record.writeUInt32LE(length, 12)
  ip.writeUInt8(0x45, 0)
  ip.writeUInt16BE(length, 2)
  ip.writeUInt8(64, 8)
  ip.writeUInt8(6, 9)
  ip.set([127, 0, 0, 1], 12)
  ip.set([127, 0, 0, 1], 16)
  tcp.writeUInt16BE(from, 0)
  tcp.writeUInt16BE(to, 2)
  tcp.writeUInt32BE(sequence, 4)
  tcp.writeUInt32BE(heard, 8)
  tcp.writeUInt8(0x50, 12)
  tcp.writeUInt8(0x18, 13)
  tcp.writeUInt16BE(65_535, 14)
  return Buffer.concat([record, ip, tcp, content])
}
