import test from 'ava'
import fc from 'fast-check'
import {
  createZoneStamp,
  dateNear,
  dayOfYear,
  daysBetween,
  momentOf,
  momentText,
} from '../../src/processing/calendar.ts'

const moments = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2199, 11, 31) })

test('moments are written and read as the platform writes and reads them', (t) => {
  fc.assert(
    fc.property(moments, (ms) => {
      const text = new Date(ms).toISOString()
      return momentText(ms) === text && momentOf(text) === ms
    }),
  )
  t.is(momentOf('2026-11-22T10:00:00Z'), Date.UTC(2026, 10, 22, 10))
})

for (const text of [
  '2026-02-29T00:00:00Z',
  '2100-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-13-10T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2016-12-31T23:59:60Z',
]) {
  test(`${text} is no moment`, (t) => {
    t.is(momentOf(text), undefined)
  })
}

test('leap days are moments', (t) => {
  t.is(momentOf('2028-02-29T00:00:00Z'), Date.UTC(2028, 1, 29))
  t.is(momentOf('2000-02-29T00:00:00Z'), Date.UTC(2000, 1, 29))
})

test('days of the year are counted from 1', (t) => {
  t.is(dayOfYear('20260101000000'), 1)
  t.is(dayOfYear('20261231235959'), 365)
  t.is(dayOfYear('20281231235959'), 366)
})

test('a zone has its summer time, and midnight is hour 00', (t) => {
  const newYork = createZoneStamp('America/New_York')
  t.is(newYork(Date.UTC(2026, 10, 22, 5)), '20261122000000')
  t.is(newYork(Date.UTC(2026, 6, 1, 4)), '20260701000000')
  t.throws(() => createZoneStamp('Atlantis/Capital'), { instanceOf: RangeError })
})

test('a month and day are in the year that brings them nearest', (t) => {
  t.is(dateNear('1123', '2026-11-22'), '2026-11-23')
  t.is(dateNear('0101', '2026-12-31'), '2027-01-01')
  t.is(dateNear('1231', '2027-01-01'), '2026-12-31')
  t.is(dateNear('0229', '2027-12-01'), '2028-02-29')
  t.is(dateNear('0229', '2026-11-22'), undefined)
  for (const none of ['', '1301', '0000', '0431', '12a1', '112']) {
    t.is(dateNear(none, '2026-11-22'), undefined, none)
  }
})

test('days between two dates are counted across months and leap years', (t) => {
  t.is(daysBetween('2026-11-22', '2026-11-22'), 0)
  t.is(daysBetween('2028-02-28', '2028-03-01'), 2)
  t.is(daysBetween('2027-01-01', '2026-12-31'), -1)
})
