import test from 'ava'
import type { PaymentIntent, PaymentOutcome } from '#domain'
import { type Store, StoreError, type StoreErrorCode } from '#store'
import { journalPort } from '../src/journal-port.ts'

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
  const store = { begin: act, capture: act, conclude: act } as unknown as Store
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
  const { port, calls, lost } = failing(Array.from({ length: 100 }, () => 'STORE_BUSY' as const))
  await t.throwsAsync(port.conclude('m', 'i', outcome), { code: 'STORE_BUSY' })
  t.is(calls(), 24)
  t.is(lost.length, 1)
})
