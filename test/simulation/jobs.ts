import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Swept } from './sweep.ts'

/** Many seeds, dealt out to processes of their own. */
export interface Jobs {
  readonly from: number
  readonly seeds: number
  /** How many processes there are at once. */
  readonly jobs: number
  /** They end at so many seeds that must not be so. */
  readonly failuresMax?: number
  /** How many a job is asked for at a time: so few that all jobs end at about the same time. */
  readonly portionSeeds?: number
  onProgress?(soFar: JobsDone): void
}

/** What a job is asked for: so many seeds, from this one on. */
export interface Portion {
  readonly from: number
  readonly seeds: number
}

/** What a job answers. */
export interface PortionDone extends Swept {
  /** Time of a processor that the job has had since it was asked, its beginning included. */
  readonly processorMs: number
}

export type JobsDone = PortionDone

/**
 * Space for what is young, so that it has died before V8 looks at it; and no helpers of the
 * collector, which take more of another processor than they save of this one.
 */
const FLAGS = ['--min-semi-space-size=64', '--max-semi-space-size=64', '--single-threaded-gc']

/** @throws Error when a job dies */
export async function sweepInJobs({
  jobs,
  failuresMax = 1,
  portionSeeds = 2_000,
  ...it
}: Jobs): Promise<JobsDone> {
  const portions = portionsOf(it, portionSeeds)
  let soFar: JobsDone = NOTHING_DONE

  async function work(): Promise<void> {
    const job = fork(JOB, { execArgv: FLAGS, serialization: 'advanced' })
    try {
      while (soFar.failures.length < failuresMax) {
        const { done, value: portion } = portions.next()
        if (done) return
        const portionDone = await ask(job, portion)
        soFar = together(soFar, portionDone)
        it.onProgress?.(soFar)
      }
    } finally {
      job.kill()
    }
  }

  await Promise.all(Array.from({ length: jobs }, work))
  return soFar
}

const JOB = new URL('job.ts', import.meta.url)

function* portionsOf({ from, seeds }: Portion, seedsMax: number): Generator<Portion, undefined> {
  for (let dealt = 0; dealt < seeds; dealt += seedsMax) {
    yield { from: from + dealt, seeds: Math.min(seedsMax, seeds - dealt) }
  }
}

async function ask(job: ChildProcess, portion: Portion): Promise<PortionDone> {
  const over = new AbortController()
  const answer = once(job, 'message', over)
  const death = once(job, 'exit', over).then(([code]) => {
    throw new Error(`a job has ended with ${code}`)
  })
  job.send(portion)
  try {
    const [done] = await Promise.race([answer, death])
    return done
  } finally {
    over.abort()
    await Promise.allSettled([answer, death])
  }
}

const NOTHING_DONE: JobsDone = {
  seeds: 0,
  failures: [],
  counts: new Map(),
  events: 0,
  payments: 0,
  processorMs: 0,
}

function together(one: JobsDone, other: PortionDone): JobsDone {
  const counts = new Map(one.counts)
  for (const [moment, count] of other.counts) counts.set(moment, (counts.get(moment) ?? 0) + count)
  return {
    seeds: one.seeds + other.seeds,
    failures: [...one.failures, ...other.failures],
    counts,
    events: one.events + other.events,
    payments: one.payments + other.payments,
    processorMs: one.processorMs + other.processorMs,
  }
}
