import test from 'ava'
import { exportMoov } from '#dialects'
import { readSpecification } from '#iso8583'
import { fixture, told } from '../fixture.ts'

const ODDITIES = JSON.parse(fixture('oddities.dialect.json'))
const oddities = exportMoov(readSpecification(ODDITIES))
const { fields } = JSON.parse(oddities.text)

/** Element, type, encoding, prefix and length. */
const FIELDS: readonly [number, string, string | undefined, string, number][] = [
  [0, 'String', 'EBCDIC1047', 'ASCII.Fixed', 4],
  [1, 'Bitmap', 'HexToASCII', 'Hex.Fixed', 8],
  [2, 'Binary', 'Binary', 'ASCII.Fixed', 10],
  [8, 'Binary', 'Binary', 'BCD.LL', 6],
  [9, 'String', 'ASCII', 'ASCII.LL', 40],
  [10, 'String', 'EBCDIC', 'ASCII.Fixed', 16],
  [12, 'String', 'EBCDIC', 'EBCDIC.LLL', 20],
  [13, 'String', 'EBCDIC1047', 'Binary.L', 20],
  [14, 'String', 'ASCII', 'ASCII.Fixed', 9],
  [15, 'Numeric', 'ASCII', 'ASCII.Fixed', 6],
  [16, 'String', 'ASCII', 'Binary.LLL', 9],
  [48, 'Composite', undefined, 'ASCII.LLL', 200],
  [55, 'String', 'ASCII', 'ASCII.LLL', 200],
  [60, 'Composite', undefined, 'ASCII.LL', 99],
  [61, 'Binary', 'Binary', 'ASCII.LL', 99],
  [62, 'Composite', undefined, 'ASCII.LL', 30],
]

for (const [number, type, enc, prefix, length] of FIELDS) {
  test(`element ${number} of the oddities is ${type} in ${enc ?? 'parts'}, ${prefix}`, (t) => {
    const { type: isType, enc: isEnc, prefix: isPrefix, length: isLength } = fields[number]
    t.deepEqual([isType, isEnc, isPrefix, isLength], [type, enc, prefix, length])
  })
}

test('tags, bitmaps and positions of parts are said as moov reads them', (t) => {
  t.deepEqual(fields[48].tag, { length: 2, enc: 'ASCII', sort: 'StringsByInt' })
  t.deepEqual(fields[48].subfields['02'].prefix, 'ASCII.LL')
  t.like(fields[60].bitmap, { type: 'Bitmap', length: 3, disableAutoExpand: true })
  t.deepEqual(Object.keys(fields[62].subfields), ['1', '2'])
  t.deepEqual(fields[14].padding, { type: 'Left', pad: '*' })
})

test('what moov does not say, or says otherwise, is told', (t) => {
  t.deepEqual(
    told(oddities).filter((line) => !line.startsWith('coarser')),
    [
      'left-out 4: nothing there writes the same bytes',
      'left-out 5: nothing there writes the same bytes',
      'left-out 11: nothing there writes the same bytes',
      'differs 12: in EBCDIC as moov has it, !, |, [, ] and ^ are other bytes than in 037',
      'left-out 35: nothing there writes the same bytes',
      'left-out 48.other: tags that are not listed are refused',
    ],
  )
})

test('a bitmap that moov does not have is told', (t) => {
  const bitmap = { encoding: 'hex-ebcdic', count: 2, secondary: 'always' }
  const lines = told(exportMoov(readSpecification({ ...ODDITIES, bitmap })))
  t.true(lines.includes('differs bitmap: its hex is in ASCII; there is no EBCDIC hex'))
  t.true(lines.includes('differs bitmap: the second bitmap is sent only when it is needed'))
})
