import test, { type ExecutionContext } from 'ava'
import { Client } from 'pg'
import { createSystemClock } from '#platform'
import {
  openStore,
  type PostgresLimits,
  type PostgresPlace,
  type Store,
  type StoreErrorCode,
} from '#store'
import { freshDatabase } from '../../postgres/shared.ts'
import { approved, bytes, intent, openSample, reversing } from '../sample.ts'

const unknown = { state: 'unknown', reason: 'host-silent', decidedAtMs: 1_000 } as const

/** Nodes that are soon missed. */
const HASTY: Partial<PostgresLimits> = {
  beatMs: 100,
  deadAfterMs: 3_000,
  statementTimeoutMs: 1_500,
  busyTimeoutMs: 5_000,
}

const NEVER_MS = 86_400_000

function taking(nowMs: number) {
  const later = nowMs + NEVER_MS
  return { host: 'meridian', nowMs, countMax: 10, leaseUntilMs: nowMs + 75_000, horizonMs: later }
}

/**
 * A node that gives no sign of life, as if its process stood still.
 *
 * @param deadAfterMs as it believes itself
 */
function openStill(
  t: ExecutionContext,
  place: PostgresPlace,
  deadAfterMs = NEVER_MS,
): Promise<Store> {
  const limits = { ...HASTY, beatMs: NEVER_MS, deadAfterMs }
  return openSample(t, { place, onFault: () => {}, limits })
}

