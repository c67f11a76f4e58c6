import test from 'ava'
import { openDisk } from './disk.ts'
import { sweepInJobs } from './jobs.ts'
import { MUTANTS } from './mutants.ts'
import { openSite } from './site.ts'
import { playStory } from './story.ts'
import { missedIn, sweep } from './sweep.ts'

const SEEDS = 20_000

test('whatever goes wrong, no payment is lost or made twice, and every kind of moment came', async (t) => {
  t.timeout(300_000)
  const swept = await sweepInJobs({ from: 1, seeds: SEEDS, jobs: 1 })
  t.log(`${Math.round(swept.processorMs)} ms of processor time`)
  t.deepEqual(swept.failures, [], 'npm run simulate -- --trace --seed SEED tells the story')
  t.deepEqual(missedIn(swept), [])
})

test('what is dealt out to two processes comes to the same as in one', async (t) => {
  const portion = { from: 1, seeds: 90 }
  const { processorMs: _, ...dealt } = await sweepInJobs({ ...portion, jobs: 2, portionSeeds: 30 })
  t.deepEqual(dealt, await sweep(portion))
})

test('the same seed tells the same story, whatever was on the disk before', async (t) => {
  const [site, disk] = [openSite(), openDisk()]
  for (let seed = 1; seed <= 20; seed += 1) {
    const [first, second]: [string[], string[]] = [[], []]
    await playStory(seed, { site, disk, tell: (line) => first.push(line) })
    await playStory(seed, { site, disk: openDisk(), tell: (line) => second.push(line) })
    t.deepEqual(first, second)
  }
})

for (const { name, seedsMax, mutant } of MUTANTS) {
  test.serial(`noticed within ${seedsMax} seeds: ${name}`, async (t) => {
    const { failures } = await sweep({ from: 1, seeds: seedsMax, mutant })
    t.is(failures.length, 1)
  })
}
