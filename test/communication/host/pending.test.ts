import test from 'ava'
import fc from 'fast-check'
import { createPending, type Waiter } from '../../../src/communication/host/pending.ts'

const TIMES = { answerTimeoutMs: 100, lateAnswerMaxMs: 400, answeredKeysMax: 3 }

function asked(key: string, askedAtMs: number, over: Partial<Waiter> = {}): Waiter {
  return { key, askedAtMs, left: true, repeat: false, ...over }
}

test('an answer finds the request with its key, once; the second is a duplicate', (t) => {
  const pending = createPending(TIMES)
  const waiter = asked('a', 0)
  t.true(pending.add(waiter))
  t.deepEqual(pending.match('a', 1), { kind: 'awaited', waiter })
  t.deepEqual(pending.match('a', 2), { kind: 'duplicate' })
  t.is(pending.openCount(), 0)
})

test('an answer that nothing asked for is unknown', (t) => {
  t.deepEqual(createPending(TIMES).match('a', 1), { kind: 'unknown' })
})

test('an answer to a request that has not left is unknown, and the request goes on', (t) => {
  const pending = createPending(TIMES)
  pending.add(asked('a', 0, { left: false }))
  t.deepEqual(pending.match('a', 1), { kind: 'unknown' })
  t.is(pending.openCount(), 1)
})

test('a key is refused while open, while resting and after its answer, and free after that', (t) => {
  const pending = createPending(TIMES)
  pending.add(asked('open', 0))
  t.false(pending.add(asked('open', 50)))

  pending.expire(100)
  t.false(pending.add(asked('open', 399)))
  t.true(pending.add(asked('open', 400)))

  pending.add(asked('answered', 400))
  pending.match('answered', 401)
  t.false(pending.add(asked('answered', 799)))
  t.true(pending.add(asked('answered', 800)))
})

test('a request is due at its timeout and not a millisecond before', (t) => {
  const pending = createPending(TIMES)
  pending.add(asked('a', 0))
  pending.add(asked('b', 30))
  t.is(pending.nextDueMs(), 100)
  t.deepEqual(pending.expire(99), [])
  t.deepEqual(pending.expire(100).map(keyOf), ['a'])
  t.is(pending.nextDueMs(), 130)
  t.deepEqual(pending.expire(500).map(keyOf), ['b'])
  t.is(pending.nextDueMs(), undefined)
})

test('an answer after the timeout is late until the host can send none any more', (t) => {
  const pending = createPending(TIMES)
  pending.add(asked('a', 0))
  pending.expire(100)
  t.deepEqual(pending.match('a', 101), { kind: 'late' })
  t.deepEqual(pending.match('a', 399), { kind: 'late' })
  t.deepEqual(pending.match('a', 400), { kind: 'unknown' })
})

test('the key of a request given up before it left is free at once', (t) => {
  const pending = createPending(TIMES)
  const waiter = asked('a', 0, { left: false })
  pending.add(waiter)
  pending.giveUp(waiter, 1)
  t.true(pending.add(asked('a', 1)))
})

test('a repeat may take the place of the request that got no answer, and gets its late answer', (t) => {
  const pending = createPending(TIMES)
  pending.add(asked('a', 0))
  pending.expire(100)
  const repeat = asked('a', 150, { repeat: true })
  t.true(pending.add(repeat))
  t.deepEqual(pending.match('a', 160), { kind: 'awaited', waiter: repeat })
})

test('so many answered keys are remembered, the latest of them, and never twice as many', (t) => {
  const pending = createPending(TIMES)
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  for (const key of keys) {
    pending.add(asked(key, 0))
    pending.match(key, 1)
  }
  const known = keys.filter((key) => pending.match(key, 2).kind === 'duplicate')
  t.deepEqual(known, ['d', 'e', 'f', 'g'])
})

test('resting keys are forgotten when their time is over', (t) => {
  const pending = createPending(TIMES)
  for (let at = 0; at < 100_000; at += 10) {
    pending.add(asked(`k${at}`, at))
    pending.expire(at)
  }
  t.true(pending.restingCount() <= TIMES.lateAnswerMaxMs / 10, `${pending.restingCount()} kept`)
})

/**
 * Ask, answer, wait: in any order no answer may reach a request that was asked after another like
 * it.
 */
test('no answer ever reaches another request than the one it answers', (t) => {
  const step = fc.record({
    act: fc.constantFrom('ask', 'answer', 'wait'),
    key: fc.constantFrom('a', 'b'),
    byMs: fc.nat(150),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pending = createPending<Waiter>({ ...TIMES, answeredKeysMax: 1000 })
      const atHost: Waiter[] = []
      let nowMs = 0
      for (const { act, key, byMs } of steps) {
        const waiter = asked(key, nowMs)
        if (act === 'ask' && pending.add(waiter)) atHost.push(waiter)
        const answered = act === 'answer' ? atHost.find((it) => it.key === key) : undefined
        if (answered && nowMs - answered.askedAtMs < TIMES.lateAnswerMaxMs) {
          const matched = pending.match(key, nowMs)
          if (matched.kind === 'awaited') t.is(matched.waiter, answered)
        }
        if (act === 'wait') nowMs += byMs
        pending.expire(nowMs)
        while (atHost[0] && nowMs - atHost[0].askedAtMs >= TIMES.lateAnswerMaxMs) atHost.shift()
      }
    }),
  )
})

function keyOf(it: Waiter): string {
  return it.key
}
