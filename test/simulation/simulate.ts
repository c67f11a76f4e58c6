/**
 * Many simulated worlds, one a seed: `npm run simulate -- --seeds 1000000 --from 1`. What must not
 * happen is printed with its seed, and then the exit code is 1; so it is when a moment of the list
 * was never reached.
 *
 * `--seed 17 --trace` tells the whole story of one seed.
 */
import { parseArgs } from 'node:util'
import { MOMENTS } from './moments.ts'
import { missedIn, sweep } from './sweep.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
})

const say = (line: string) => process.stdout.write(`${line}\n`)
const isOne = values.seed !== undefined
const begun = process.cpuUsage()
const swept = await sweep({
  from: Number(values.seed ?? values.from),
  seeds: isOne ? 1 : Number(values.seeds),
  failuresMax: 10,
  ...(values.trace ? { tell: say } : {}),
})
const seconds = process.cpuUsage(begun).user / 1e6

for (const { seed, objection } of swept.failures) say(`seed ${seed}: ${objection}`)
for (const moment of isOne ? [] : MOMENTS) {
  say(`${String(swept.counts.get(moment)).padStart(9)}  ${moment}`)
}
const each = (count: number) => (count / swept.seeds).toFixed(1)
say(
  `${swept.seeds} seeds of ${each(swept.payments)} payments and ${each(swept.events)} events: ` +
    `${Math.round(swept.seeds / seconds)} seeds/s and ${Math.round(swept.events / seconds)} ` +
    'events/s of processor time',
)
const missed = isOne ? [] : missedIn(swept)
for (const moment of missed) say(`never reached: ${moment}`)
process.exitCode = swept.failures.length + missed.length === 0 ? 0 : 1
