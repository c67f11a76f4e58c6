import test from 'ava'
import { JournalBusyError } from '#control'
import type { CardRegistration, PaymentIntent, PaymentOutcome } from '#domain'
import { type Store, StoreError, type StoreErrorCode } from '#store'
import { journalPort } from '../src/journal-port.ts'
import { reversing } from './store/sample.ts'

const intent = {} as PaymentIntent
const outcome: PaymentOutcome = { state: 'declined', decidedAtMs: 1 }

/** A store that fails with each of `codes` in turn, then does what it is asked. */
function failing(codes: readonly StoreErrorCode[]) {
  let calls = 0
  const act = async () => {
    const code = codes[calls++]
    if (code) throw new StoreError(code, 'on purpose')
    return { kind: 'begun' as const }
  }
  const acts = {
    begin: act,
    capture: act,
    conclude: act,
    find: act,
    reverse: act,
    isReversedUnseen: act,
    registerCard: act,
    findRegistration: act,
    findCard: act,
    forgetCard: act,
  }
  const store = acts as unknown as Store
  const lost: unknown[] = []
  return { port: journalPort(store, (error) => lost.push(error)), calls: () => calls, lost }
}

for (const code of ['QUEUE_FULL', 'WAL_FULL', 'STORE_BUSY'] as const) {
  test(`a payment or a capture that meets ${code} is put off: nothing was changed`, async (t) => {
    t.deepEqual(await failing([code]).port.begin(intent), { kind: 'full' })
    const wish = { merchant: 'm', id: 'i', businessDate: '2026-11-22', atMs: 1 }
    t.deepEqual(await failing([code]).port.capture(wish), { kind: 'full' })
  })
}

test('a card that meets a full store is put off, and one that is looked for comes back', async (t) => {
  const card = {} as CardRegistration
  t.deepEqual(await failing(['DISK_FULL']).port.registerCard(card), { kind: 'full' })
  const busy = { instanceOf: JournalBusyError }
  const port = () => failing(['STORE_BUSY']).port
  await t.throwsAsync(port().findCard('m', 'tok_a'), busy)
  await t.throwsAsync(port().findRegistration('m', 'i'), busy)
  await t.throwsAsync(port().forgetCard({ merchant: 'm', token: 'tok_a', atMs: 1 }), busy)
})

test('a fault of the store is nobody’s refusal', async (t) => {
  await t.throwsAsync(failing(['STORE_IO']).port.begin(intent), { code: 'STORE_IO' })
  await t.throwsAsync(failing(['STORE_IO']).port.conclude('m', 'i', outcome), { code: 'STORE_IO' })
})

test('an outcome that meets a busy store is tried again until it is recorded', async (t) => {
  const { port, calls, lost } = failing(['STORE_BUSY', 'STORE_BUSY'])
  await port.conclude('m', 'i', outcome)
  t.is(calls(), 3)
  t.deepEqual(lost, [])
})

test('an outcome is not tried for ever, and its loss is told', async (t) => {
  const { port, calls, lost } = failing(Array.from({ length: 200 }, () => 'STORE_BUSY' as const))
  await t.throwsAsync(port.conclude('m', 'i', outcome), { code: 'STORE_BUSY' })
  t.is(calls(), 120)
  t.is(lost.length, 1)
})

/** A store that does not know whether it took an outcome, and then has moved on by `found`. */
function doubtful(found: PaymentOutcome) {
  const codes: StoreErrorCode[] = ['COMMIT_UNKNOWN', 'MOVE_NOT_ALLOWED']
  const store = {
    async conclude() {
      throw new StoreError(codes.shift() ?? 'STORE_IO', 'on purpose')
    },
    find: async () => ({ outcome: found }),
  } as unknown as Store
  const lost: unknown[] = []
  return { port: journalPort(store, (error) => lost.push(error)), lost }
}

test('an outcome of which nobody knew, and that was taken, is recorded', async (t) => {
  const { port, lost } = doubtful({ ...outcome, settlementDate: '2026-11-22' })
  await t.notThrowsAsync(port.conclude('m', 'i', outcome))
  t.deepEqual(lost, [])
})

test('an outcome of which nobody knew, and that was not taken, is recorded now', async (t) => {
  const { port, calls, lost } = failing(['COMMIT_UNKNOWN', 'STORE_BUSY'])
  await port.conclude('m', 'i', outcome)
  t.is(calls(), 3)
  t.deepEqual(lost, [])
})

for (const [what, found] of [
  ['another state', { ...outcome, state: 'unknown' }],
  ['another moment', { ...outcome, decidedAtMs: 2 }],
] as const) {
  test(`an outcome is lost when the payment has ${what} by then`, async (t) => {
    const { port, lost } = doubtful(found)
    await t.throwsAsync(port.conclude('m', 'i', outcome), { code: 'MOVE_NOT_ALLOWED' })
    t.is(lost.length, 1)
  })
}

test('an outcome that was recorded once is not taken for recorded again', async (t) => {
  const { port, lost } = failing(['MOVE_NOT_ALLOWED'])
  await t.throwsAsync(port.conclude('m', 'i', outcome), { code: 'MOVE_NOT_ALLOWED' })
  t.is(lost.length, 1)
})

test('what may have been begun is nobody’s refusal', async (t) => {
  await t.throwsAsync(failing(['COMMIT_UNKNOWN']).port.begin(intent), { code: 'COMMIT_UNKNOWN' })
})

for (const code of ['QUEUE_FULL', 'STORE_BUSY'] as const) {
  test(`a journal that meets ${code} cannot be asked just now`, async (t) => {
    const { port } = failing([code, code, code])
    await t.throwsAsync(port.find('m', 'i'), { instanceOf: JournalBusyError })
    await t.throwsAsync(port.reverse(reversing('i', 1)), { instanceOf: JournalBusyError })
    await t.throwsAsync(port.isReversedUnseen('m', 'i'), { instanceOf: JournalBusyError })
  })
}
