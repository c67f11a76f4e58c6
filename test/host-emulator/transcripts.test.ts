import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { TRANSCRIPTS } from './meridian.ts'
import { play } from './playing.ts'

test('there are transcripts to play', (t) => {
  t.true(TRANSCRIPTS.length >= 20)
})

test('each is of the form that specs/transcript.schema.json gives', (t) => {
  const schema = JSON.parse(readFileSync('specs/transcript.schema.json', 'utf8'))
  const fits = new Ajv2020({ validateFormats: false }).compile(schema)
  for (const { name, ...transcript } of TRANSCRIPTS) {
    t.true(fits(transcript), `${name}: ${JSON.stringify(fits.errors)}`)
  }
})

for (const transcript of TRANSCRIPTS) {
  const { name, flow, steps } = transcript
  test(`${name}, to the byte: ${flow}`, async (t) => {
    const { said, verdicts } = await play(transcript)
    for (const { step, hex, expected } of said) t.is(hex, expected, `step ${step}`)
    const told = steps.filter(({ from, mti }) => from === 'gateway' && mti === '0810')
    t.deepEqual(
      verdicts,
      told.map(({ fields }) => String(fields['39'])),
    )
  })
}
