import test from 'ava'
import { ALLOWED_MOVES, mayMove, type PaymentState } from '#domain'

const STATES = Object.keys(ALLOWED_MOVES) as PaymentState[]

test('only a payment that is begun may still move', (t) => {
  for (const from of STATES) {
    for (const to of STATES) {
      t.is(mayMove(from, to), from === 'begun' && to !== 'begun', `${from} to ${to}`)
    }
  }
})
