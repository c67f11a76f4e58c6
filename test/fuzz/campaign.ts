/**
 * A run of mutated inputs against one target. Everything follows from the seed and the count of
 * executions, so that what one machine finds any other finds again.
 */

import { createSeeded } from '../fakes/seeded.ts'
import { drawMutations, type Material, type Mutation } from './mutation/mutation.ts'
import { Finding, type Target } from './targets/target.ts'

export interface Figures {
  readonly executions: number
  /** How many inputs reached something that none before had reached. */
  readonly kept: number
  /** What has been reached: codes with paths, elements that follow one another. */
  readonly reached: ReadonlySet<string>
  /** The most time for a byte, with the oracles, the best of several tries of that input. */
  readonly slowest: { readonly nsPerByte: number; readonly bytes: number }
}

export interface Campaign {
  readonly figures: Figures
  /** Tries the kept inputs first, then mutants of what reached something new. */
  run(executions: number): Failure | undefined
}

export interface Failure {
  readonly finding: Finding
  readonly input: Buffer
  /** Which execution it was, from 1. */
  readonly execution: number
}

const POOL_MAX = 4000
/** Generous: a stalled machine is no finding, an input that never ends is. */
const INPUT_MS_MAX = 5000
const BYTES_MEASURED_MIN = 64
const MEASURED_AGAIN = 4

/** `measures` costs several runs of every input that is slower than those before it. */
export function createCampaign(
  target: Target,
  seed: number,
  { measures = false }: { measures?: boolean } = {},
): Campaign {
  const random = createSeeded(seed, target.name)
  const pool: Buffer[] = []
  const reached = new Set<string>()
  let executions = 0
  let kept = 0
  let slowest = { nsPerByte: 0, bytes: 0 }

  const next = (): Buffer => {
    const seedInput = target.seeds[executions]
    if (seedInput !== undefined) return seedInput
    // Half of the time from what was reached last: it is the least explored.
    const isRecent = random.oneIn(2)
    const from = isRecent ? Math.max(0, pool.length - 32) : 0
    const base = pool[from + random.below(pool.length - from)] ?? Buffer.alloc(0)
    const other = pool[random.below(pool.length)] ?? base
    return mutant(target, base, { mutations: drawMutations(random), other })
  }

  const measure = (input: Buffer, first: number): void => {
    if (input.length < BYTES_MEASURED_MIN || first / input.length <= 2 * slowest.nsPerByte) return
    const times = Array.from({ length: MEASURED_AGAIN }, () => timeOf(() => target.run(input)))
    const nsPerByte = Math.round(Math.min(first, ...times) / input.length)
    if (nsPerByte > slowest.nsPerByte) slowest = { nsPerByte, bytes: input.length }
  }

  const tryOne = (input: Buffer): void => {
    let news: readonly string[] = []
    const time = timeOf(() => {
      news = target.run(input).filter((reach) => !reached.has(reach))
    })
    if (time > INPUT_MS_MAX * 1e6) throw new Finding('an input takes too long')
    if (measures) measure(input, time)
    if (news.length === 0 && executions > target.seeds.length) return
    for (const reach of news) reached.add(reach)
    if (pool.length < POOL_MAX) pool.push(input)
    kept += 1
  }

  return {
    get figures() {
      return { executions, kept, reached, slowest }
    },
    run: (count) => {
      const last = executions + count
      while (executions < last) {
        const input = next()
        executions += 1
        try {
          tryOne(input)
        } catch (error) {
          return { finding: findingOf(error), input, execution: executions }
        }
      }
      return undefined
    },
  }
}

/** An input with a list of changes, in their order. */
export function mutant(
  target: Target,
  base: Buffer,
  { mutations, other }: { mutations: readonly Mutation[]; other: Buffer },
): Buffer {
  const material: Material = { lexicon: target.lexicon, other }
  return mutations.reduce((input, mutation) => target.mutate(input, mutation, material), base)
}

/** Anything that is thrown on purpose is a `Finding`; the rest is a defect of the oracle. */
export function findingOf(error: unknown): Finding {
  if (error instanceof Finding) return error
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new Finding('an oracle threw', text)
}

function timeOf(run: () => void): number {
  const start = process.hrtime.bigint()
  run()
  return Number(process.hrtime.bigint() - start)
}
