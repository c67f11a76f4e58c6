import test from 'ava'
import { CONTENT_NAMES } from '../../../src/iso8583/content.ts'
import { dateCut, stampFormatOf } from '../../../src/processing/mapping/formats.ts'

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
    t.is(stampFormatOf(format)?.(MOMENT), text)
  })
}

test('every layout of dates and times that a dialect can have is a format', (t) => {
  const layouts = CONTENT_NAMES.filter((content) => /^[YMDhms]{4,}$/.test(content))
  t.true(layouts.length >= 10)
  t.deepEqual(
    layouts.filter((layout) => PIECES[layout] === undefined || !stampFormatOf(layout)),
    [],
  )
})
