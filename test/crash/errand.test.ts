import test from 'ava'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import { createErrand, type Step } from './errand.ts'
import { PLAN } from './shop.ts'

type Outcome = 'pending' | 'approved' | 'unknown' | 'capturing' | 'reversing' | 'reversed'

const answered = (kind: Outcome): MerchantResult => ({
  ...{ kind, id: 'order-1' },
  answer: { outcome: kind, rrn: '632700000001', stan: '000001' },
})
const refused = (code: string): MerchantResult => ({ kind: 'refused', code, reason: 'so it is' })
const LOST: MerchantResult = { kind: 'unreachable', reason: 'connection-lost' }
const UNSEEN: MerchantResult = { kind: 'unseen', id: 'ask-1', payment: 'order-1' }

/** A step, and what comes of it. */
type Taken = readonly [Step, MerchantResult]

async function taken(...steps: readonly Taken[]) {
  const errand = createErrand(1, PLAN.sale)
  const ends = []
  for (const [step, result] of steps) {
    const say = () => Promise.resolve(result)
    const client: Partial<MerchantClient> = {
      ...{ sale: say, capture: say, reverse: say, inquire: say },
    }
    ends.push(await errand.take(step, client as MerchantClient))
  }
  return { errand, ends }
}

test('what is refused for the moment is asked later, and what is lost is lost', async (t) => {
  const { errand, ends } = await taken(
    ['pay', refused('BUSY')],
    ['pay', refused('HOST_UNAVAILABLE')],
    ['pay', LOST],
    ['pay', answered('approved')],
  )
  t.deepEqual(ends, ['later', 'later', 'lost', 'heard'])
  t.like(errand, { last: { outcome: 'approved' }, wish: undefined, faults: [] })
})

test('a wish stands from when it was asked, and is taken when it was heard', async (t) => {
  t.is((await taken(['reverse', LOST])).errand.wish, 'asked')
  t.is((await taken(['reverse', UNSEEN])).errand.wish, 'unseen')
  const early = await taken(['reverse', answered('pending')])
  t.deepEqual([early.ends, early.errand.wish], [['later'], 'asked'])
  const { errand } = await taken(['pay', answered('approved')], ['reverse', answered('reversing')])
  t.like(errand, { wish: 'taken', faults: [] })
})

test('a capture is taken when it was heard, and may be refused for what holds nothing', async (t) => {
  const lost = await taken(['pay', answered('approved')], ['capture', LOST])
  t.like(lost.errand, { capture: { minor: 1, isTaken: false }, faults: [] })
  const heard = await taken(['pay', answered('approved')], ['capture', answered('capturing')])
  t.like(heard.errand, { capture: { minor: 1, isTaken: true }, faults: [] })
  const refusal: Taken = ['capture', refused('CAPTURE_NOT_ALLOWED')]
  t.deepEqual((await taken(['pay', answered('unknown')], refusal)).errand.faults, [])
  t.deepEqual((await taken(['pay', answered('approved')], refusal)).errand.faults, [
    'order-1 was refused: CAPTURE_NOT_ALLOWED',
  ])
})

test('found is what cannot be heard', async (t) => {
  const faultsOf = async (...steps: readonly Taken[]) => (await taken(...steps)).errand.faults
  const approved: Taken = ['pay', answered('approved')]
  t.deepEqual(await faultsOf(approved, ['inquire', answered('reversed')]), [
    'order-1 was told reversed after approved',
  ])
  t.deepEqual(await faultsOf(approved, ['inquire', refused('PAYMENT_NOT_FOUND')]), [
    'order-1 was refused: PAYMENT_NOT_FOUND',
  ])
  t.deepEqual(await faultsOf(['pay', refused('PAYMENT_REVERSED')]), [
    'order-1 was refused: PAYMENT_REVERSED',
  ])
  t.deepEqual(await faultsOf(['inquire', refused('PAYMENT_NOT_FOUND')]), [])
  t.deepEqual(await faultsOf(['reverse', LOST], ['pay', refused('PAYMENT_REVERSED')]), [])
})
