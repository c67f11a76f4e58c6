import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import ava, { type ExecutionContext } from 'ava'
import type { AttemptEnd, OwedMessage, PutOff } from '#domain'
import { openWorkDesk, type Store } from '#store'
import { createFakeClock } from '../fakes/clock.ts'
import { approved, intent, openSample, reversing, storeFile } from './sample.ts'
import { type Kind, test } from './stores.ts'

const unknown = { state: 'unknown', reason: 'host-silent', decidedAtMs: 1_000 } as const

/** A store in which the payments `order-1` to `order-count` are unknown. */
async function owing(t: ExecutionContext, kind: Kind, count: number): Promise<Store> {
  const store = await kind.open(t)
  for (let index = 1; index <= count; index++) {
    await store.begin(intent(index))
    await store.conclude('acme-books', `order-${index}`, unknown)
  }
  return store
}

function taking(nowMs: number, countMax = 10) {
  const day = 86_400_000
  return {
    ...{ host: 'meridian', nowMs, countMax },
    leaseUntilMs: nowMs + 75_000,
    horizonMs: nowMs + day,
  }
}

function take(store: Store, nowMs: number, countMax?: number): Promise<readonly OwedMessage[]> {
  return store.takeOwed(taking(nowMs, countMax))
}

function putOff(why: PutOff, dueAtMs: number): AttemptEnd {
  return { kind: 'put-off', why, dueAtMs, atMs: 2_000 }
}

test('the act that makes a payment unknown owes its reversal, with the payment as it stands', async (t, kind) => {
  const store = await owing(t, kind, 1)
  const [owed] = await take(store, 1_000)
  t.like(owed, { seq: 1, cause: 'host-silent', owedAtMs: 1_000, attempts: 0 })
  t.is(owed?.numbered, undefined)
  t.deepEqual(owed?.payment, await store.find('acme-books', 'order-1'))
})

test('the exchange of an unknown payment stays open after a restart, reversed meanwhile or not', async (t, kind) => {
  const store = await owing(t, kind, 2)
  await store.begin(intent(3))
  await store.conclude('acme-books', 'order-3', { ...approved, decidedAtMs: 1_000 })
  await store.reverse(reversing('order-3', 1_000))
  await store.endAttempt(1, { kind: 'acknowledged', responseCode: '00', atMs: 1_100 })
  const openAt = async (sinceMs: number) => {
    const { openExchanges } = await store.recover(2_000, sinceMs)
    return openExchanges.map(({ stan }) => stan)
  }
  t.deepEqual(await openAt(1_000), [2, 3])
  t.deepEqual(await openAt(1_001), [])
})

for (const outcome of [approved, { state: 'declined', decidedAtMs: 1 } as const]) {
  test(`nothing is owed for a payment that is ${outcome.state}`, async (t, kind) => {
    const store = await kind.open(t)
    await store.begin(intent(1))
    await store.conclude('acme-books', 'order-1', outcome)
    t.deepEqual(await take(store, 2 ** 45), [])
  })
}

test('what is taken is nobody else’s until its lease ends', async (t, kind) => {
  const store = await owing(t, kind, 1)
  t.is((await take(store, 1_000)).length, 1)
  t.is((await take(store, 1_001)).length, 0)
  t.is((await take(store, 75_999)).length, 0)
  t.is((await take(store, 76_000)).length, 1)
})

test('the longest due comes first, and no more than is asked for', async (t, kind) => {
  const store = await owing(t, kind, 3)
  const [first] = await take(store, 1_000, 1)
  t.is(first?.seq, 1)
  await store.endAttempt(1, putOff('host-silent', 5_000))
  t.deepEqual(
    (await take(store, 9_000, 2)).map(({ seq }) => seq),
    [2, 3],
  )
  t.deepEqual(
    (await take(store, 9_000)).map(({ seq }) => seq),
    [1],
  )
})

test('what is owed to another host is not taken', async (t, kind) => {
  const store = await owing(t, kind, 1)
  t.deepEqual(await store.takeOwed({ ...taking(1_000), host: 'other' }), [])
})

test('what a clock that went wrong put off beyond the horizon is due', async (t, kind) => {
  const store = await owing(t, kind, 1)
  await take(store, 1_000)
  await store.endAttempt(1, putOff('host-silent', 1_000 + 86_400_001))
  t.is((await take(store, 1_000)).length, 1)
})

test('a number is given once, and every later attempt has it', async (t, kind) => {
  const store = await owing(t, kind, 1)
  await take(store, 1_000)
  await store.numberOwed(1, { stan: 77, askedAtMs: 1_500 })
  t.deepEqual((await take(store, 80_000))[0]?.numbered, { stan: 77, askedAtMs: 1_500 })
  await t.throwsAsync(store.numberOwed(1, { stan: 78, askedAtMs: 1 }), {
    code: 'ACT_INVALID',
  })
  await t.throwsAsync(store.numberOwed(2, { stan: 78, askedAtMs: 1 }), {
    code: 'ACT_INVALID',
  })
})

