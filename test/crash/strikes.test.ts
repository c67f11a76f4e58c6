import { spawnSync } from 'node:child_process'
import test from 'ava'
import { planted } from './planted.ts'
import { type Blow, strike } from './strike.ts'
import { strikeFaults } from './strike-faults.ts'

// `npm run sweep -- --calls` strikes at each call in turn; here are some of them. A run has about
// two dozen syncs, two hundred writes to its store and a hundred to anything else.

test.before(() => {
  if (spawnSync('which', ['strace']).status !== 0) {
    throw new Error('strace is needed for this test: apt-get install strace')
  }
})

const BLOWS: readonly (Omit<Blow, 'nth'> & { readonly nths: readonly number[] })[] = [
  { call: 'sync', by: 'SIGKILL', nths: [3, 8, 11, 13, 17] },
  { call: 'store-write', by: 'SIGKILL', nths: [24, 41] },
  { call: 'write', by: 'SIGKILL', nths: [30, 60] },
  { call: 'sync', by: 'EIO', nths: [2, 8, 14] },
  { call: 'store-write', by: 'EIO', nths: [36] },
  { call: 'store-write', by: 'ENOSPC', nths: [62] },
  { call: 'store-write', by: 'ENOSPC+', nths: [4, 85] },
]

for (const { call, by, nths } of BLOWS) {
  for (const nth of nths) {
    test.serial(`${by} at ${call} ${nth}: nothing is lost, and nothing done twice`, async (t) => {
      const blow = { call, by, nth }
      const struck = await strike(blow)
      t.log(struck.phase, struck.calm.ends)
      t.not(struck.phase, undefined)
      t.deepEqual(strikeFaults(blow, struck), [])
    })
  }
}

test.serial('a gateway that goes on when a sync has failed is found', async (t) => {
  const blow: Blow = { call: 'sync', by: 'EIO', nth: 8 }
  const faults = strikeFaults(blow, await strike(blow, planted('ignored-faults')))
  t.true(faults.includes('EIO at sync 8: it ended with 0 while working'), faults.join('\n'))
  t.true(faults.some((it) => it.endsWith('was told although a call had failed')))
})
