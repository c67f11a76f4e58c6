import test from 'ava'
import fc from 'fast-check'
import { dateOf, dayAfter, momentText } from '../../src/host-emulator/calendar.ts'

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

test('a transmission time is month to second in UTC', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2110, 0) }), (wallMs) => {
      const iso = new Date(wallMs).toISOString()
      t.is(momentText(wallMs, 'MMDDhhmmss'), iso.slice(5, 19).replace(/\D/g, ''))
    }),
  )
})