test('an attempt that may have left is counted, one that did not is not', async (t, kind) => {
  const store = await owing(t, kind, 1)
  for (const [index, why] of (['host-silent', 'not-sent', 'link-lost'] as const).entries()) {
    await take(store, 1_000 + index)
    await store.endAttempt(1, putOff(why, 1_000))
  }
  t.is((await take(store, 10_000))[0]?.attempts, 2)
})

test('an acknowledgement reverses the payment, and nothing is due any more', async (t, kind) => {
  const store = await owing(t, kind, 1)
  await store.endAttempt(1, { kind: 'acknowledged', responseCode: '00', atMs: 2_000 })
  const payment = await store.find('acme-books', 'order-1')
  t.is(payment?.state, 'reversed')
  t.like(payment?.outcome, unknown)
  t.deepEqual(await take(store, 2 ** 45), [])
})

test('of a message that has ended, a second ending changes nothing', async (t, kind) => {
  const store = await owing(t, kind, 1)
  await store.endAttempt(1, { kind: 'acknowledged', responseCode: '00', atMs: 2_000 })
  await store.endAttempt(1, { kind: 'not-found', responseCode: '25', atMs: 3_000 })
  await store.endAttempt(1, putOff('host-silent', 1))
  t.is((await store.find('acme-books', 'order-1'))?.state, 'reversed')
  t.deepEqual(await take(store, 2 ** 45), [])
})

test('a merchant’s reversal of an approved payment is owed once', async (t, kind) => {
  const store = await kind.open(t)
  await store.begin(intent(1))
  await store.conclude('acme-books', 'order-1', approved)
  const reverse = () => store.reverse(reversing('order-1', 3_000))
  t.like(await reverse(), { kind: 'stands', payment: { state: 'reversing' } })
  t.like(await reverse(), { kind: 'stands', payment: { state: 'reversing' } })
  const owed = await take(store, 3_000)
  t.is(owed.length, 1)
  t.like(owed[0], { cause: 'merchant-asked', owedAtMs: 3_000 })
  await store.endAttempt(1, { kind: 'acknowledged', responseCode: '00', atMs: 4_000 })
  t.like(await reverse(), { kind: 'stands', payment: { state: 'reversed' } })
  t.deepEqual(await take(store, 2 ** 45), [])
})

test('a merchant’s reversal of what never came refuses it when it comes', async (t, kind) => {
  const store = await kind.open(t)
  t.deepEqual(await store.reverse(reversing('order-1', 1)), { kind: 'unseen' })
  t.deepEqual(await store.reverse(reversing('order-1', 2)), { kind: 'unseen' })
  t.deepEqual(await store.begin(intent(1)), { kind: 'reversed-unseen' })
  t.true(await store.isReversedUnseen('acme-books', 'order-1'))
  t.false(await store.isReversedUnseen('other', 'order-1'))
  t.deepEqual(await store.begin(intent(1, { merchant: 'other' })), { kind: 'begun' })
  t.is(await store.find('acme-books', 'order-1'), undefined)
})

async function unknownIn(store: Store): Promise<void> {
  await store.begin(intent(1))
  await store.conclude('acme-books', 'order-1', unknown)
}

test('what the host has not is expected not to be posted, on its settlement date', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await unknownIn(store)
  await store.endAttempt(1, { kind: 'not-found', responseCode: '25', atMs: 2_000 })
  t.is((await store.find('acme-books', 'order-1'))?.state, 'reversed_not_found')
  await store.close()
  const [expectation] = await kind.rows(place, 'SELECT * FROM expectations')
  t.like(expectation, {
    payment: 1,
    kind: 'nothing-posted',
    host: 'meridian',
    settlement_date: '2026-11-22',
    at_ms: 2_000,
  })
})

test('a refusal is a work item with all that decides, and nothing more is due', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await unknownIn(store)
  await store.takeOwed(taking(1_000))
  await store.numberOwed(1, { stan: 77, askedAtMs: 1_500 })
  await store.endAttempt(1, { kind: 'refused', responseCode: '12', atMs: 2_000 })
  t.deepEqual(await store.takeOwed(taking(2 ** 45)), [])
  t.is((await store.find('acme-books', 'order-1'))?.state, 'unknown')
  const desk = await openWorkDesk(place, { clock: createFakeClock() })
  t.teardown(() => desk.close())
  const [item] = await desk.list(10)
  t.like(item, { seq: 1, kind: 'reversal-refused', cause: 'host-silent', openedAtMs: 2_000 })
  t.like(item, { attempts: 1, stan: 77, responseCode: '12' })
  t.is(item?.payment.id, 'order-1')
  t.deepEqual(await desk.find(1), item)
})

