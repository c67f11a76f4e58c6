import test from 'ava'
import fc from 'fast-check'
import { createTurnedAway } from '#admission'
import { createTurns, type Turns } from '#control'
import { createFakeClock } from '../fakes/clock.ts'
import { collectLog } from '../fakes/log.ts'

type Operation = Parameters<Turns['take']>[0]
type Taken = Extract<ReturnType<Turns['take']>, { kind: 'taken' }>

function open(requestsInFlightMax: number) {
  const clock = createFakeClock()
  const { log, lines } = collectLog()
  const turns = createTurns({
    requestsInFlightMax,
    retry: { leastMs: 1_000, mostMs: 30_000 },
    turnedAway: createTurnedAway({ clock, log, event: 'requests-turned-away' }),
    clock,
  })
  /** The turns that were got of so many asked for. */
  function take(operation: Operation, merchant: string, times: number): Taken[] {
    return Array.from({ length: times }, () => turns.take(operation, merchant)).filter(
      (turn) => turn.kind === 'taken',
    )
  }
  return { clock, lines, turns, take }
}

test('new payments have half of the requests under way, and questions the other half', (t) => {
  const { take } = open(64)
  t.is(take('payment.sale', 'M-1', 100).length, 28)
  t.is(take('payment.authorize', 'M-1', 100).length, 0)
  t.is(take('payment.inquire', 'M-1', 100).length, 28)
  t.is(take('echo', 'M-1', 100).length, 0)
})

test('a flood of payments refuses no question of anybody', (t) => {
  const { take } = open(64)
  for (const merchant of ['M-1', 'M-2', 'M-3']) take('payment.sale', merchant, 100)
  for (const merchant of ['M-1', 'M-2', 'M-3']) {
    t.is(take('payment.inquire', merchant, 5).length, 5)
  }
})

test('what is asked about a card is a question, not a payment', (t) => {
  const { take } = open(64)
  take('payment.sale', 'M-1', 100)
  t.is(take('card.verify', 'M-1', 5).length, 5)
  t.is(take('card.balance', 'M-1', 5).length, 5)
})

test('a merchant that floods takes no turn from one that sends little', (t) => {
  const { take } = open(64)
  take('payment.sale', 'M-1', 100)
  t.is(take('payment.sale', 'M-2', 4).length, 4)
  t.is(take('payment.sale', 'M-1', 1).length, 0)
})

test('who is refused hears BUSY and when to come back, and the operator of it', (t) => {
  const { turns, take, lines } = open(2)
  const [turn] = take('payment.sale', 'M-1', 1)
  const refused = turns.take('payment.sale', 'M-1')
  t.like(refused, { kind: 'refused', refusal: { code: 'BUSY', retryAfterMs: 1_200 } })
  t.like(lines[0], { event: 'requests-turned-away', facts: { mostly: 'merchant M-1' } })
  turn?.end()
  t.is(turns.take('payment.sale', 'M-1').kind, 'taken')
})

test('the more one asks for, the later it may come back', (t) => {
  const { clock, turns, take } = open(16)
  const refusedAfterMs = () => {
    const turn = turns.take('payment.sale', 'M-1')
    return turn.kind === 'refused' ? (turn.refusal.retryAfterMs ?? 0) : 0
  }
  const held = take('payment.sale', 'M-1', 16)
  for (let served = 0; served < 100; served += 1) {
    clock.advance(10)
    refusedAfterMs()
    held.shift()?.end()
    held.push(...take('payment.sale', 'M-1', 1))
  }
  const early = refusedAfterMs()
  for (let times = 0; times < 300; times += 1) refusedAfterMs()
  t.true(refusedAfterMs() > early + 2_000)
})

test('whatever is asked for, turns keep their bounds and all come back', (t) => {
  const operation = fc.constantFrom<Operation>('payment.sale', 'payment.inquire', 'echo')
  const step = fc.tuple(operation, fc.constantFrom('M-1', 'M-2', 'M-3'), fc.boolean(), fc.nat(99))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const { clock, turns, take } = open(32)
      const held: { readonly isPayment: boolean; readonly turn: Taken }[] = []
      for (const [asked, merchant, isEnd, which] of steps) {
        clock.advance(1)
        if (isEnd && held.length > 0) held.splice(which % held.length, 1)[0]?.turn.end()
        else {
          const turn = turns.take(asked, merchant)
          const isPayment = asked === 'payment.sale'
          if (turn.kind === 'taken') held.push({ isPayment, turn })
          else t.true((turn.refusal.retryAfterMs ?? 0) >= 1_000)
        }
        t.true(held.filter((it) => it.isPayment).length <= 16)
        t.true(held.filter((it) => !it.isPayment).length <= 16)
      }
      for (const { turn } of held) turn.end()
      t.is(take('payment.sale', 'M-4', 100).length, 14)
      t.is(take('echo', 'M-4', 100).length, 14)
    }),
  )
})
