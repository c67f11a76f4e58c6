import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import type { PaymentOutcome } from '#domain'
import { createSystemClock } from '#platform'
import { openMemoryStore, openWorkDesk } from '#store'
import { openMemoryDatabase } from '../../src/store/database.ts'
import { journalOver } from '../../src/store/journal.ts'
import { CHAIN_START, eventHash } from '../../src/store/journal-chain.ts'
import { intentRow, outcomeRow } from '../../src/store/payment-row.ts'
import { makeUnchained } from './older-store.ts'
import { approved, bytes, intent, openSample, reversing, storeFile, usd } from './sample.ts'

const UNKNOWN: PaymentOutcome = { state: 'unknown', reason: 'link-lost', decidedAtMs: 9 }

/** What an auditor's own program makes of the chain; it ends with a fault where it does not fit. */
function audited(file: string): {
  events: number
  heads: Record<string, string>
  charges: number
} {
  const program = ['test/oracles/chain.py', file]
  return JSON.parse(execFileSync('/usr/bin/python3', program, { encoding: 'utf8' }))
}

test('an independent program, written from the specification, finds the chain whole', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  const odd = { id: 'ørder "7"\\\u0001\u2028🧾', sealedImage: bytes(300, 0xab) }
  for (const index of [1, 2, 3]) await store.begin(intent(index, index === 3 ? odd : {}))
  await store.conclude('acme-books', 'order-1', {
    ...approved,
    approvedMinor: 5n,
    checks: { cvv2: 'M' },
    details: { settlementDate: '1122' },
    carried: { '63': 'ø' },
  })
  await store.conclude('acme-books', 'order-2', UNKNOWN)
  await store.recover(10, 0)
  await store.reverse(reversing('order-1', 11))
  const head = await store.chainHead()
  t.deepEqual(audited(file), { events: 7, heads: { main: head?.hash }, charges: 0 })
  t.like(head, { node: 'main', event: 7 })
})

test('that program finds the charges of tabs whole, and the capture that swears on them', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  await store.begin(intent(1, { operation: 'payment.authorize' }))
  await store.conclude('acme-books', 'order-1', approved)
  const named = { merchant: 'acme-books', id: 'tab-1' }
  await store.openTab({
    ...{ ...named, payment: 'order-1', currency: usd(), businessDate: '2026-11-22' },
    consent: { reference: 'consent "1"', maximumMinor: 900n, untilMs: 2 ** 45 },
    posting: { ageMs: 1_000, atDayEnd: true, thresholdMinor: 800n },
    rate: { unit: 'second', grains: 7_000n },
    ...{ fingerprint: bytes(32, 3), openedAtMs: 1 },
  })
  const charges = [
    { id: 'a', grains: 15_000n, item: 'An ørticle' },
    { id: 'b', quantity: 3 },
  ]
  await store.chargeTab({ ...named, charges, atMs: 2 })
  await store.postTab({ ...named, isAsked: true, openDate: '2026-11-22', atMs: 3 })
  t.like(audited(file), { events: 3, charges: 2 })
  await store.close()
  const database = new DatabaseSync(file)
  database.exec('DROP TRIGGER tab_charges_stay')
  database.exec('UPDATE tab_charges SET quantity = 4 WHERE number = 2')
  database.close()
  t.throws(() => audited(file), { message: /charge 2 of tab 1/ })
})

test('that program notices one byte that is changed behind the journal’s back', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  await store.begin(intent(1))
  await store.close()
  const database = new DatabaseSync(file)
  database.exec('DROP TRIGGER payments_intent_stays')
  database.exec("UPDATE payments SET terminal = 'TERM0002'")
  database.close()
  t.throws(() => audited(file), { message: /content of event 1/ })
})

test('the first event hashes its row behind sixty-four zeros', (t) => {
  const database = openMemoryDatabase()
  const journal = journalOver(database)
  journal.transact(() => journal.payments.begin(intentRow(intent(1))))
  const event = database.prepare('SELECT lower(hex(content)) AS it FROM payment_events').get()
  const row = [1, null, 'begun', null, intent(1).begunAtMs, 'main', String(event?.it)]
  t.is(journal.chainHead()?.hash, eventHash(CHAIN_START, row))
})

test('a store without a move has no head', async (t) => {
  const store = await openSample(t)
  t.is(await store.chainHead(), undefined)
})

test('what a crash takes back was never in the chain', (t) => {
  const [crashed, spared] = [openMemoryStore(), openMemoryStore()]
  for (const store of [crashed, spared]) store.transact(() => store.begin(intent(1)))
  t.throws(() =>
    crashed.transact(() => {
      crashed.begin(intent(2))
      throw new Error('crash')
    }),
  )
  for (const store of [crashed, spared]) store.transact(() => store.begin(intent(3)))
  t.deepEqual(crashed.chainHead(), spared.chainHead())
})

