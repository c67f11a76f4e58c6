import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A wire between a gateway and its host that keeps what passes, as a capture that others can read.
 */
export interface RecordingLine {
  /** Where the gateway is to connect. */
  readonly port: number
  /** Write what has passed so far as a capture file. */
  save(file: string): void
  close(): void
}

/** Listen on a free port, and pass every connection on to the host's. */
export async function openRecordingLine(hostPort: number): Promise<RecordingLine> {
  const packets: Buffer[] = []
  const sockets = new Set<Socket>()
  let callers = 0

  const server = createServer((gateway) => {
    const host = connect(hostPort, '127.0.0.1')
    const record = createStream(packets, { gateway: 40_000 + ++callers, host: hostPort })
    for (const [from, to, direction] of [
      [gateway, host, 'toHost'],
      [host, gateway, 'toGateway'],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk: Buffer) => {
        record(direction, chunk)
        to.write(chunk)
      })
      from.on('error', () => from.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    save: (file) => writeFileSync(file, Buffer.concat([FILE_HEADER, ...packets])),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

type Direction = 'toHost' | 'toGateway'

/** One TCP connection in the capture: packets of at most one IPv4 packet's content, numbered on. */
function createStream(packets: Buffer[], ports: { gateway: number; host: number }) {
  const next = { toHost: 1, toGateway: 1 }

  return (direction: Direction, bytes: Buffer): void => {
    const other = direction === 'toHost' ? 'toGateway' : 'toHost'
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES_MAX) {
      const content = bytes.subarray(at, at + SEGMENT_BYTES_MAX)
      const { gateway, host } = ports
      const [from, to] = direction === 'toHost' ? [gateway, host] : [host, gateway]
      packets.push(packet({ from, to, sequence: next[direction], heard: next[other] }, content))
      next[direction] += content.length
    }
  }
}

const SEGMENT_BYTES_MAX = 1400

/**
 * https://www.tcpdump.org/manpages/pcap-savefile.5.html; each packet begins with its IPv4 header.
 */
const FILE_HEADER = Buffer.concat([
  Buffer.from('d4c3b2a1', 'hex'),
  Buffer.from(Uint16Array.of(2, 4).buffer),
  Buffer.from(Uint32Array.of(0, 0, 65_535, 228).buffer),
])

interface Segment {
  readonly from: number
  readonly to: number
  readonly sequence: number
  readonly heard: number
}

/** Record header, IPv4 header (RFC 791) and TCP header (RFC 9293), checksums left at zero. */
function packet({ from, to, sequence, heard }: Segment, content: Buffer): Buffer {
  const record = Buffer.alloc(16)
  const ip = Buffer.alloc(20)
  const tcp = Buffer.alloc(20)
  const length = ip.length + tcp.length + content.length
  const nowMs = Date.now()
  record.writeUInt32LE(Math.floor(nowMs / 1000), 0)
  record.writeUInt32LE((nowMs % 1000) * 1000, 4)
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
