/**
 * Mutated inputs for some minutes, against everything that takes input from outside:
 * `node test/fuzz/fuzz.ts --minutes 5 --target unpack --seed 7`. Every target has the same share of
 * the time. A failing input is made small and saved (`--save FOLDER`); then the exit code is 1.
 *
 * `--executions 500` in the place of minutes repeats what the tests did with the same seed.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createCampaign, type Failure } from './campaign.ts'
import { keep } from './corpus.ts'
import { families } from './growth/families.ts'
import type { Family } from './growth/family.ts'
import { growthOf, RATIO_MAX } from './growth/growth.ts'
import { shrink } from './shrink.ts'
import { fuzzTargets } from './targets.ts'

const SLICE = 100

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    executions: { type: 'string' },
    target: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    save: { type: 'string', default: join(tmpdir(), 'sallyport-fuzz') },
    'no-growth': { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const targets = fuzzTargets(values.target)
const shareMs = (Number(values.minutes) * 60_000) / targets.length
const executionsMax = Number(values.executions ?? Number.POSITIVE_INFINITY)
let failures = 0

process.stdout.write(`seed ${seed}, ${targets.length} targets\n`)
for (const target of targets) {
  const campaign = createCampaign(target, seed, { measures: true })
  const begun = performance.now()
  const rssBefore = process.memoryUsage.rss()
  let failure: Failure | undefined
  const isOver = () =>
    campaign.figures.executions >= executionsMax ||
    (values.executions === undefined && performance.now() - begun >= shareMs)
  while (failure === undefined && !isOver()) {
    failure = campaign.run(Math.min(SLICE, executionsMax - campaign.figures.executions))
  }
  const { executions, kept, reached, slowest } = campaign.figures
  const perSecond = Math.round((1000 * executions) / (performance.now() - begun))
  const grownMb = Math.round((process.memoryUsage.rss() - rssBefore) / 1e6)
  process.stdout.write(
    `${target.name.padEnd(32)} ${executions} inputs, ${perSecond}/s, reached ${reached.size}, ` +
      `kept ${kept}, codes ${codesIn(reached)}, slowest ${slowest.nsPerByte} ns/byte ` +
      `(${slowest.bytes} bytes), memory ${grownMb} MB\n`,
  )
  if (failure === undefined) continue
  failures += 1
  const { finding, input, execution } = failure
  const file = keep(values.save, target.name, shrink(target, input))
  process.stdout.write(`  FOUND at input ${execution}: ${finding.message}\n  saved as ${file}\n`)
}

for (const family of values['no-growth'] ? [] : familiesOf(values.target)) {
  const { name, bytes, nsPerByte, ratio } = growthOf(family)
  const isSlow = ratio > RATIO_MAX
  if (isSlow) failures += 1
  process.stdout.write(
    `${name.padEnd(56)} ${bytes} bytes, ${nsPerByte.toFixed(1)} ns/byte, ` +
      `${ratio.toFixed(2)} of a quarter of it${isSlow ? '  TOO SLOW' : ''}\n`,
  )
}
process.exitCode = failures === 0 ? 0 : 1

/** Those of the targets that were asked for. */
function familiesOf(target: string): Family[] {
  const [kind = ''] = target.split('-')
  return families().filter(({ name }) => name.startsWith(kind))
}

/** How many codes of errors were met. */
function codesIn(reached: ReadonlySet<string>): number {
  const codes = [...reached].map((reach) => /^[A-Z]+(_[A-Z]+)*(?= )/.exec(reach)?.[0])
  return new Set(codes.filter((code) => code !== undefined)).size
}
