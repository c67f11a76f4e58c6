import test from 'ava'
import { ImportError, importJpos } from '#dialects'
import { compiled, fixture, told, vectorsOf } from '../fixture.ts'

for (const layout of ['iso87ascii', 'iso87binary', 'iso93ascii', 'iso93binary']) {
  test(`a packager of ${layout} reads and writes all 400 messages as jPOS does`, (t) => {
    const dialect = compiled(importJpos(fixture(`${layout}.xml`), layout))
    const vectors = vectorsOf(layout)
    t.is(vectors.length, 400)
    for (const { mti, fields, hex } of vectors) {
      t.deepEqual(dialect.unpack(Buffer.from(hex, 'hex')), { mti, fields })
      t.is(dialect.pack({ mti, fields }).toString('hex').toUpperCase(), hex)
    }
  })
}

const imported = importJpos(fixture('composites.xml'), 'composites')

test('parts by position, tag, bitmap and BER-TLV stand on the line as their classes say', (t) => {
  const dialect = compiled(imported)
  const fields = {
    '43': { '1': 'Corner Books'.padEnd(25), '2': 'Boston'.padEnd(13), '3': 'US' },
    '48': { '92': '123', '02': 'INV7', $order: '02 92' },
    '55': { '9A': '261123' },
    '60': '0102',
    '62': { '1': '007', '3': 'abc' },
    '127': { '2': 'k', '25': { '1': 'xy', '2': 'rest' } },
  }
  const bytes = dialect.pack({ mti: '0200', fields })
  const text = (it: string) => Buffer.from(it).toString('hex')
  const line = [
    text('0200'),
    '8000000000210214',
    '0000000000000002',
    text(`${'Corner Books'.padEnd(25)}${'Boston'.padEnd(13)}US`),
    text('0150204INV79203123'),
    '00059a03261123',
    text('0040102'),
    `0ea000000000000000000703${text('abc')}`,
    text('000022'),
    '4000008000000000',
    text('01k008xy04rest'),
  ]
  t.is(bytes.toString('hex'), line.join(''))
  t.deepEqual(dialect.unpack(bytes), { mti: '0200', fields })
})

test('what cannot be said is left out, and each is told with its line', (t) => {
  const left = imported.notes.filter((note) => note.kind === 'left-out')
  t.deepEqual(
    left.map(({ path, place }) => [path, place?.line]),
    [
      ['(file)', undefined],
      ['3', 7],
      ['5', 9],
      ['6', 10],
      ['130', 46],
    ],
  )
  t.deepEqual(left[1]?.place, { line: 7, column: 3 })
  t.like(imported.dialect.fields, { '3': undefined, '5': undefined, '6': undefined })
})

test('a packager that is not known leaves the element whole, and that is told', (t) => {
  t.true(
    told(imported).includes(
      'coarser 60: is carried whole: its packager com.example.OwnPackager is not known here',
    ),
  )
})

test('card data is masked whatever the packager says, in parts by their names', (t) => {
  const dialect = compiled(imported)
  t.is(dialect.field('2')?.sensitive, 'pan')
  t.is(dialect.field('55')?.sensitive, 'sad')
  t.is(dialect.field('48')?.sensitive, 'secret')
  t.is(dialect.field('48.92')?.sensitive, 'secret')
  t.is(dialect.field('4')?.sensitive, false)
  t.true(told(imported).some((line) => line.startsWith('decided (file): masks')))
})

const MASTERCARD_PARTS = (className: string) =>
  packager(`<isofieldpackager id="48" length="99" class="IFA_LLCHAR"
      packager="org.jpos.iso.packager.EuroSubFieldPackager" emitBitmap="false">
    <isofield id="2" length="20" name="x" class="${className}"/>
  </isofieldpackager>`)

for (const [className, hex] of [
  ['IFMC_LLCHAR', '303230326162'],
  ['IFEMC_LLCHAR', '3032f0f28182'],
] as const) {
  test(`a part of ${className} stands on the line as ${hex}, its tag in ASCII`, (t) => {
    const dialect = compiled(importJpos(MASTERCARD_PARTS(className), 'x'))
    const bytes = dialect.pack({ mti: '0200', fields: { '48': { '02': 'ab' } } })
    t.is(bytes.subarray(-6).toString('hex'), hex)
  })
}

