import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { type Step, TRANSCRIPTS } from './meridian.ts'
import { frame } from './peer.ts'

/** Elements whose reading by Wireshark's dissector must be ours. */
const COMPARED = ['2', '3', '4', '7', '11', '12', '13', '18', '22', '37', '39', '41', '42', '49']

test('Wireshark’s dissector reads from the transcripts’ bytes what the transcripts print', (t) => {
  if (spawnSync('tshark', ['--version']).error) {
    t.fail('tshark is missing: install it (Debian: apt-get install tshark) and run again')
    return
  }
  const steps = TRANSCRIPTS.flatMap((transcript) => transcript.steps)
  const rows = dissect(steps)
  t.is(rows.length, steps.length)
  for (const [index, { mti, fields }] of steps.entries()) {
    const printed = COMPARED.map((element) => String(fields[element] ?? ''))
    const row = (rows[index] ?? []).map((value) => value.trimEnd())
    t.deepEqual(row, [mti, ...printed], `message ${index + 1}`)
  }
})

test('the dissector finds nothing malformed in them', (t) => {
  const steps = TRANSCRIPTS.flatMap((transcript) => transcript.steps)
  t.notRegex(tshark(steps, ['-V']), /malformed/i)
  const damaged = { ...steps[0], hex: String(steps[0]?.hex).slice(0, -2) } as Step
  t.regex(tshark([damaged], ['-V']), /malformed|unreassembled|exception/i)
})

function dissect(steps: readonly Step[]): string[][] {
  const names = ['iso8583.mti', ...COMPARED.map((element) => `iso8583.bit${element}`)]
  const table = tshark(steps, ['-T', 'fields', ...names.flatMap((name) => ['-e', name])])
  return table.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')]))
}

const PORT = 5000

function tshark(steps: readonly Step[], output: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'dissection-')), 'transcripts.pcap')
  writeFileSync(file, capture(steps))
  const decoding = ['-d', `tcp.port==${PORT},iso8583`, '-o', 'iso8583.len_endian:Big endian']
  const options = ['-r', file, ...decoding, ...output]
  return execFileSync('tshark', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}

/** A capture file of raw IPv4 packets, each message a TCP connection of its own. */
function capture(steps: readonly Step[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(101, 20)
  const packets = steps.map(({ from, hex }, index) => {
    const packet = tcpPacket(frame(Buffer.from(hex, 'hex')), from === 'gateway', 10_000 + index)
    const record = Buffer.alloc(16)
    record.writeUInt32LE(packet.length, 8)
    record.writeUInt32LE(packet.length, 12)
    return Buffer.concat([record, packet])
  })
  return Buffer.concat([header, ...packets])
}

/**
 * IPv4 (RFC 791) and TCP (RFC 9293) without options; Wireshark does not check their sums unless
 * told.
 */
function tcpPacket(payload: Buffer, toHost: boolean, otherPort: number): Buffer {
  const packet = Buffer.alloc(40)
  packet.writeUInt16BE(0x4500, 0)
  packet.writeUInt16BE(40 + payload.length, 2)
  packet.writeUInt16BE(0x4006, 8)
  packet.writeUInt32BE(0x0a000001, 12)
  packet.writeUInt32BE(0x0a000002, 16)
  packet.writeUInt16BE(toHost ? otherPort : PORT, 20)
  packet.writeUInt16BE(toHost ? PORT : otherPort, 22)
  packet.writeUInt32BE(1, 24)
  packet.writeUInt16BE(0x5018, 32)
  packet.writeUInt16BE(65_535, 34)
  return Buffer.concat([packet, payload])
}
