import test from 'ava'
import { ALLOWED_MOVES, mayMove, type PaymentState } from '#domain'

const STATES = Object.keys(ALLOWED_MOVES) as PaymentState[]

/** The picture of specs/engine.md, "Allowed moves". */
const DRAWN = [
  'begun to declined',
  'begun to failed',
  'begun to approved',
  'begun to unknown',
  'approved to reversing',
  'unknown to reversed',
  'unknown to reversed_not_found',
  'reversing to reversed',
  'reversing to reversed_not_found',
  'approved to capturing',
  'capturing to captured',
  'captured to reversing',
]

test('a payment moves as specs/engine.md draws it, and in no other way', (t) => {
  for (const from of STATES) {
    for (const to of STATES) {
      const move = `${from} to ${to}`
      t.is(mayMove(from, to), DRAWN.includes(move), move)
    }
  }
})

test('nothing leads back to a state that a payment has left', (t) => {
  const reachable = (from: PaymentState): PaymentState[] =>
    ALLOWED_MOVES[from].flatMap((to) => [to, ...reachable(to)])
  for (const state of STATES) t.false(reachable(state).includes(state), state)
})
