import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import type { MerchantClient } from '#merchant-client'
import { createSeeded, type Seeded } from '../fakes/seeded.ts'
import type { Poison } from '../proxy/proxy.ts'
import type { Toxic } from '../proxy/toxics.ts'
import { type Between, checkCalm, openBetween, saleThrough, untilQuiet } from './between.ts'
import { PLAN } from './shop.ts'

const both = (...toxics: readonly Toxic[]): Poison => ({ toTarget: toxics, toClient: toxics })

/** For what has nothing to do with time, however busy the machine is. */
const PATIENT = { answerTimeoutMs: 5_000, lateAnswerMaxMs: 5_000 }

/** What leaves everything as it is, however slow. */
const HARMLESS: Readonly<Record<string, readonly Toxic[]>> = {
  'cut into single bytes': [{ kind: 'slices', bytesMax: 1 }],
  'late and unevenly so': [
    { kind: 'slices', bytesMax: 50 },
    { kind: 'latency', delayMs: 4, jitterMs: 3 },
  ],
  'hardly any': [{ kind: 'bandwidth', bytesPerSecond: 30_000 }],
}

test.serial('what only arrives slowly or in pieces is approved as ever', async (t) => {
  const between = await openBetween(t, 1, PATIENT)
  const client = between.client()
  for (const [what, toxics] of Object.entries(HARMLESS)) {
    const poison = { host: both(...toxics), merchant: both(...toxics) }
    t.is(await saleThrough(between, client, poison), 'approved', what)
  }
  t.deepEqual(await checkCalm(t, between), { approved: 3 })
})

test.serial(
  'an answer that comes too late approves nothing, and its payment is reversed',
  async (t) => {
    const between = await openBetween(t, 2)
    const client = between.client()
    const late = { host: { toClient: [{ kind: 'latency', delayMs: 800 }] } } as const
    t.is(await saleThrough(between, client, late), 'unknown')
    t.deepEqual(await checkCalm(t, between), { reversed: 1 })
  },
)

/** Bytes of a sale on one line, there or back. */
async function bytesOfSale(
  between: Between,
  client: MerchantClient,
  line: 'hostLine' | 'merchantLine',
) {
  const passed = (direction: 'toTarget' | 'toClient') => between[line].passed(direction)
  const [toTarget, toClient] = [passed('toTarget'), passed('toClient')]
  const outcome = await saleThrough(between, client, {})
  if (outcome !== 'approved') throw new Error(`more than a sale has passed: ${outcome}`)
  return { toTarget: passed('toTarget') - toTarget, toClient: passed('toClient') - toClient }
}

/** The first bytes, the last, and some between. */
function placesIn(bytes: number): number[] {
  const some = Array.from({ length: 6 }, (_, index) => Math.floor(((index + 1) * bytes) / 7))
  return [0, 1, 2, 3, ...some, bytes - 1]
}

test.serial('an answer of the host that breaks off at any byte is none', async (t) => {
  const between = await openBetween(t, 3, PATIENT)
  const client = between.client()
  const { toClient: bytes } = await bytesOfSale(between, client, 'hostLine')
  for (const afterBytes of placesIn(bytes)) {
    for (const kind of ['cut', 'reset', 'half-close'] as const) {
      const host = { toClient: [{ kind, afterBytes }] }
      t.is(await saleThrough(between, client, { host }), 'unknown', `${kind} at ${afterBytes}`)
    }
  }
  const whole = { host: { toClient: [{ kind: 'cut', afterBytes: bytes }] } } as const
  t.is(await saleThrough(between, client, whole), 'approved')
  const ends = await checkCalm(t, between)
  t.deepEqual(ends, { approved: 2, reversed: 3 * placesIn(bytes).length })
})

test.serial('a request that breaks off at any byte is found nowhere, in the end', async (t) => {
  const between = await openBetween(t, 4, { answerTimeoutMs: 1_500, lateAnswerMaxMs: 1_500 })
  const client = between.client()
  const { toTarget: bytes } = await bytesOfSale(between, client, 'hostLine')
  const places = placesIn(bytes).filter((_, index) => index % 2 === 0)
  for (const afterBytes of places) {
    const host = { toTarget: [{ kind: 'cut', afterBytes }] } as const
    t.is(await saleThrough(between, client, { host }), 'unknown', `at ${afterBytes}`)
  }
  const ends = await checkCalm(t, between)
  t.deepEqual(ends, { approved: 1, reversed_not_found: places.length })
})

