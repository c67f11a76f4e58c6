import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test, { type ExecutionContext } from 'ava'
import type { HostEmulator } from '#host-emulator'
import { fakeClock, type Step, TRANSCRIPTS, type Transcript } from './meridian.ts'
import { createPeer, startEmulator } from './peer.ts'

test('there are transcripts to play', (t) => {
  t.true(TRANSCRIPTS.length >= 18)
})

test('each is of the form that specs/transcript.schema.json gives', (t) => {
  const schema = JSON.parse(readFileSync('specs/transcript.schema.json', 'utf8'))
  const fits = new Ajv2020({ validateFormats: false }).compile(schema)
  for (const { name, ...transcript } of TRANSCRIPTS) {
    t.true(fits(transcript), `${name}: ${JSON.stringify(fits.errors)}`)
  }
})

for (const transcript of TRANSCRIPTS) {
  const { name, flow } = transcript
  test(`${name}, to the byte: ${flow}`, (t) => play(t, transcript))
}

/** Play the gateway's part as bytes, and compare the host's with those of the transcript. */
async function play(t: ExecutionContext, { given, steps }: Transcript): Promise<void> {
  const emulator = await startEmulator({ clock: fakeClock(timeOf(given.businessDate, steps)) })
  const peer = createPeer(connect(emulator.port))
  if (given.signedOn) {
    peer.send(Buffer.from(signOnHex(), 'hex'))
    await peer.next()
  }
  let verdicts: Promise<readonly string[]> | undefined
  for (const [index, step] of steps.entries()) {
    if (step.from === 'gateway') peer.send(Buffer.from(step.hex, 'hex'))
    else {
      if (step.mti === '0800') verdicts = begin(emulator, step)
      t.is(await peer.next(), step.hex, `step ${index + 1}`)
    }
    if (step.mti === '0810' && step.from === 'gateway') {
      t.deepEqual(await verdicts, [String(step.fields['39'])])
    }
  }
  await emulator.close()
}

/** What makes the host send this network request of its own. */
function begin(emulator: HostEmulator, step: Step): Promise<readonly string[]> {
  const networkCode = String(step.fields['70'])
  return networkCode === '201' ? emulator.cutOver() : emulator.announce(networkCode)
}

/** The wall time of the host's own request, where the flow has one. */
function timeOf(businessDate: string, steps: readonly Step[]): number {
  const own = steps.find(({ from, mti }) => from === 'host' && mti === '0800')
  const [hours, minutes, seconds] = String(own?.fields['7'] ?? '1122100000')
    .slice(4)
    .replace(/..\B/g, '$&:')
    .split(':')
  return Date.parse(`${businessDate}T${hours}:${minutes}:${seconds}Z`)
}

function signOnHex(): string {
  return TRANSCRIPTS.find(({ name }) => name === '01-sign-on')?.steps[0]?.hex ?? ''
}
