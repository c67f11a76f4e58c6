import type { Blow, Phase, Strike } from './strike.ts'

/**
 * How the gateway may end when one call of its process fails, by what it was at: the exit codes of
 * README.md. A kill ends it without any.
 */
const EXIT_CODES: Readonly<Record<Blow['by'], Readonly<Record<Phase, readonly unknown[]>>>> = {
  SIGKILL: { opening: [undefined], working: [undefined], closing: [undefined] },
  EIO: { opening: [3], working: [6], closing: [0, 6] },
  ENOSPC: { opening: [3], working: [6], closing: [0, 6] },
}

/** What is wrong with how a gateway took a blow; empty when all is well. */
export function strikeFaults({ call, nth, by }: Blow, strike: Strike): string[] {
  const { phase, exitCode, toldAfter, calm } = strike
  const exitCodes = phase === undefined ? [0] : EXIT_CODES[by][phase]
  return [
    ...(exitCodes.includes(exitCode) ? [] : [`it ended with ${exitCode} while ${phase}`]),
    ...toldAfter.map((id) => `${id} was told although a call had failed`),
    ...calm.faults,
  ].map((fault) => `${by} at ${call} ${nth}: ${fault}`)
}