test.serial(
  'a host that is gone without a word is noticed, and told of its debts when it is back',
  async (t) => {
    const between = await openBetween(t, 5, { echoIdleMs: 200 })
    const client = between.client()
    const { hostLine, gateway, shop } = between
    await untilQuiet(between)
    hostLine.poison(both({ kind: 'silence', afterBytes: 0 }))
    await shop.run(client, PLAN.sale)
    t.like(shop.errands.at(-1)?.last, { outcome: 'unknown', reason: 'host-silent' })
    await gateway.untilLogged('host-line-dead', 2)
    t.deepEqual(await checkCalm(t, between), { reversed_not_found: 1 })
  },
)

test.serial(
  'a host that cannot be reached takes nothing, and everything when it is back',
  async (t) => {
    const between = await openBetween(t, 6, PATIENT)
    const client = between.client()
    const { hostLine, gateway, shop } = between
    await untilQuiet(between)
    await hostLine.drop()
    await gateway.untilLogged('host-line-lost', 2)
    t.like(await client.sale({ ...SALE, id: 'never-begun' }), { code: 'HOST_UNAVAILABLE' })
    await hostLine.raise()
    t.true(await shop.run(client, PLAN.sale))
    t.deepEqual(await checkCalm(t, between), { approved: 1 })
  },
)

const SALE = {
  amount: { value: '999999', currency: 'USD' },
  card: { pan: PLAN.sale.pan, expiry: '3012', entryMode: 'ecommerce' },
} as const

test.serial(
  'a merchant whose line breaks off at any byte hears the same when it asks again',
  async (t) => {
    const between = await openBetween(t, 7, PATIENT)
    const client = between.client()
    const { toTarget, toClient } = await bytesOfSale(between, client, 'merchantLine')
    const bytes = await bytesOfSale(between, client, 'merchantLine')
    t.true(toTarget > bytes.toTarget && toClient > bytes.toClient, 'the first one shakes hands')
    for (const direction of ['toTarget', 'toClient'] as const) {
      for (const afterBytes of placesIn(bytes[direction])) {
        for (const kind of ['cut', 'reset'] as const) {
          const merchant = { [direction]: [{ kind, afterBytes }] }
          t.is(await saleThrough(between, client, { merchant }), undefined)
          await client.echo()
        }
      }
    }
    t.is(between.shop.lost, 4 * placesIn(1).length)
    await checkCalm(t, between)
  },
)

for (const seed of [11, 12]) {
  test.serial(
    `whatever befalls both lines under load, all agree in the end (${seed})`,
    async (t) => {
      const random = createSeeded(seed)
      const between = await openBetween(t, seed, { echoIdleMs: 200 })
      const { hostLine, merchantLine, shop } = between
      for (let storm = 0; storm < 30; storm++) {
        const client = between.client()
        hostLine.poison(anyPoison(random))
        merchantLine.poison(anyPoison(random))
        const opening = shop.open(client, { inFlight: 16, mayLose: true })
        await wait(100)
        opening.close()
        for (const line of [hostLine, merchantLine]) {
          if (random.oneIn(3)) line.end(random.pick(['cut', 'reset']))
          line.poison({})
        }
        client.close()
        await opening.closed
      }
      const ends = await checkCalm(t, between)
      t.true(shop.lost > 0)
      t.true((ends['reversed'] ?? 0) > 0, 'none was reversed')
    },
  )
}

function anyPoison(random: Seeded): Poison {
  const afterBytes = random.below(5_000)
  const some = (): readonly Toxic[] =>
    random.pick<readonly Toxic[]>([
      [],
      ...Array.from({ length: 8 }, () => []),
      [{ kind: 'latency', delayMs: 30, jitterMs: 30 }],
      [{ kind: 'latency', delayMs: 700 }],
      [{ kind: 'slices', bytesMax: 1 + random.below(40) }],
      [{ kind: 'bandwidth', bytesPerSecond: 20_000 }],
      [{ kind: 'cut', afterBytes }],
      [{ kind: 'reset', afterBytes }],
      [{ kind: 'half-close', afterBytes }],
      [{ kind: 'silence', afterBytes }],
      [{ kind: 'slow-end', delayMs: 50 }],
    ])
  return { toTarget: some(), toClient: some() }
}
