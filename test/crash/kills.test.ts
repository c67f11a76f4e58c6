import test, { type ExecutionContext } from 'ava'
import { createSeeded } from '../fakes/seeded.ts'
import type { RunOptions } from '../flows/running.ts'
import { calm } from './calm.ts'
import { install } from './installation.ts'
import { killRounds } from './kill-rounds.ts'
import { planted } from './planted.ts'
import { createShop } from './shop.ts'

// `npm run sweep -- --times 1000` kills it more often.

interface Rounds {
  readonly times: number
  readonly seed: number
  readonly gateway?: RunOptions
  readonly calmMsMax?: number
}

async function killed(t: ExecutionContext, { seed, calmMsMax, ...rounds }: Rounds) {
  t.timeout(300_000)
  const random = createSeeded(seed)
  const installation = await install()
  t.teardown(() => installation.close())
  const shop = createShop(random)
  const plan = { inFlight: 16, lifeMsMax: 100, random, ...rounds }
  const kills = await killRounds(installation, shop, plan)
  const report = await calm(installation, shop, calmMsMax)
  return { kills, lost: shop.lost, ...report }
}

for (const seed of [1, 2]) {
  test(`of 50 kills under load nothing is lost, done twice or owed in the end (${seed})`, async (t) => {
    const { kills, lost, ends, settledAfterMs, faults } = await killed(t, { times: 50, seed })
    t.log({ kills, lost, ends, settledAfterMs })
    t.deepEqual(faults, [])
    t.true(lost > 100 && kills.host > 4 && kills.together > 1, 'the kills hit the work')
    for (const end of ['approved', 'captured', 'declined', 'reversed', 'reversed_not_found']) {
      t.true((ends[end] ?? 0) > 0, `no payment ended as ${end}`)
    }
  })
}

test('a gateway that answers before it is on disk is found', async (t) => {
  const { faults } = await killed(t, { times: 6, seed: 3, gateway: planted('early-answers') })
  t.true(faults.length > 0)
})

test('a gateway that forgets what it owes is found', async (t) => {
  const gateway = planted('lost-debts')
  const { faults } = await killed(t, { times: 3, seed: 4, gateway, calmMsMax: 2_000 })
  t.true(
    faults.some((it) => it.endsWith('is still unknown')),
    faults.join('\n'),
  )
})