test('an operator has it sent again, beside the running store', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await unknownIn(store)
  await store.endAttempt(1, { kind: 'refused', responseCode: '12', atMs: 2_000 })
  const clock = createFakeClock(5_000)
  const desk = await openWorkDesk(place, { clock })
  t.teardown(() => desk.close())
  await desk.retry(1, 'J. Doe')
  t.deepEqual(await desk.list(10), [])
  await t.throwsAsync(desk.retry(1, 'J. Doe'), { code: 'WORK_NOT_OPEN' })
  t.is((await store.takeOwed(taking(5_000)))[0]?.attempts, 1)
  await store.endAttempt(1, { kind: 'refused', atMs: 6_000 })
  t.is((await desk.list(10))[0]?.seq, 2)
  const [first] = await kind.rows(place, 'SELECT * FROM work_items')
  t.like(first, { closed_at_ms: 5_000, closed_by: 'J. Doe', resolution: 'sent-again' })
})

test('an operator says that the host has reversed it otherwise', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await unknownIn(store)
  await store.endAttempt(1, { kind: 'refused', atMs: 2_000 })
  const desk = await openWorkDesk(place, { clock: createFakeClock(5_000) })
  t.teardown(() => desk.close())
  await desk.closeAsDone(1, 'J. Doe')
  t.is((await store.find('acme-books', 'order-1'))?.state, 'reversed')
  t.deepEqual(await store.takeOwed(taking(2 ** 45)), [])
  await t.throwsAsync(desk.closeAsDone(1, 'J. Doe'), { code: 'WORK_NOT_OPEN' })
})

test('what is overdue is one open work item, is still sent, and closes when acknowledged', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await unknownIn(store)
  await store.endAttempt(1, putOff('link-lost', 3_000))
  const raise = (owedBeforeMs: number) =>
    store.raiseOverdue({ host: 'meridian', owedBeforeMs, atMs: 2_500 })
  t.is(await raise(999), 0)
  t.is(await raise(1_000), 1)
  t.is(await raise(1_000), 0)
  const desk = await openWorkDesk(place, { clock: createFakeClock() })
  t.teardown(() => desk.close())
  t.is((await desk.list(10)).length, 1)
  t.like((await desk.list(10))[0], { kind: 'reversal-overdue', attempts: 1, putOff: 'link-lost' })
  t.is((await store.takeOwed(taking(3_000))).length, 1)
  await store.endAttempt(1, { kind: 'acknowledged', responseCode: '00', atMs: 4_000 })
  t.deepEqual(await desk.list(10), [])
  const [item] = await kind.rows(place, 'SELECT * FROM work_items')
  t.like(item, { closed_by: 'host', resolution: 'acknowledged' })
})

test('after a restart what was begun is owed, and whatever was taken is due at once', async (t, kind) => {
  const place = await kind.freshPlace(t)
  const store = await kind.open(t, { place })
  await unknownIn(store)
  await store.begin(intent(2))
  t.is((await store.takeOwed(taking(1_000))).length, 1)
  await store.close()
  const reopened = await kind.open(t, { place })
  t.is((await reopened.recover(2_000, 0)).leftUnknown, 1)
  const owed = await reopened.takeOwed(taking(2_000))
  t.deepEqual(
    owed.map(({ cause, payment }) => [cause, payment.id, payment.state]),
    [
      ['host-silent', 'order-1', 'unknown'],
      ['gateway-restarted', 'order-2', 'unknown'],
    ],
  )
})

ava(
  'what an older program left unknown is owed once the store is brought up to date',
  async (t) => {
    const file = storeFile(t)
    const older = new DatabaseSync(file)
    older.exec(readMigration('0001-payments.sql'))
    older.exec('PRAGMA application_id = 0x53706c79; PRAGMA user_version = 1')
    for (const [seq, state] of ['begun', 'unknown', 'approved'].entries()) {
      const decided = state === 'begun' ? 'NULL, NULL' : `'link-lost', 900`
      older.exec(`INSERT INTO payments VALUES (${seq + 1}, 'acme-books', 'order-${seq + 1}',
      'payment.sale', 1250, 'USD', 0, '453912******1234', 'meridian', '0200', ${seq + 1},
      '1122235959', '632623000001', 'TERM0001', '2026-11-22', 800, zeroblob(32), zeroblob(32),
      x'00', '${state}', ${decided}, NULL, NULL, NULL, NULL, NULL, NULL)`)
      older.exec(
        `INSERT INTO payment_events (payment, to_state, at_ms) VALUES (${seq + 1}, 'begun', 8)`,
      )
    }
    older.close()
    const store = await openSample(t, { file })
    const owed = await store.takeOwed(taking(1_000))
    t.deepEqual(
      owed.map(({ cause, payment }) => [cause, payment.id, payment.outcome?.settlementDate]),
      [['link-lost', 'order-2', '2026-11-22']],
    )
    t.is((await store.find('acme-books', 'order-1'))?.state, 'begun')
  },
)

function readMigration(name: string): string {
  return readFileSync(`src/store/migrations/${name}`, 'utf8')
}
