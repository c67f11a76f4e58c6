import test from 'ava'
import { dissect, isMalformed } from '../oracles/tshark.ts'
import { TRANSCRIPTS } from './meridian.ts'

/** Elements whose reading by Wireshark's dissector must be ours. */
const COMPARED = ['2', '3', '4', '7', '11', '12', '13', '18', '22', '37', '39', '41', '42', '49']

const steps = TRANSCRIPTS.flatMap((transcript) => transcript.steps)
const wires = steps.map(({ hex }) => Buffer.from(hex, 'hex'))

test('Wireshark’s dissector reads from the transcripts’ bytes what the transcripts print', (t) => {
  const rows = dissect(wires, 'text')
  t.is(rows.length, steps.length)
  for (const [index, { mti, fields }] of steps.entries()) {
    const row = rows[index] ?? {}
    const read = COMPARED.map((element) => String(row[`iso8583.bit${element}`] ?? '').trimEnd())
    const printed = COMPARED.map((element) => String(fields[element] ?? ''))
    t.deepEqual([row['iso8583.mti'], ...read], [mti, ...printed], `message ${index + 1}`)
  }
})

test('the dissector finds nothing malformed in them', (t) => {
  for (const row of dissect(wires, 'text')) t.false(isMalformed(row))
  t.true(isMalformed(dissect([Buffer.from(String(steps[0]?.hex).slice(0, -2), 'hex')], 'text')[0]))
})
