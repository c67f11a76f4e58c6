import test from 'ava'
import fc from 'fast-check'
import { createCampaign, findingOf, mutant } from './campaign.ts'
import { keptFor } from './corpus.ts'
import { families } from './growth/families.ts'
import { mutateBytes } from './mutation/bytes.ts'
import { mutations } from './mutation/mutation.ts'
import { shrink } from './shrink.ts'
import { Finding, type Target } from './targets/target.ts'
import { fuzzTargets } from './targets.ts'

/** Chance, so that every run of the tests tries something else; a failure says which. */
const SEED = Math.floor(Math.random() * 2 ** 31)
const EXECUTIONS = 30
const PROPERTY_RUNS = 10
/** A guard against what never ends, not a measure. */
const FAMILY_MS_MAX = 5000
const FAMILY_BYTES = 20_000

const TARGETS = fuzzTargets()

for (const target of TARGETS) {
  test(`${target.name} meets every kept and every mutated input as it should`, (t) => {
    const failure = createCampaign(target, SEED).run(
      target.seeds.length + Math.ceil(EXECUTIONS / target.weight),
    )
    t.pass()
    if (failure === undefined) return
    const input = shrink(target, failure.input).subarray(0, 400)
    const again = `--target ${target.name} --seed ${SEED} --executions ${failure.execution}`
    t.fail(
      `${failure.finding.message}\nnode test/fuzz/fuzz.ts ${again}\n` +
        `${input.toString('hex')}\n${JSON.stringify(input.toString('latin1'))}`,
    )
  })

  test(`${target.name} keeps its word under changes that can be shrunk`, (t) => {
    const place = fc.nat({ max: target.seeds.length - 1 })
    fc.assert(
      fc.property(place, place, mutations, (at, from, changes) => {
        const base = target.seeds[at] ?? Buffer.alloc(0)
        const other = target.seeds[from] ?? base
        target.run(mutant(target, base, { mutations: changes, other }))
      }),
      { numRuns: Math.ceil(PROPERTY_RUNS / target.weight), seed: SEED, includeErrorInReport: true },
    )
    t.pass()
  })
}

for (const { name, make, bytesMax } of families()) {
  test(`an end is reached: ${name}`, (t) => {
    const { run } = make(Math.min(bytesMax, FAMILY_BYTES))
    const start = performance.now()
    run()
    t.true(performance.now() - start < FAMILY_MS_MAX)
  })
}

/** Fails on any input that holds two bytes FF, in whatever company. */
const planted: Target = {
  name: 'planted',
  weight: 1,
  seeds: [Buffer.from('a message of no account')],
  lexicon: [Buffer.of(0xff)],
  mutate: mutateBytes,
  run: (input) => {
    if (input.filter((byte) => byte === 0xff).length > 1) throw new Finding('planted')
    return [String(input.filter((byte) => byte === 0xff).length)]
  },
}

test('a planted defect is found, found again from its seed, and made as small as it can be', (t) => {
  const failure = createCampaign(planted, SEED).run(20_000)
  const again = createCampaign(planted, SEED).run(20_000)
  t.is(failure?.finding.what, 'planted')
  t.deepEqual(again?.input, failure?.input)
  t.is(again?.execution, failure?.execution)
  t.is(shrink(planted, failure?.input ?? Buffer.alloc(0)).toString('hex'), 'ffff')
})

test('an error of any other kind is a finding as well', (t) => {
  t.is(findingOf(new RangeError('out of range')).what, 'an oracle threw')
})

test('every kept input is a seed of a target that there is', (t) => {
  const targets = new Map(TARGETS.map((target) => [target.name, target.seeds]))
  for (const { name, input } of [...targets.keys()].flatMap(keptFor)) {
    const seeds = targets.get(name.split('/')[0] ?? '') ?? []
    t.true(
      seeds.some((seed) => seed.equals(input)),
      name,
    )
  }
})
