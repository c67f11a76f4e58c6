import test from 'ava'
import {
  createStartMeter,
  type StanCapacity,
  type StanRules,
  stanCapacity,
} from '../../../src/communication/host/stan-capacity.ts'

type Layouts = Readonly<Record<string, string>>

/** As the edition of 1987 writes them. */
const LAYOUTS: Layouts = {
  '7': 'MMDDhhmmss',
  '12': 'hhmmss',
  '13': 'MMDD',
  '14': 'YYMM',
  '17': 'MMDD',
}

function capacityOf(rules: StanRules, layouts = LAYOUTS): StanCapacity | undefined {
  return stanCapacity(rules, (element) => layouts[element] ?? 'n')
}

const MERIDIAN = { stanUniqueWith: ['7', '32'], answerTimeoutMs: 15_000, lateAnswerMaxMs: 60_000 }

test('unique by the second and held for a minute: 16,393 a second, 249,999 at once', (t) => {
  t.deepEqual(capacityOf(MERIDIAN), { requestsOpenMax: 249_999, startsPerSecondMax: 16_393 })
})

const EDITION_1993 = { ...LAYOUTS, '12': 'YYMMDDhhmmss', '13': 'YYMM' }

const RATES: readonly [what: string, elements: string[], layouts: Layouts, rate?: number][] = [
  ['the day', ['13', '32'], LAYOUTS, 11],
  ['the day of capture', ['17'], LAYOUTS, 11],
  ['the second, written with its day in 1993', ['12'], EDITION_1993, 16_393],
  ['the second and the day, in an element each', ['12', '13'], LAYOUTS, 16_393],
  ['the minute', ['7'], { '7': 'MMDDhhmm' }, 16_393],
  ['a time of day, which comes back', ['12'], LAYOUTS],
  ['an effective date, as DE13 is one in 1993', ['13'], EDITION_1993],
  ['an expiry, which is the card’s', ['14'], { '14': 'YYMMDD' }],
  ['nothing that changes', ['32', '41'], LAYOUTS],
]

for (const [what, stanUniqueWith, layouts, rate] of RATES) {
  test(`unique by ${what}: ${rate ?? 'none'} a second`, (t) => {
    const capacity = capacityOf({ ...MERIDIAN, stanUniqueWith }, layouts)
    t.is(capacity?.startsPerSecondMax, rate)
  })
}

test('what is held for less long than its elements stay the same waits for them', (t) => {
  const rules = { ...MERIDIAN, lateAnswerMaxMs: 15_000 }
  t.is(
    capacityOf({ ...rules, stanUniqueWith: ['7'] }, { '7': 'MMDDhhmm' })?.startsPerSecondMax,
    16_393,
  )
  t.is(capacityOf({ ...rules, stanUniqueWith: ['7'] }, { '7': 'MMDDhh' })?.startsPerSecondMax, 277)
})

test('numbers taken in turn at the full rate never come back while they are held', (t) => {
  const rules = { ...MERIDIAN, lateAnswerMaxMs: 59_001 }
  const capacity = capacityOf(rules)
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
