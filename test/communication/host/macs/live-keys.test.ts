import test from 'ava'
import { createLiveKeys } from '../../../../src/communication/host/macs/live-keys.ts'
import { createFakeClock } from '../../../fakes/clock.ts'
import { createFakeHolder, keyNamed } from './mac-spec.ts'

const BOTH_LIVE_MS = 60_000
const [first, second, third] = ['1', '2', '3'].map((name) => ({
  key: keyNamed(name),
  index: `0${name}`,
}))
if (!first || !second || !third) throw new Error('there are three')

function open(kept: Parameters<typeof createFakeHolder>[0] = []) {
  const clock = createFakeClock()
  const holder = createFakeHolder(kept)
  const keys = createLiveKeys({ holder, clock, bothLiveMs: BOTH_LIVE_MS })
  const verifying = (index?: string) => keys.verifying(index).map((it) => it.checkValue)
  return { clock, holder, keys, verifying }
}

const named = (...keys: readonly (typeof first)[]) => keys.map((it) => it?.key.checkValue)

test('with no key nothing is made, and nothing verifies', (t) => {
  const { keys, verifying } = open()
  t.is(keys.making(), undefined)
  t.deepEqual(verifying(), [])
  t.is(keys.ageMs(), 0)
})

test('a key that is offered verifies, and makes once that is said', (t) => {
  const { keys, verifying } = open()
  keys.offer(first)
  t.is(keys.making(), undefined)
  t.deepEqual(verifying(), named(first))
  keys.makeWith(first)
  t.is(keys.making()?.key, first.key)
  t.deepEqual(verifying(), named(first))
})

test('of two keys the new one makes, and both verify for a bounded time', (t) => {
  const { clock, keys, verifying } = open()
  keys.makeWith(first)
  keys.offer(second)
  t.is(keys.making()?.key, first.key)
  t.deepEqual(verifying(), named(first, second))
  keys.makeWith(second)
  t.deepEqual(verifying(), named(second, first))
  clock.advance(BOTH_LIVE_MS - 1)
  t.deepEqual(verifying(), named(second, first))
  clock.advance(1)
  t.deepEqual(verifying(), named(second))
})

test('changes that follow one another at once leave the keys before, each for its time', (t) => {
  const { clock, keys, verifying } = open()
  keys.makeWith(first)
  keys.makeWith(second)
  clock.advance(BOTH_LIVE_MS / 2)
  keys.makeWith(third)
  t.deepEqual(verifying(), named(third, second, first))
  clock.advance(BOTH_LIVE_MS / 2)
  t.deepEqual(verifying(), named(third, second))
  clock.advance(BOTH_LIVE_MS / 2)
  t.deepEqual(verifying(), named(third))
})

test('no more than three verify behind the one that makes, however fast they are changed', (t) => {
  const { keys } = open()
  const many = Array.from({ length: 9 }, (_, at) => ({ key: keyNamed(`${at}`), index: '' }))
  for (const key of many) keys.makeWith(key)
  t.deepEqual(
    keys.verifying(undefined).map((it) => it.checkValue),
    many
      .slice(-4)
      .reverse()
      .map(({ key }) => key.checkValue),
  )
})

test('a message that says the number of its key is held to that key', (t) => {
  const { keys, verifying } = open()
  keys.makeWith(first)
  keys.makeWith(second)
  t.deepEqual(verifying('01'), named(first))
  t.deepEqual(verifying('02'), named(second))
  t.deepEqual(verifying('03'), [])
  t.deepEqual(verifying(''), [])
})

test('a change of either side may be under way, and no third', (t) => {
  const { keys, verifying } = open()
  for (const key of [first, second, third]) keys.offer(key)
  t.deepEqual(verifying(), named(third, second))
  keys.makeWith(second)
  t.deepEqual(verifying(), named(second, third))
})

test('what is secured is on disk with the making one, and until when that verifies', async (t) => {
  const { clock, holder, keys } = open()
  await keys.secure(first)
  keys.makeWith(first)
  clock.advance(5)
  const nowMs = clock.nowMs()
  await keys.secure(second)
  t.deepEqual(
    holder.keeps.map((kept) =>
      kept.map(({ key, index, sinceMs, untilMs }) => [key.checkValue, index, sinceMs, untilMs]),
    ),
    [
      [[first.key.checkValue, '01', nowMs - 5, undefined]],
      [
        [second.key.checkValue, '02', nowMs, undefined],
        [first.key.checkValue, '01', nowMs - 5, nowMs + BOTH_LIVE_MS],
      ],
    ],
  )
})

test('a restart goes on with both, and with the time that the former has left', (t) => {
  const nowMs = createFakeClock().nowMs()
  const { clock, keys, verifying } = open([
    { ...second, sinceMs: nowMs - 50_000 },
    { ...first, sinceMs: 0, untilMs: nowMs + 10_000 },
  ])
  t.is(keys.making()?.key, second.key)
  t.is(keys.ageMs(), 50_000)
  t.deepEqual(verifying(), named(second, first))
  clock.advance(10_000)
  t.deepEqual(verifying(), named(second))
})

test('a wall clock that has jumped lets no former key verify for longer than it may', (t) => {
  const nowMs = createFakeClock().nowMs()
  const far = open([
    { ...second, sinceMs: nowMs },
    { ...first, sinceMs: 0, untilMs: nowMs + 9_999_999 },
  ])
  far.clock.advance(BOTH_LIVE_MS)
  t.deepEqual(far.verifying(), named(second))
  const past = open([
    { ...second, sinceMs: nowMs },
    { ...first, sinceMs: 0, untilMs: nowMs - 1 },
  ])
  t.deepEqual(past.verifying(), named(second))
})

test('keys that are dropped are gone, from the disk too', async (t) => {
  const { holder, keys, verifying } = open()
  keys.makeWith(first)
  keys.makeWith(second)
  keys.offer(third)
  await keys.drop()
  t.is(keys.making(), undefined)
  t.deepEqual(verifying(), [])
  t.deepEqual(holder.keeps.at(-1), [])
})