test('an act that is refused is not in the chain, and what its batch goes on with is', (t) => {
  const [refusing, spared] = [openMemoryStore(), openMemoryStore()]
  refusing.transact(() => {
    refusing.begin(intent(1))
    t.throws(() => refusing.begin(intent(2, { panHash: bytes(31, 1) })))
    t.throws(() =>
      refusing.conclude('acme-books', 'order-1', { state: 'failed', decidedAtMs: 1.5 }),
    )
    refusing.conclude('acme-books', 'order-1', approved)
  })
  spared.transact(() => {
    spared.begin(intent(1))
    spared.conclude('acme-books', 'order-1', approved)
  })
  t.deepEqual(refusing.chainHead(), spared.chainHead())
})

test('the chain goes on where it was, however its acts are put in transactions', async (t) => {
  const file = storeFile(t)
  for (const index of [1, 2, 3]) {
    const store = await openSample(t, { file })
    await store.begin(intent(index))
    await store.close()
  }
  const memory = openMemoryStore()
  memory.transact(() => {
    for (const index of [1, 2, 3]) memory.begin(intent(index))
  })
  const store = await openSample(t, { file })
  t.deepEqual(await store.chainHead(), memory.chainHead())
})

test('each node has a chain of its own', async (t) => {
  const file = storeFile(t)
  for (const [index, node] of ['east', 'west', 'east'].entries()) {
    const store = await openSample(t, { file, node })
    await store.begin(intent(index))
    t.like(await store.chainHead(), { node, event: index + 1 })
    await store.close()
  }
  const { events, heads } = audited(file)
  t.is(events, 3)
  t.deepEqual(Object.keys(heads).sort(), ['east', 'west'])
})

test('what an operator does beside a running gateway is in the same chain', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  await store.begin(intent(1))
  await store.conclude('acme-books', 'order-1', UNKNOWN)
  await store.endAttempt(1, { kind: 'refused', responseCode: '21', atMs: 10 })
  const desk = await openWorkDesk(file, { clock: createSystemClock() })
  t.teardown(() => desk.close())
  await desk.closeAsDone(1, 'ada')
  await store.begin(intent(2))
  const head = await store.chainHead()
  t.deepEqual(audited(file), { events: 4, heads: { main: head?.hash }, charges: 0 })
})

test('a store of before the chain goes on, and its chain begins with its next event', async (t) => {
  const file = storeFile(t)
  makeUnchained(file)
  const store = await openSample(t, { file })
  t.is(await store.chainHead(), undefined)
  await store.conclude('acme-books', 'order-1', approved)
  const head = await store.chainHead()
  t.is(head?.event, 2)
  t.deepEqual(audited(file), { events: 1, heads: { main: head?.hash }, charges: 0 })
})

test('events are written in one place alone of each store', (t) => {
  const writers = globSync('src/**/*.{ts,sql}').filter((file) =>
    /(INTO|UPDATE) payment_events/.test(readFileSync(file, 'utf8')),
  )
  t.deepEqual(writers.sort(), ['src/store/journal-chain.ts', 'src/store/postgres/moves.ts'])
})

test('a capture is in the chain with its amount, and with the day that it settles on', async (t) => {
  const file = storeFile(t)
  const store = await openSample(t, { file })
  await store.begin(intent(1, { operation: 'payment.authorize' }))
  await store.conclude('acme-books', 'order-1', approved)
  await store.capture({
    merchant: 'acme-books',
    id: 'order-1',
    businessDate: '2026-11-24',
    atMs: 9,
  })
  await store.endAttempt(1, { kind: 'acknowledged', atMs: 10 })
  const head = await store.chainHead()
  t.deepEqual(audited(file), { events: 4, heads: { main: head?.hash }, charges: 0 })
})

for (const table of ['payment_events', 'strays', 'merchant_changes', 'payments', 'captures']) {
  test(`no row of ${table} is deleted`, (t) => {
    const database = filled()
    t.throws(() => database.exec(`DELETE FROM ${table}`), { message: /append-only|never deleted/ })
  })
}

for (const change of [
  'payment_events SET at_ms = 0',
  'strays SET at_ms = 0',
  "merchant_changes SET changed_by = 'nobody'",
  'payments SET amount_minor = 1',
  "payments SET sealed_image = x'00'",
  'captures SET captured_minor = 1',
]) {
  test(`UPDATE ${change} is refused`, (t) => {
    const database = filled()
    t.throws(() => database.exec(`UPDATE ${change}`), { message: /append-only|as it was/ })
  })
}

/** A database with a row in each table that is written once. */
function filled(): DatabaseSync {
  const database = openMemoryDatabase()
  const journal = journalOver(database)
  journal.transact(() => {
    journal.payments.begin(intentRow(intent(1, { operation: 'payment.authorize' })))
    journal.payments.conclude('acme-books', 'order-1', outcomeRow(approved))
    const when = { businessDate: '2026-11-24', atMs: 9 }
    journal.payments.capture({ merchant: 'acme-books', id: 'order-1', ...when })
    journal.journalStray(['late', 'meridian', '0210', null, null, null, 1, bytes(1, 1)])
    const merchant = { id: 'acme-books' } as Parameters<typeof journal.merchants.put>[0]['merchant']
    journal.merchants.put({ merchant, by: 'ada', atMs: 1 })
  })
  return database
}
