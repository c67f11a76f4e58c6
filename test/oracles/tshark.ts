import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { captureOf, packetOf } from './capture.ts'

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

/**
 * Runs the dissector once over a capture of all messages, each a TCP connection of its own.
 *
 * @throws when tshark is not installed
 */
export function dissect(messages: readonly Buffer[], form: Form): Dissected[] {
  if (spawnSync('tshark', ['--version']).error) {
    throw new Error('tshark is missing: install it (Debian: apt-get install tshark) and run again')
  }
  const folder = mkdtempSync(join(tmpdir(), 'dissection-'))
  try {
    const file = join(folder, 'messages.pcap')
    writeFileSync(file, captureOf(messages.map(connectionOf)))
    const preferences = ['len_endian:Big endian', ...PREFERENCES[form]]
    const options = preferences.flatMap((preference) => ['-o', `iso8583.${preference}`])
    const output = execFileSync(
      'tshark',
      ['-r', file, '-d', `tcp.port==${PORT},iso8583`, ...options, '-T', 'json'],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
    )
    return JSON.parse(output).map(dissectedOf)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whether the dissector found what it read to be no message. */
export function isMalformed(dissected: Dissected | undefined): boolean {
  return JSON.stringify(dissected ?? 'MALFORMED').includes('MALFORMED')
}

interface Packet {
  readonly _source: {
    readonly layers: { readonly iso8583?: Dissected; readonly [name: string]: unknown }
  }
}

/** That a message ends too early is said beside it, what is wrong with an element within. */
function dissectedOf({ _source: { layers } }: Packet): Dissected {
  const beside = Object.keys(layers).filter((name) => name.startsWith('_ws.'))
  return { ...layers.iso8583, ...Object.fromEntries(beside.map((name) => [name, 'MALFORMED'])) }
}

/** The dissector takes a length of two bytes in front. */
function connectionOf(message: Buffer, index: number): Buffer {
  const length = Buffer.of(message.length >> 8, message.length & 255)
  const segment = { from: 10_000 + index, to: PORT, sequence: 1, heard: 0 }
  return packetOf(segment, Buffer.concat([length, message]))
}
