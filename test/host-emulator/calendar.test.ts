import test from 'ava'
import { dateOf, dateWriter, dayAfter } from '../../src/host-emulator/calendar.ts'

const DAY_MS = 86_400_000

test('every day of 1970 to 2110 is that of the Gregorian calendar, and so is the day after', (t) => {
  const wrong: string[] = []
  for (let wallMs = 0; wallMs < Date.UTC(2110, 0); wallMs += DAY_MS) {
    const day = new Date(wallMs).toISOString().slice(0, 10)
    const next = new Date(wallMs + DAY_MS).toISOString().slice(0, 10)
    if (dateOf(wallMs) !== day || dayAfter(day) !== next) wrong.push(day)
  }
  t.deepEqual(wrong, [])
})

test('a date is written in the layout of its element', (t) => {
  t.is(dateWriter('MMDD')('2026-11-23'), '1123')
  t.is(dateWriter('YYMMDD')('2026-11-23'), '261123')
  t.throws(() => dateWriter('hhmm'), { instanceOf: TypeError })
})