async function inDatabase(
  { node: _, tls: _tls, ...place }: PostgresPlace,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(place)
  await client.connect()
  try {
    await client.query('SET search_path = sallyport')
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function until(isSo: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const endMs = Date.now() + withinMs
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error('it did not come to be in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function stateOf(store: Store, id: string): Promise<string | undefined> {
  return (await store.find('acme-books', id))?.state
}

async function twoNodes(t: ExecutionContext) {
  const north = await freshDatabase()
  const south = { ...north, node: 'south' }
  return {
    north,
    south,
    a: await openSample(t, { place: north }),
    b: await openSample(t, { place: south }),
  }
}

test('nodes share their payments: what one began another finds, repeats and refuses', async (t) => {
  const { a, b } = await twoNodes(t)
  await a.begin(intent(1))
  t.is(await stateOf(b, 'order-1'), 'begun')
  t.is((await b.begin(intent(1))).kind, 'repeat')
  await a.conclude('acme-books', 'order-1', approved)
  await t.throwsAsync(b.conclude('acme-books', 'order-1', approved), { code: 'MOVE_NOT_ALLOWED' })
})

test('of the same ids begun at both nodes at once each is begun at one', async (t) => {
  const { a, b } = await twoNodes(t)
  const ids = Array.from({ length: 200 }, (_, index) => index)
  const at = (store: Store, offset: number) =>
    ids.map((index) => {
      const { exchange } = intent(index + offset)
      return store.begin(intent(index, { exchange }))
    })
  const [ofA, ofB] = await Promise.all([
    Promise.all(at(a, 1_000)),
    Promise.all(at(b, 2_000).toReversed()),
  ])
  const reversed = ofB.toReversed()
  for (const index of ids) {
    t.deepEqual([ofA[index]?.kind, reversed[index]?.kind].toSorted(), ['begun', 'repeat'])
  }
  t.true(ofA.some(({ kind }) => kind === 'begun') || ofB.some(({ kind }) => kind === 'begun'))
})

test('an id that is reversed at one node while it comes at another is not begun and entombed', async (t) => {
  const { a, b } = await twoNodes(t)
  for (let index = 0; index < 100; index++) {
    const id = `order-${index}`
    const [begun, reversed] = await Promise.all([
      a.begin(intent(index)),
      b.reverse(reversing(id, 5)),
    ])
    const isEntombed = await a.isReversedUnseen('acme-books', id)
    t.is(begun.kind === 'begun', !isEntombed, id)
    t.is(reversed.kind === 'unseen', isEntombed, id)
  }
})

test('what is owed is taken by one node alone', async (t) => {
  const { a, b } = await twoNodes(t)
  for (let index = 1; index <= 40; index++) {
    await a.begin(intent(index))
    await a.conclude('acme-books', `order-${index}`, unknown)
  }
  const taken = await Promise.all(
    Array.from({ length: 8 }, (_, index) => (index % 2 ? a : b).takeOwed(taking(1_000))),
  )
  const seqs = taken.flat().map(({ seq }) => seq)
  t.is(new Set(seqs).size, seqs.length)
  t.is(seqs.length, 40)
})

test('a clock that runs ahead takes nothing that another node still has', async (t) => {
  const { a, b } = await twoNodes(t)
  await a.begin(intent(1))
  await a.conclude('acme-books', 'order-1', unknown)
  t.is((await a.takeOwed(taking(1_000))).length, 1)
  t.deepEqual(await b.takeOwed(taking(2 ** 44)), [])
  await a.endAttempt(1, { kind: 'put-off', why: 'host-silent', dueAtMs: 5_000, atMs: 2_000 })
  t.is((await b.takeOwed(taking(5_000))).length, 1)
  t.deepEqual(await a.takeOwed(taking(5_000)), [])
})

test('what a node took comes back to itself when its lease ends', async (t) => {
  const { a, b } = await twoNodes(t)
  await a.begin(intent(1))
  await a.conclude('acme-books', 'order-1', unknown)
  await a.takeOwed(taking(1_000))
  t.deepEqual(await b.takeOwed(taking(76_000)), [])
  t.is((await a.takeOwed(taking(76_000))).length, 1)
})

test('a node that starts again takes nothing from another that is sending it', async (t) => {
  const { north, a, b } = await twoNodes(t)
  await a.begin(intent(1))
  await a.conclude('acme-books', 'order-1', unknown)
  await b.takeOwed(taking(1_000))
  await a.close()
  const again = await openSample(t, { place: north })
  await again.recover(2_000, 0)
  t.deepEqual(await again.takeOwed(taking(2_000)), [])
  t.is((await b.takeOwed(taking(76_000))).length, 1)
})

test('nodes lease trace numbers that no other has, also after the last one', async (t) => {
  const { north, a, b } = await twoNodes(t)
  t.deepEqual(await a.leaseStans('meridian', 400_000), { first: 1, count: 400_000 })
  t.deepEqual(await b.leaseStans('meridian', 400_000), { first: 400_001, count: 400_000 })
  t.deepEqual(await a.leaseStans('meridian', 199_999), { first: 800_001, count: 199_999 })
  const west = await openSample(t, { place: { ...north, node: 'west' } })
  await t.throwsAsync(west.leaseStans('meridian', 1), { code: 'STANS_TAKEN' })
  // Its own numbers are its own to look after.
  t.deepEqual(await a.leaseStans('meridian', 10), { first: 1, count: 10 })
})

test('trace numbers that a node has left are another’s when they have rested', async (t) => {
  const north = await freshDatabase()
  const a = await openSample(t, { place: north })
  const b = await openSample(t, { place: { ...north, node: 'south' } })
  // It asks for the next while it has the last: with the third it has left the first.
  for (const count of [999_000, 500, 499]) await a.leaseStans('meridian', count)
  await t.throwsAsync(b.leaseStans('meridian', 500), { code: 'STANS_TAKEN' })
  await inDatabase(north, `UPDATE stan_leases SET left_at = left_at - interval '1 hour'`)
  t.deepEqual(await b.leaseStans('meridian', 500), { first: 1, count: 500 })
})

test('a day is open for all nodes, and closes late enough for another to have heard', async (t) => {
  const { a, b } = await twoNodes(t)
  const opening = { host: 'meridian', by: 'calendar', atMs: 1 } as const
  t.is(await a.openDay({ ...opening, date: '2026-11-23' }), '2026-11-23')
  t.is(await b.openDay({ ...opening, date: '2026-11-22' }), '2026-11-23')
  const both = [a, b].map((store) => store.openDay({ ...opening, date: '2026-11-24' }))
  t.deepEqual(await Promise.all(both), ['2026-11-24', '2026-11-24'])
  t.is(await b.closeDays('meridian', 2), 1)
  await a.close()
  t.is(await b.closeDays('meridian', 2), 0)
})

test('a name is one gateway’s at a time', async (t) => {
  const place = await freshDatabase()
  await openSample(t, { place })
  const second = openStore(place, { clock: createSystemClock(), onFault: () => {} })
  await t.throwsAsync(second, { code: 'STORE_IN_USE', message: /node main/ })
})

test('a gateway that stopped in order is followed at once, under its name or another', async (t) => {
  const place = await freshDatabase()
  const first = await openSample(t, { place })
  await first.begin(intent(1))
  await first.conclude('acme-books', 'order-1', unknown)
  await first.takeOwed(taking(1_000))
  await first.close()
  const south = await openSample(t, { place: { ...place, node: 'south' } })
  t.is((await south.takeOwed(taking(76_000))).length, 1)
  const again = await openSample(t, { place })
  t.is((await again.recover(1, 0)).leftUnknown, 0)
})

test('a node recovers its own payments and not another’s', async (t) => {
  const { north, a, b } = await twoNodes(t)
  await a.begin(intent(1))
  await b.begin(intent(2))
  await a.close()
  const again = await openSample(t, { place: north })
  t.is((await again.recover(5, 0)).leftUnknown, 1)
  t.is(await stateOf(b, 'order-1'), 'unknown')
  t.is(await stateOf(b, 'order-2'), 'begun')
})

test.serial('the payments and debts of a node that is silent too long are another’s', async (t) => {
  const north = await freshDatabase()
  const dead = await openStill(t, north)
  await dead.begin(intent(1))
  await dead.begin(intent(2))
  await dead.conclude('acme-books', 'order-2', unknown)
  await dead.takeOwed(taking(1_000))
  const living = await openSample(t, { place: { ...north, node: 'south' }, limits: HASTY })
  await living.begin(intent(3))
  await until(async () => (await stateOf(living, 'order-1')) === 'unknown')
  t.is(await stateOf(living, 'order-3'), 'begun')
  const owed = await living.takeOwed(taking(Date.now()))
  t.deepEqual(owed.map(({ cause, payment }) => [payment.id, cause]).toSorted(), [
    ['order-1', 'gateway-restarted'],
    ['order-2', 'host-silent'],
  ])
  const nodes = await inDatabase(
    north,
    `SELECT name, state FROM nodes WHERE name <> '(desk)' ORDER BY name`,
  )
  t.deepEqual(nodes, [
    { name: 'main', state: 'dead' },
    { name: 'south', state: 'live' },
  ])
})

for (const [what, act] of Object.entries<(store: Store) => Promise<unknown>>({
  'begins nothing': (store) => store.begin(intent(9)),
  'concludes nothing': (store) => store.conclude('acme-books', 'order-1', approved),
  'takes nothing that is owed': (store) => store.takeOwed(taking(2 ** 44)),
  'leases no trace numbers': (store) => store.leaseStans('meridian', 5),
})) {
  test(`a node that was declared dead ${what} when it comes back, and breaks`, async (t) => {
    const place = await freshDatabase()
    const faults: StoreErrorCode[] = []
    const onFault = ({ code }: { code: StoreErrorCode }) => faults.push(code)
    const back = await openSample(t, { place, onFault, limits: { beatMs: NEVER_MS } })
    await back.begin(intent(1))
    // What another node writes when it takes over.
    await inDatabase(place, `UPDATE nodes SET epoch = epoch + 1, state = 'dead'`)
    await inDatabase(
      place,
      `UPDATE payments SET state = 'unknown', decided_at_ms = 1, settlement_date = business_date`,
    )
    await t.throwsAsync(act(back), { code: 'STORE_FENCED' })
    t.deepEqual(faults, ['STORE_FENCED'])
    await t.throwsAsync(back.find('acme-books', 'order-1'), { code: 'STORE_BROKEN' })
    const payments = await inDatabase(place, 'SELECT state FROM payments')
    t.deepEqual(payments, [{ state: 'unknown' }])
  })
}

test('a node that stands still is told at its next sign of life that it is dead', async (t) => {
  const place = await freshDatabase()
  const faults: StoreErrorCode[] = []
  await openSample(t, { place, onFault: ({ code }) => faults.push(code), limits: { beatMs: 100 } })
  await inDatabase(place, `UPDATE nodes SET epoch = epoch + 1, state = 'dead'`)
  await until(async () => faults.length > 0)
  t.deepEqual(faults, ['STORE_FENCED'])
})

test.serial('a node is in charge only as long as it gives signs of life', async (t) => {
  const place = await freshDatabase()
  const living = await openSample(t, { place, limits: HASTY })
  const still = await openStill(t, { ...place, node: 'south' }, 1_000)
  await until(async () => !still.isInCharge())
  await t.throwsAsync(still.begin(intent(1)), { code: 'STORE_BUSY' })
  await until(async () => living.isInCharge())
  await living.close()
  t.false(living.isInCharge())
})

test('nobody is declared dead by a node that has just come itself', async (t) => {
  const north = await freshDatabase()
  const still = await openStill(t, north)
  await inDatabase(north, `UPDATE nodes SET beat_at = now() - interval '1 hour'`)
  const fresh = await openSample(t, {
    place: { ...north, node: 'south' },
    limits: { ...HASTY, deadAfterMs: 60_000 },
  })
  await new Promise((resolve) => setTimeout(resolve, 300))
  t.is((await still.begin(intent(1))).kind, 'begun')
  t.true(fresh.isInCharge())
})

test('every move says which node made it', async (t) => {
  const { north, a, b } = await twoNodes(t)
  await a.begin(intent(1))
  await b.begin(intent(2))
  await b.conclude('acme-books', 'order-2', approved)
  const events = await inDatabase(north, 'SELECT node, to_state FROM payment_events ORDER BY seq')
  t.deepEqual(events.map(Object.values), [
    ['main', 'begun'],
    ['south', 'begun'],
    ['south', 'approved'],
  ])
})

test('a card that two gateways register at once has one token', async (t) => {
  const { a, b } = await twoNodes(t)
  const asked = [a, b, a, b].map((store, at) =>
    store.registerCard({
      ...{ merchant: 'acme-books', id: `card-${at}`, token: `tok_${at}` },
      ...{ panMasked: '4539*1486', panHash: bytes(32, 1), sealedCard: bytes(40, at) },
      ...{ fingerprint: bytes(32, at), registeredAtMs: at },
    }),
  )
  const told = await Promise.all(asked)
  const tokens = new Set(told.map((it) => it.kind === 'registered' && it.card.token))
  t.is(tokens.size, 1)
  const [token] = tokens
  const name = String(token)
  await a.forgetCard({ merchant: 'acme-books', token: name, atMs: 9 })
  t.is(await b.findCard('acme-books', name), undefined)
})

test('the same registration at two gateways at once is one', async (t) => {
  const { a, b } = await twoNodes(t)
  const registration = {
    ...{ merchant: 'acme-books', id: 'card-1', panMasked: '4539*1486', panHash: bytes(32, 1) },
    ...{ sealedCard: bytes(40, 1), fingerprint: bytes(32, 1), registeredAtMs: 1 },
  }
  const asked = Array.from({ length: 8 }, (_, at) =>
    (at % 2 === 0 ? a : b).registerCard({ ...registration, token: `tok_${at}` }),
  )
  const [first, ...others] = await Promise.all(asked)
  t.is(first?.kind, 'registered')
  for (const it of others) t.deepEqual(it, first)
})