test('an element that an edition moved is masked by its name', (t) => {
  const field = '<isofield id="49" length="6" class="IF_CHAR" name="Card verification data"/>'
  t.is(compiled(importJpos(packager(field), 'x')).field('49')?.sensitive, 'secret')
})

test('a setting of a field that is not carried is told', (t) => {
  const field = '<isofield id="4" length="6" class="IF_CHAR" trim="true"/>'
  t.true(
    told(importJpos(packager(field), 'x')).includes('coarser 4: its setting trim is not carried'),
  )
})

test('of two fields with one number the last is taken, as jPOS does', (t) => {
  const twice = importJpos(packager('<isofield id="4" length="6" class="IF_CHAR"/>'.repeat(2)), 'x')
  t.true(told(twice).includes('left-out 4: is replaced by a later one'))
})

function packager(fields: string, attributes = ''): string {
  return `<isopackager ${attributes}>
    <isofield id="0" length="4" class="IFA_NUMERIC"/>
    <isofield id="1" length="16" class="IFA_BITMAP"/>${fields}</isopackager>`
}

const FIELD = '<isofield id="4" length="6" class="IF_CHAR"/>'
const REFUSED: readonly [string, string, string][] = [
  ['another document', '<html/>', 'FORMAT_UNKNOWN'],
  ['no field 0', packager(FIELD).replace('id="0"', 'id="9"'), 'MTI_UNSUPPORTED'],
  ['a type of five digits', packager(FIELD).replace('length="4"', 'length="5"'), 'MTI_UNSUPPORTED'],
  ['no bitmap', packager(FIELD).replace('IFA_BITMAP', 'IFA_NUMERIC'), 'BITMAP_UNSUPPORTED'],
  ['a bitmap of 7 bytes', packager(FIELD).replace('"16"', '"7"'), 'BITMAP_UNSUPPORTED'],
  ['a bitmap that is not sent', packager(FIELD, 'emitBitmap="false"'), 'BITMAP_UNSUPPORTED'],
  ['no element', packager(''), 'NOTHING_CARRIED'],
  ['no element that can be said', packager('<isofield id="4"/>'), 'NOTHING_CARRIED'],
]

for (const [what, text, code] of REFUSED) {
  test(`a packager with ${what} is refused as ${code}`, (t) => {
    t.like(
      t.throws(() => importJpos(text, 'x'), { instanceOf: ImportError }),
      { code },
    )
  })
}

test('a tertiary bitmap leaves its own bits out', (t) => {
  const text = packager(`${FIELD}<isofield id="65" length="1" class="IFB_BINARY"/>`)
  const { dialect } = importJpos(text.replace('"16"', '"24"'), 'x')
  t.like(dialect, { bitmap: { count: 3 } })
  t.deepEqual(Object.keys(dialect.fields), ['4'])
})

test('a bitmap that is not where emitBitmap takes it from leaves the element whole, told', (t) => {
  const text = packager(`<isofieldpackager id="62" length="200" name="x" class="IFB_LLHBINARY"
      packager="org.jpos.iso.packager.GenericSubFieldPackager" emitBitmap="true">
    <isofield id="0" length="8" class="IFB_BITMAP"/>
    <isofield id="1" length="3" class="IF_CHAR"/>
  </isofieldpackager>`)
  const found = importJpos(text, 'x')
  t.like(found.dialect.fields['62'], { content: 'b', composite: undefined })
  const reason = 'its bitmap is field 0, and emitBitmap takes it from field 1'
  t.true(told(found).includes(`coarser 62: is carried whole: ${reason}`), told(found).join())
})

test('a bitmap that emitBitmap turns off is not on the line, and that is told', (t) => {
  const text = packager(`<isofieldpackager id="62" length="200" name="x" class="IFB_LLHBINARY"
      packager="org.jpos.iso.packager.GenericSubFieldPackager" emitBitmap="false">
    <isofield id="0" length="8" class="IFB_BITMAP"/>
    <isofield id="1" length="3" class="IF_CHAR"/>
  </isofieldpackager>`)
  const lines = told(importJpos(text, 'x'))
  t.true(lines.includes('decided 62: field 0 is not on the line'), lines.join())
})
