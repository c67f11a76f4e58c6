import test, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { openWorkDesk, type PostgresPlace, type Verification, verifyPlace } from '#store'
import { inDatabase } from '../../postgres/server.ts'
import { freshDatabase } from '../../postgres/shared.ts'
import { approved, intent, openSample, reversing } from '../sample.ts'

const clock = createSystemClock()
const unknown = { state: 'unknown', reason: 'host-silent', decidedAtMs: 1_000 } as const

/** Two nodes and an operator have written: ten events of four payments, one of them captured. */
async function openWritten(t: ExecutionContext): Promise<PostgresPlace> {
  const place = await freshDatabase()
  const north = await openSample(t, { place })
  const south = await openSample(t, { place: { ...place, node: 'south' } })
  for (const index of [1, 2]) await north.begin(intent(index))
  await south.begin(intent(3, { operation: 'payment.authorize' }))
  await south.begin(intent(4))
  await north.conclude('acme-books', 'order-1', approved)
  await north.conclude('acme-books', 'order-2', unknown)
  await south.conclude('acme-books', 'order-3', { ...approved, approvedMinor: 7n })
  await south.reverse(reversing('order-1', 2_000))
  await south.endAttempt(1, { kind: 'refused', atMs: 3_000 })
  await south.capture({
    merchant: 'acme-books',
    id: 'order-3',
    businessDate: '2026-11-24',
    atMs: 4,
  })
  const desk = await openWorkDesk(place, { clock })
  await desk.closeAsDone(1, 'ada')
  await desk.close()
  return place
}

const verify = (place: PostgresPlace, wanted: readonly string[] = []) =>
  verifyPlace(place, { clock, wanted })

function faultsOf({ faults }: Verification): string[] {
  return faults.map(({ kind, place }) => `${kind}: ${place}`)
}

/** As whoever may alter the schema could. */
function tamper({ port, database }: PostgresPlace, sql: string): Promise<void> {
  return inDatabase(
    port,
    database,
    `SET search_path = sallyport; SET session_replication_role = replica; ${sql}`,
  )
}

test('a store that only its nodes and operators have written is sound', async (t) => {
  const place = await openWritten(t)
  const found = await verify(place)
  t.like(found, { payments: 4, events: 10, chainedFrom: 1, faultCount: 0 })
  t.deepEqual(found.heads.map(({ node }) => node).toSorted(), ['(desk)', 'main', 'south'])
  const noted = found.heads.map(({ hash }) => hash)
  t.is((await verify(place, noted)).faultCount, 0)
  t.deepEqual(faultsOf(await verify(place, ['0'.repeat(64)])), ['head: chain'])
})

test('a node knows where its chain ends', async (t) => {
  const place = await openWritten(t)
  const south = await openSample(t, { place: { ...place, node: 'west' } })
  t.is(await south.chainHead(), undefined)
  await south.begin(intent(9))
  const head = await south.chainHead()
  const { heads } = await verify(place)
  t.deepEqual(
    heads.find(({ node }) => node === 'west'),
    head,
  )
})

const TAMPERED: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'an event that says something else': [
    `UPDATE payment_events SET reason = 'link-lost' WHERE seq = 6`,
    ['chain: event 6'],
  ],
  'a payment of another amount': [
    `UPDATE payments SET amount_minor = 1 WHERE id = 'order-1'`,
    ['content: event 1'],
  ],
  'an outcome that was changed': [
    `UPDATE payments SET approved_minor = 8 WHERE id = 'order-3'`,
    ['content: event 7'],
  ],
  'a capture of another amount': [`UPDATE captures SET captured_minor = 6`, ['content: event 9']],
  'a state without its move': [
    `UPDATE payments SET state = 'approved' WHERE id = 'order-1'`,
    ['state: payment 1'],
  ],
  'an event that is gone': [
    'DELETE FROM payment_events WHERE seq = 4',
    ['chain: event 7', 'state: payment 4'],
  ],
  'the newest event cut off': [
    `DELETE FROM payment_events WHERE seq = 10`,
    ['head: chain of (desk)', 'state: payment 2'],
  ],
  'an entry of another amount': [
    'UPDATE ledger_entries SET minor = 8 WHERE posting = 1 AND place = 0',
    [...['ledger: posting 1', 'ledger: day 2026-11-22 of account 1', 'ledger: account 1']],
  ],
  'a balance of another amount': [
    'UPDATE ledger_node_balances SET balance_minor = 8 WHERE account = 1',
    ['ledger: account 1'],
  ],
  'a posting that is gone': [
    `DELETE FROM ledger_entries WHERE posting = 1; DELETE FROM ledger_postings WHERE seq = 1;
     DELETE FROM ledger_node_days; UPDATE ledger_node_balances SET balance_minor = 0`,
    ['ledger: event 5'],
  ],
  'a payment that is gone': [
    `DELETE FROM owed_messages WHERE payment = 3; DELETE FROM captures;
     DELETE FROM payments WHERE seq = 3`,
    ['reference: event 3', 'reference: event 7', 'reference: event 9'],
  ],
}
for (const [what, [sql, expected]] of Object.entries(TAMPERED)) {
  test(`${what} is found`, async (t) => {
    const place = await openWritten(t)
    await tamper(place, sql)
    t.deepEqual(faultsOf(await verify(place)).toSorted(), [...expected].toSorted())
  })
}

for (const sql of [
  'UPDATE payment_events SET at_ms = 1',
  'DELETE FROM payment_events',
  'DELETE FROM payments',
  'UPDATE payments SET amount_minor = 1',
  `UPDATE payments SET node = 'south'`,
  'DELETE FROM captures',
  'UPDATE captures SET captured_minor = 1',
]) {
  test(`${sql} is refused by the schema`, async (t) => {
    const { port, database } = await openWritten(t)
    const attempt = inDatabase(port, database, `SET search_path = sallyport; ${sql}`)
    await t.throwsAsync(attempt, { message: /stays as it was written/ })
  })
}
