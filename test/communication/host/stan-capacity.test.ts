import test from 'ava'
import { createStartMeter, stanCapacity } from '../../../src/communication/host/stan-capacity.ts'

const MERIDIAN = { stanUniqueWith: ['7', '32'], answerTimeoutMs: 15_000, lateAnswerMaxMs: 60_000 }

test('unique by the second and held for a minute: 16,393 a second, 249,999 at once', (t) => {
  t.deepEqual(stanCapacity(MERIDIAN), { requestsOpenMax: 249_999, startsPerSecondMax: 16_393 })
})

test('unique by the day: 11 a second', (t) => {
  t.is(stanCapacity({ ...MERIDIAN, stanUniqueWith: ['13', '32'] })?.startsPerSecondMax, 11)
})

test('unique with nothing that changes: no capacity at all', (t) => {
  t.is(stanCapacity({ ...MERIDIAN, stanUniqueWith: ['32', '41'] }), undefined)
})

test('numbers taken in turn at the full rate never come back while they are held', (t) => {
  const rules = { ...MERIDIAN, lateAnswerMaxMs: 59_001 }
  const capacity = stanCapacity(rules)
  if (capacity === undefined) throw new Error('there is a capacity')
  // The worst case: all starts of the first second at its end, all of the last at its beginning.
  const countedSeconds = Math.ceil(rules.lateAnswerMaxMs / 1000) + 1
  t.true(capacity.startsPerSecondMax * countedSeconds <= 999_999)
})

test('a meter has room for its limit in each second and not for one more', (t) => {
  const meter = createStartMeter({ requestsOpenMax: 1, startsPerSecondMax: 2 })
  t.deepEqual(
    [5000, 5999, 5999, 6000].map((nowMs) => meter.start(nowMs)),
    [true, true, false, true],
  )
})

test('a start taken back makes room in its own second, and in no later one', (t) => {
  const meter = createStartMeter({ requestsOpenMax: 1, startsPerSecondMax: 1 })
  t.true(meter.start(5000))
  meter.takeBack(5000)
  t.true(meter.start(5999))
  t.true(meter.start(6000))
  meter.takeBack(5999)
  t.false(meter.start(6001))
})
