import test from 'ava'
import { ImportError, importMoov } from '#dialects'
import { compiled, fixture, told, vectorsOf } from '../fixture.ts'

test('a specification of iso87ascii reads and writes all 400 messages as jPOS does', (t) => {
  const dialect = compiled(importMoov(fixture('iso87ascii.moov.json')))
  const vectors = vectorsOf('iso87ascii')
  t.is(vectors.length, 400)
  for (const { mti, fields, hex } of vectors) {
    t.deepEqual(dialect.unpack(Buffer.from(hex, 'hex')), { mti, fields })
    t.is(dialect.pack({ mti, fields }).toString('hex').toUpperCase(), hex)
  }
})

const imported = importMoov(fixture('composites.moov.json'))

test('parts by position, tag, bitmap and BER-TLV stand on the line as specified', (t) => {
  const dialect = compiled(imported)
  const fields = {
    '2': '4539578763621486'.slice(0, 15),
    '3': '000042',
    '41': 'T1',
    '43': { '1': 'Corner Books'.padEnd(25), '2': 'Boston'.padEnd(13), '10': 'US' },
    '48': { '92': '123', '02': 'INV7', $order: '02 92' },
    '55': { '9A': '261123', '9F02': '000000004200', '9F33': 'E0F8C8' },
    '62': { '1': 'ab', '3': 'c' },
  }
  const bytes = dialect.pack({ mti: '0200', fields })
  const text = (it: string) => Buffer.from(it).toString('hex')
  const line = [
    text('0200'),
    '6000000000a10204',
    '150453957876362148',
    text('000042'),
    text('T1      '),
    text(`${'Corner Books'.padEnd(25)}${'Boston'.padEnd(13)}US`),
    text('0150204INV79203123'),
    `${text('020')}9a032611239f02060000000042009f3303e0f8c8`,
    `15${text('A000000000000000ab01c')}`,
  ]
  t.is(bytes.toString('hex'), line.join(''))
  t.deepEqual(dialect.unpack(bytes), { mti: '0200', fields })
})

test('packed digits behind a tag are counted as digits, in BER-TLV as bytes', (t) => {
  const digits = { type: 'String', length: 9, enc: 'BCD', prefix: 'ASCII.LL' }
  const composite = { type: 'Composite', length: 99, prefix: 'ASCII.LL' }
  const tagged = { ...composite, tag: { length: 2, enc: 'ASCII' }, subfields: { '01': digits } }
  const ber = {
    ...composite,
    tag: { enc: 'BerTLVTag' },
    subfields: { '9F41': { ...digits, prefix: 'BerTLV' } },
  }
  const dialect = compiled(importMoov(spec({ 0: MTI, 1: BITMAP, 4: tagged, 5: ber })))
  const fields = { '4': { '01': '123' }, '5': { '9F41': '1234' } }
  const bytes = dialect.pack({ mti: '0200', fields })
  const text = (it: string) => Buffer.from(it).toString('hex')
  t.is(bytes.subarray(12).toString('hex'), `${text('060103')}0123${text('05')}9f41021234`)
})

test('card data is masked by its name where its number or its tag does not tell of it', (t) => {
  const value = { type: 'Binary', length: 19, enc: 'Binary', prefix: 'ASCII.LL' }
  const object = { ...value, prefix: 'BerTLV', description: 'x' }
  const tag = { enc: 'BerTLVTag' }
  const objects = { '57': object, '5A': object, '5F24': object, '9A': object }
  const ber = { ...value, type: 'Composite', tag, subfields: objects }
  const named = { ...value, description: 'Card verification data' }
  const other = { ...value, description: 'Address verification result' }
  const dialect = compiled(importMoov(spec({ 0: MTI, 1: BITMAP, 43: ber, 44: other, 49: named })))
  t.is(dialect.field('43.57')?.sensitive, 'sad')
  t.is(dialect.field('43.5A')?.sensitive, 'pan')
  t.is(dialect.field('43.5F24')?.sensitive, 'secret')
  t.is(dialect.field('43.9A')?.sensitive, false)
  t.is(dialect.field('44')?.sensitive, false)
  t.is(dialect.field('49')?.sensitive, 'secret')
})

