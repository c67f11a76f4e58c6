import test from 'ava'
import { createTurnedAway } from '#admission'
import { createFakeClock } from '../fakes/clock.ts'
import { collectLog } from '../fakes/log.ts'

function open() {
  const clock = createFakeClock()
  const { log, lines } = collectLog()
  const turnedAway = createTurnedAway({ clock, log, event: 'away', facts: () => ({ waiting: 5 }) })
  return { clock, lines, turnedAway }
}

test('the first is told at once, the rest once a minute, with whose they mostly were', (t) => {
  const { clock, lines, turnedAway } = open()
  turnedAway.note('b')
  t.deepEqual(lines, [
    { level: 'warn', event: 'away', facts: { count: 1, mostly: 'b', times: 1, waiting: 5 } },
  ])
  for (const party of ['a', 'b', 'a']) turnedAway.note(party)
  clock.advance(59_999)
  t.is(lines.length, 1)
  clock.advance(1)
  t.deepEqual(lines[1]?.facts, { count: 3, mostly: 'a', times: 2, waiting: 5 })
  t.is(turnedAway.count(), 4)
})

test('a minute without any is not told of, and sets no alarm', (t) => {
  const { clock, lines, turnedAway } = open()
  turnedAway.note('a')
  clock.advance(600_000)
  t.is(lines.length, 1)
  t.is(clock.deadlineCount(), 0)
  turnedAway.note('a')
  t.is(lines.length, 2)
})

test('more parties than can be told apart are counted all the same', (t) => {
  const { clock, lines, turnedAway } = open()
  turnedAway.note('first')
  for (let index = 0; index < 5_000; index += 1) turnedAway.note(`passing-${index}`)
  clock.advance(60_000)
  t.like(lines[1]?.facts, { count: 5_000, times: 1 })
})
