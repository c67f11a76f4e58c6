/** One thing that takes input from outside, and what must hold whatever the input is. */
import type { Mutate } from '../mutation/mutation.ts'

export interface Target {
  readonly name: string
  /** What an input costs, about, in inputs of the others. */
  readonly weight: number
  readonly seeds: readonly Buffer[]
  readonly lexicon: readonly Buffer[]
  readonly mutate: Mutate
  /**
   * Tries the input, and throws `Finding` where it was not met as it should. What comes back says
   * what the input reached; an input that reaches something new is kept and changed further.
   */
  readonly run: (input: Buffer) => readonly string[]
}

/** An input that shows a defect. `what` tells one defect from another. */
export class Finding extends Error {
  override readonly name = 'Finding'
  readonly what: string

  constructor(what: string, detail = '') {
    super(detail === '' ? what : `${what}: ${detail}`)
    this.what = what
  }
}

export type Outcome<Value> =
  | { readonly kind: 'made'; readonly value: Value }
  | { readonly kind: 'refused'; readonly error: Error }

/** Runs `make`; an error that is not of the kind expected is a finding. */
export function outcomeOf<Value>(
  make: () => Value,
  expected: abstract new (...parameters: never[]) => Error,
): Outcome<Value> {
  try {
    return { kind: 'made', value: make() }
  } catch (error) {
    if (error instanceof expected) return { kind: 'refused', error }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const name = error instanceof Error ? error.constructor.name : typeof error
    throw new Finding(`${name} instead of ${expected.name}`, text)
  }
}

/**
 * Finds any run of `RUN_BYTES` of the input in what an error says of it, `known` texts apart.
 */
export function checkSilence(error: Error, input: Buffer, known: readonly string[]): void {
  const said = Object.values({ ...error, message: error.message }).filter(
    (value) => typeof value === 'string',
  )
  for (const text of said) {
    const rest = known.reduce((left, part) => left.replaceAll(part, '\n'), text)
    for (let at = 0; at + RUN_BYTES <= rest.length; at += 1) {
      const run = rest.slice(at, at + RUN_BYTES)
      if (!run.includes('\n') && input.includes(run, 0, 'latin1')) {
        throw new Finding('an error repeats its input', JSON.stringify(text))
      }
    }
  }
}

const RUN_BYTES = 6
