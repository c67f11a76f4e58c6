import test from 'ava'
import fc from 'fast-check'
import { DATE_LAYOUTS, dateCut, daysIn, momentText, STAMP_LAYOUT, utcStamp } from '#iso8583'

/** The same moment in every layout that has it. */
const MOMENT = '20261123141559'

const CUTS: readonly [layout: string, written: string, format: string, cut?: string][] = [
  ['YYYYMMDDhhmmss', MOMENT, 'YYYYMMDD', '20261123'],
  ['YYYYMMDDhhmmss', MOMENT, 'YYMMDD', '261123'],
  ['YYYYMMDDhhmmss', MOMENT, 'YYMM', '2611'],
  ['YYYYMMDDhhmmss', MOMENT, 'hhmm', '1415'],
  ['YYMMDDhhmmss', MOMENT.slice(2), 'MMDD', '1123'],
  ['YYMMDDhhmmss', MOMENT.slice(2), 'hhmmss', '141559'],
  ['MMDDhhmmss', MOMENT.slice(4), 'MMDD', '1123'],
  ['YYMMDD', '261123', 'YYMMDD', '261123'],
  ['DDMM', '2311', 'MMDD', '1123'],
  ['YYYYMMDD', '20261123', 'DDMM', '2311'],
  ['MMDD', '1123', 'YYMMDD'],
  ['DDMM', '2311', 'YYMM'],
  ['hhmmss', '141559', 'MMDD'],
  ['n', '261123', 'MMDD'],
  ['YYMMDD', '261123', 'DD'],
  ['YYMMDD', '261123', 'cut'],
]

for (const [layout, written, format, cut] of CUTS) {
  test(`${format} out of ${layout} is ${cut ?? 'not to be had'}`, (t) => {
    t.is(dateCut(layout, format)?.(written), cut)
  })
}

const PIECES: Readonly<Record<string, string>> = {
  YYYYMMDDhhmmss: '20261123141559',
  YYMMDDhhmmss: '261123141559',
  YYMMDDhhmm: '2611231415',
  MMDDhhmmss: '1123141559',
  MMDDhhmm: '11231415',
  YYYYMMDD: '20261123',
  YYMMDD: '261123',
  YYYYMM: '202611',
  YYMM: '2611',
  DDMM: '2311',
  DDhhmmss: '23141559',
  MMDD: '1123',
  hhmmss: '141559',
  hhmm: '1415',
}

for (const [format, text] of Object.entries(PIECES)) {
  test(`a moment as ${format} is ${text}`, (t) => {
    t.is(dateCut(STAMP_LAYOUT, format)?.(MOMENT), text)
    t.is(momentText(Date.UTC(2026, 10, 23, 14, 15, 59), format), text)
  })
}

test('a moment can be had in every layout', (t) => {
  t.deepEqual([...DATE_LAYOUTS].sort(), Object.keys(PIECES).sort())
  t.throws(() => momentText(0, 'MMYY'), { instanceOf: TypeError })
})

test('a stamp is that of the platform’s calendar, to the second', (t) => {
  const moments = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2199, 11, 31) })
  fc.assert(
    fc.property(moments, (ms) => {
      t.is(utcStamp(ms), new Date(ms).toISOString().slice(0, 19).replace(/\D/g, ''))
    }),
  )
})

test('months have the days of the platform’s calendar, and there are twelve', (t) => {
  for (let year = 1890; year < 2210; year += 1) {
    for (let month = 1; month <= 12; month += 1) {
      t.is(daysIn(year, month), new Date(Date.UTC(year, month, 0)).getUTCDate())
    }
  }
  t.deepEqual([daysIn(2026, 0), daysIn(2026, 13), daysIn(0, 2), daysIn(26, 2)], [0, 0, 29, 28])
})
