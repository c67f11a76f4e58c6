import test from 'ava'
import { dateCut } from '../../../src/processing/mapping/formats.ts'

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
  ['MMDD', '1123', 'YYMMDD'],
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
