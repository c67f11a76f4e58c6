import { connect } from 'node:net'
import type { HostEmulator, HostEmulatorOptions } from '#host-emulator'
import { fakeClock, type Step, TRANSCRIPTS, type Transcript } from './meridian.ts'
import { createPeer, startEmulator } from './peer.ts'

/** What the host said at a step of a transcript, and what the transcript says it says. */
export interface Said {
  /** Counted from 1. */
  readonly step: number
  readonly expected: string
  readonly hex: string
}

/** What became of a transcript. */
export interface Played {
  readonly said: readonly Said[]
  /** What the gateway answered to the host's own request, as the host took it. */
  readonly verdicts: readonly string[]
}

/** Play the gateway's part of a transcript as bytes. */
export async function play(
  { given, steps }: Transcript,
  options: Partial<HostEmulatorOptions> = {},
): Promise<Played> {
  const clock = fakeClock(timeOf(given.businessDate, steps))
  const emulator = await startEmulator({ clock, ...options })
  const peer = createPeer(connect(emulator.port))
  if (given.signedOn) {
    peer.send(Buffer.from(signOnHex(), 'hex'))
    await peer.next()
  }
  let verdicts: Promise<readonly string[]> | undefined
  const said: Said[] = []
  for (const [index, step] of steps.entries()) {
    if (step.from === 'gateway') peer.send(Buffer.from(step.hex, 'hex'))
    else {
      if (step.mti === '0800') verdicts = begin(emulator, step)
      said.push({ step: index + 1, expected: step.hex, hex: await peer.next() })
    }
  }
  const played = { said, verdicts: (await verdicts) ?? [] }
  await emulator.close()
  return played
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
