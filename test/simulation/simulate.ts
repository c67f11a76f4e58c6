/**
 * Many simulated worlds, one a seed: `npm run simulate -- --seeds 1000000 --jobs 2 --from 1`. What
 * must not happen is printed with its seed, and then the exit code is 1; so it is when a moment of
 * the list was never reached.
 *
 * `--seed 17 --trace` tells the whole story of one seed.
 */
import { parseArgs } from 'node:util'
import { type JobsDone, sweepInJobs } from './jobs.ts'
import { MOMENTS } from './moments.ts'
import { missedIn, type Swept, sweep } from './sweep.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
})

const FAILURES_MAX = 10
const PROGRESS_SEEDS = 10_000

const say = (line: string) => process.stdout.write(`${line}\n`)
const isWell = values.seed === undefined ? await sweepMany() : await sweepOne(Number(values.seed))
process.exitCode = isWell ? 0 : 1

async function sweepOne(seed: number): Promise<boolean> {
  const swept = await sweep({ from: seed, seeds: 1, ...(values.trace ? { tell: say } : {}) })
  say(`seed ${seed}: ${swept.payments} payments, ${swept.events} events`)
  return tellFailures(swept)
}

async function sweepMany(): Promise<boolean> {
  const seeds = Number(values.seeds)
  const done = await sweepInJobs({
    from: Number(values.from),
    seeds,
    jobs: Number(values.jobs),
    failuresMax: FAILURES_MAX,
    onProgress(soFar) {
      const isTold = soFar.seeds % PROGRESS_SEEDS === 0 && soFar.seeds < seeds
      if (isTold) process.stderr.write(`${soFar.seeds} of ${seeds}, ${rateOf(soFar)}\n`)
    },
  })
  const isSound = tellFailures(done)
  for (const moment of MOMENTS) say(`${String(done.counts.get(moment)).padStart(9)}  ${moment}`)
  const each = (count: number) => (count / done.seeds).toFixed(1)
  const size = `${each(done.payments)} payments and ${each(done.events)} events`
  say(`${done.seeds} seeds of ${size}: ${rateOf(done)}`)
  const missed = missedIn(done)
  for (const moment of missed) say(`never reached: ${moment}`)
  return isSound && missed.length === 0
}

function rateOf({ seeds, processorMs }: JobsDone): string {
  return `${Math.round((seeds * 1_000) / processorMs)} seeds/s of processor time`
}

function tellFailures({ failures }: Swept): boolean {
  for (const { seed, objection } of failures) say(`seed ${seed}: ${objection}`)
  return failures.length === 0
}
