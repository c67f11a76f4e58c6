import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What Wireshark's dissector reads from a message: values by field, `iso8583.bit2` and so on. */
export type Dissected = Readonly<Record<string, unknown>>

/** How the dissector is to take numbers, binary values and bitmaps. */
export type Form = 'text' | 'packed'

const PORT = 5000

const PREFERENCES: Readonly<Record<Form, readonly string[]>> = {
  text: [
    'charset:Digits represented as ASCII Characters',
    'binencode:Bin data represented as Hex Ascii characters',
  ],
  packed: ['charset:Digits represented in nibbles', 'binencode:Bin data not encoded'],
}

/** Runs the dissector once over a capture of all messages, each a TCP connection of its own. */
export function dissect(messages: readonly Buffer[], form: Form): Dissected[] {
  const folder = mkdtempSync(join(tmpdir(), 'dissection-'))
  try {
    const file = join(folder, 'messages.pcap')
    writeFileSync(file, captureOf(messages))
    const preferences = ['len_endian:Big endian', ...PREFERENCES[form]]
    const options = preferences.flatMap((preference) => ['-o', `iso8583.${preference}`])
    const output = execFileSync(
      'tshark',
      ['-r', file, '-d', `tcp.port==${PORT},iso8583`, ...options, '-T', 'json', '-J', 'iso8583'],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    return JSON.parse(output).map(dissectedOf)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function dissectedOf(packet: { _source: { layers: { iso8583?: Dissected } } }): Dissected {
  return packet._source.layers.iso8583 ?? {}
}

/** A capture file of raw IPv4 packets; the dissector takes a length of two bytes in front. */
function captureOf(messages: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(101, 20)
  const records = messages.map((message, index) => {
    const packet = tcpPacket(message, 10_000 + index)
    const record = Buffer.alloc(16)
    record.writeUInt32LE(packet.length, 8)
    record.writeUInt32LE(packet.length, 12)
    return Buffer.concat([record, packet])
  })
  return Buffer.concat([header, ...records])
}

/**
 * IPv4 (RFC 791) and TCP (RFC 9293) without options; Wireshark does not check their sums unless
 * told.
 */
function tcpPacket(message: Buffer, senderPort: number): Buffer {
  const packet = Buffer.alloc(42)
  packet.writeUInt16BE(0x4500, 0)
  packet.writeUInt16BE(42 + message.length, 2)
  packet.writeUInt16BE(0x4006, 8)
  packet.writeUInt32BE(0x0a000001, 12)
  packet.writeUInt32BE(0x0a000002, 16)
  packet.writeUInt16BE(senderPort, 20)
  packet.writeUInt16BE(PORT, 22)
  packet.writeUInt32BE(1, 24)
  packet.writeUInt16BE(0x5018, 32)
  packet.writeUInt16BE(65_535, 34)
  packet.writeUInt16BE(message.length, 40)
  return Buffer.concat([packet, message])
}