test('that EBCDIC is another page than 037 is told of text, and of no digits', (t) => {
  const text = { type: 'String', length: 9, enc: 'EBCDIC', prefix: 'EBCDIC.LL' }
  const imported = importMoov(spec({ 0: MTI, 1: BITMAP, 4: text, 5: { ...text, type: 'Numeric' } }))
  t.deepEqual(
    told(imported).filter((line) => line.startsWith('differs')),
    ['differs 4: its EBCDIC is read as 037, where !, |, [, ] and ^ are other bytes'],
  )
})

test('what cannot be said is left out, and that is told', (t) => {
  const left = imported.notes.filter((note) => note.kind === 'left-out')
  t.deepEqual(
    left.map((note) => note.path),
    ['(file)', '5', '6'],
  )
  t.like(imported.dialect.fields, { '5': undefined, '6': undefined, '200': undefined })
  t.true(told(imported).includes('left-out 5: its prefix Hex.LL cannot be said'))
})

test('card data is masked, and the tags that are not listed too', (t) => {
  const dialect = compiled(imported)
  t.is(dialect.field('2')?.sensitive, 'pan')
  t.is(dialect.field('48.92')?.sensitive, 'secret')
  t.is(dialect.field('55.9F33')?.sensitive, 'secret')
})

test('member names are read in any case, as Go reads them', (t) => {
  const text = fixture('composites.moov.json').replaceAll('"prefix"', '"PREFIX"')
  t.deepEqual(importMoov(text).dialect, imported.dialect)
})

const spec = (fields: object) => JSON.stringify({ name: 'x', fields })
const MTI = { type: 'String', length: 4, enc: 'ASCII', prefix: 'ASCII.Fixed' }
const BITMAP = { type: 'Bitmap', enc: 'Binary', prefix: 'Hex.Fixed' }
const FIELD = { type: 'String', length: 4, enc: 'ASCII', prefix: 'ASCII.Fixed' }
const WIDE = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [String(at + 10), {}]))
const DEEP = `${'{"subfields":{"1":'.repeat(9)}{}${'}}'.repeat(9)}`

const REFUSED: readonly [string, string, string][] = [
  ['no JSON', '{', 'SYNTAX_INVALID'],
  ['no object', '[]', 'FORMAT_UNKNOWN'],
  ['no fields', '{"fields":{}}', 'FORMAT_UNKNOWN'],
  ['no field 0', spec({ 1: BITMAP, 4: FIELD }), 'MTI_UNSUPPORTED'],
  [
    'a type in hex',
    spec({ 0: { ...MTI, enc: 'HexToASCII' }, 1: BITMAP, 4: FIELD }),
    'MTI_UNSUPPORTED',
  ],
  ['no bitmap', spec({ 0: MTI, 4: FIELD }), 'BITMAP_UNSUPPORTED'],
  [
    'a bitmap of 16 bytes that never grows',
    spec({ 0: MTI, 1: { ...BITMAP, length: 16, disableAutoExpand: true }, 4: FIELD }),
    'BITMAP_UNSUPPORTED',
  ],
  ['no element', spec({ 0: MTI, 1: BITMAP }), 'NOTHING_CARRIED'],
  ['no element that can be said', spec({ 0: MTI, 1: BITMAP, 4: {} }), 'NOTHING_CARRIED'],
  ['one field too many', spec({ 0: MTI, ...WIDE }), 'LIMIT_EXCEEDED'],
  ['fields nested too deep', `{"fields":{"0":${DEEP}}}`, 'LIMIT_EXCEEDED'],
  ['one character too many', ' '.repeat(1_048_577), 'LIMIT_EXCEEDED'],
]

for (const [what, text, code] of REFUSED) {
  test(`a specification with ${what} is refused as ${code}`, (t) => {
    t.like(
      t.throws(() => importMoov(text), { instanceOf: ImportError }),
      { code },
    )
  })
}
