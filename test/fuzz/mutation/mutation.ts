/**
 * Mutations as data: three numbers that mean something to every input, so that fast-check can
 * shrink a list of them and a seeded stream can draw one without end.
 */
import fc from 'fast-check'
import type { Seeded } from '../../fakes/seeded.ts'

export interface Mutation {
  /** Which change, modulo how many there are. */
  readonly kind: number
  /** Where, modulo the places of the input. */
  readonly at: number
  /** With what: a byte, an offset, a word of the lexicon. */
  readonly value: number
}

/** What a mutation may take from elsewhere. */
export interface Material {
  /** Pieces that mean something in the format. */
  readonly lexicon: readonly Buffer[]
  /** Another input, to splice from. */
  readonly other: Buffer
}

export type Mutate = (input: Buffer, mutation: Mutation, material: Material) => Buffer

const MUTATIONS_MAX = 6
const WORD = 0x8000_0000

/** Shrinks to fewer changes, nearer to the start and with smaller values. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({ kind: fc.nat({ max: 63 }), at: fc.nat(), value: fc.nat() }),
  { minLength: 1, maxLength: MUTATIONS_MAX },
)

/** The seeded stream: mostly one or two changes, now and then many. */
export function drawMutations(random: Seeded): Mutation[] {
  const count = random.oneIn(4) ? 1 + random.below(MUTATIONS_MAX) : 1 + random.below(2)
  return Array.from({ length: count }, () => ({
    kind: random.below(64),
    at: random.below(WORD),
    value: random.below(WORD),
  }))
}
