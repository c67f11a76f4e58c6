import type { Blow, Phase, Strike } from './strike.ts'

/** How a gateway may take a blow. */
interface Manner {
  /** How it may end, by what it was at: the exit codes of README.md, none when it is killed. */
  readonly exitCodes: Readonly<Record<Phase, readonly (number | undefined)[]>>
  /** Whether payments go on afterwards. */
  readonly goesOn: boolean
}

const MANNERS: Readonly<Record<Blow['by'], Manner>> = {
  SIGKILL: {
    exitCodes: { opening: [undefined], working: [undefined], closing: [undefined] },
    goesOn: false,
  },
  EIO: { exitCodes: { opening: [3], working: [6], closing: [0, 6] }, goesOn: false },
  // What found no room is written again, into the room of the reserve.
  ENOSPC: { exitCodes: { opening: [0, 3], working: [0], closing: [0] }, goesOn: true },
  'ENOSPC+': { exitCodes: { opening: [3], working: [6], closing: [0, 6] }, goesOn: false },
}

/** What is wrong with how a gateway took a blow; empty when all is well. */
export function strikeFaults({ call, nth, by }: Blow, strike: Strike): string[] {
  const { phase, exitCode, toldAfter, calm } = strike
  const { exitCodes, goesOn } = MANNERS[by]
  const allowed = phase === undefined ? [0] : exitCodes[phase]
  return [
    ...(allowed.includes(exitCode) ? [] : [`it ended with ${exitCode} while ${phase}`]),
    ...(goesOn ? [] : toldAfter.map((id) => `${id} was told although a call had failed`)),
    ...calm.faults,
  ].map((fault) => `${by} at ${call} ${nth}: ${fault}`)
}
