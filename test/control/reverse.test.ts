import test from 'ava'
import type { HostReply } from '#control'
import { answerTo, type HostScript, openDesk, sale } from './desk.ts'

const TIME = '2026-11-22T10:00:00Z'

function undo(payment: string, id = 'undo-1'): object {
  return { type: 'payment.reverse', id, merchant: 'M-1001', time: TIME, payment }
}

function ask(payment: string): object {
  return { type: 'payment.inquire', id: 'ask-1', merchant: 'M-1001', time: TIME, payment }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('an approved payment is reversing, and reversed when the host has acknowledged', async (t) => {
  const desk = await openDesk()
  desk.forward()
  await desk.tell(sale('order-1'))
  t.like(await desk.tell(undo('order-1')), {
    ...{ id: 'undo-1', payment: 'order-1', outcome: 'reversing', reversal: 'under-way' },
    approvedAmount: undefined,
  })
  for (let count = 0; count < 5; count++) await turn()
  t.is(desk.forwarded[0]?.mti, '0420')
  t.is(desk.forwarded[0]?.fields['38'], 'A1B2C3')
  t.like(await desk.tell(ask('order-1')), { outcome: 'reversed', reversal: 'confirmed' })
  t.like(await desk.tell(undo('order-1', 'undo-2')), { outcome: 'reversed' })
  t.is(desk.forwarded.length, 1)
})

test('a declined payment has nothing to reverse and is told as it stands', async (t) => {
  const desk = await openDesk({ script: (sent) => answerTo(sent, { 39: '51', 38: undefined }) })
  desk.forward()
  await desk.tell(sale('order-1'))
  t.like(await desk.tell(undo('order-1')), { outcome: 'declined' })
  await turn()
  t.is(desk.forwarded.length, 0)
})

test('a payment that never came is refused when it comes, and an inquiry says why', async (t) => {
  const desk = await openDesk()
  t.like(await desk.tell(undo('order-1')), {
    ...{ type: 'reversal.answer', id: 'undo-1', payment: 'order-1', outcome: 'unseen' },
  })
  const refused = { type: 'error', error: { code: 'PAYMENT_REVERSED', field: 'id' } }
  t.like(await desk.tell(sale('order-1')), refused)
  t.like(await desk.tell(ask('order-1')), {
    error: { code: 'PAYMENT_REVERSED', field: 'payment' },
  })
  t.is(desk.asked.length, 0)
  t.is(desk.parts.stans.openCount(), 0)
  t.is(desk.placesHeld(), 0)
})

test('a payment that is under way is waited for, and then reversed', async (t) => {
  let answer: (reply: HostReply) => void = () => {}
  const script: HostScript = () =>
    new Promise((resolve) => {
      answer = resolve
    })
  const desk = await openDesk({ script })
  const sold = desk.tell(sale('order-1'))
  await turn()
  const undone = desk.tell(undo('order-1'))
  await turn()
  const [sent] = desk.asked
  if (!sent) return t.fail()
  answer(answerTo(sent))
  t.like(await sold, { outcome: 'approved' })
  t.like(await undone, { outcome: 'reversing' })
})

test('a merchant reverses its own payments only', async (t) => {
  const desk = await openDesk()
  await desk.tell(sale('order-1'))
  const other = { ...undo('order-1'), merchant: 'M-2002' }
  t.like(await desk.tell(other), { error: { code: 'MERCHANT_MISMATCH' } })
  t.like(await desk.tell(ask('order-1')), { outcome: 'approved' })
})

test('a reversal that names no payment is refused', async (t) => {
  const desk = await openDesk()
  const { payment: _, ...nameless } = undo('x') as { payment: string }
  t.like(await desk.tell(nameless), { error: { code: 'FIELD_MISSING', field: 'payment' } })
})
