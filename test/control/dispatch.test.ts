import test from 'ava'
import { openDesk, sale } from './desk.ts'

const HEAD = { id: 'e', merchant: 'M-1001', time: '2026-11-22T10:00:00Z' }

test('an echo is answered with the gateway’s time and reaches no host', async (t) => {
  const desk = await openDesk()
  t.deepEqual(await desk.tell({ type: 'echo', ...HEAD }), {
    type: 'echo.answer',
    id: 'e',
    time: '2026-11-22T10:00:00.000Z',
  })
  t.is(desk.asked.length, 0)
})

test('an unknown kind of request is answered, never ignored', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell({ type: 'payment.conjure', ...HEAD })
  t.like(told, { type: 'error', id: 'e', error: { code: 'TYPE_UNKNOWN', field: 'type' } })
})

test('a request for another merchant than the one that signed is refused', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell(sale('a', { merchant: 'M-2002' }))
  t.like(told, { error: { code: 'MERCHANT_MISMATCH', field: 'merchant' } })
  t.is(desk.asked.length, 0)
})

test('a payment of another merchant is not found', async (t) => {
  const desk = await openDesk()
  const told = await desk.tell({ type: 'payment.inquire', ...HEAD, payment: 'somebody-else' })
  t.like(told, { id: 'e', error: { code: 'PAYMENT_NOT_FOUND', field: 'payment' } })
})
