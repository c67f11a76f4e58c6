import test from 'ava'
import fc from 'fast-check'
import { ImportError, importJpos, importMoov } from '#dialects'
import { compiled, fixture } from './fixture.ts'

const CODES = [
  'LIMIT_EXCEEDED',
  'SYNTAX_INVALID',
  'FORMAT_UNKNOWN',
  'MTI_UNSUPPORTED',
  'BITMAP_UNSUPPORTED',
  'NOTHING_CARRIED',
  'DIALECT_INVALID',
]

/** A text is brought in as a dialect that loads, or refused with a code of the list. */
function survives(bring: () => ReturnType<typeof importMoov>): boolean {
  try {
    compiled(bring())
    return true
  } catch (error) {
    return error instanceof ImportError && CODES.includes(error.code)
  }
}

/** A text with some of its characters changed, cut out or repeated. */
function damaged(text: string): fc.Arbitrary<string> {
  const place = fc.nat(text.length)
  const piece = fc.oneof(
    fc.constantFrom('', '"', '<', '>', '&', '{', '}', '0', '-1', '99999999', 'null', '\u0000'),
    fc.string({ maxLength: 4 }),
  )
  const change = fc.record({ at: place, length: fc.nat(40), piece })
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (it, { at, length, piece: by }) => it.slice(0, at) + by + it.slice(at + length),
        text,
      ),
    )
}

const XML = fixture('composites.xml')
const JSON_TEXT = fixture('composites.moov.json')

test('a damaged packager is a dialect that loads, or is refused by the list', (t) => {
  fc.assert(
    fc.property(damaged(XML), (text) => survives(() => importJpos(text, 'x'))),
    { numRuns: 200 },
  )
  t.pass()
})

test('a damaged specification is a dialect that loads, or is refused by the list', (t) => {
  fc.assert(
    fc.property(damaged(JSON_TEXT), (text) => survives(() => importMoov(text))),
    { numRuns: 200 },
  )
  t.pass()
})

const ATTRIBUTES = ['id', 'length', 'class', 'pad', 'packager', 'bitmapField', 'firstField', 'name']
const VALUES = [
  '',
  '-1',
  '1e3',
  '0x10',
  '99999999999999999999',
  '__proto__',
  'constructor',
  '"',
  '&x;',
]

/** The fields of the message type and the bitmap stay, since nothing goes on without them. */
const [HEAD = '', REST = ''] = XML.split(/(?=<isofield id="2")/)

test('no value of any attribute gets another error', (t) => {
  for (const attribute of ATTRIBUTES) {
    for (const value of VALUES) {
      const rest = REST.replaceAll(
        new RegExp(` ${attribute}="[^"]*"`, 'g'),
        ` ${attribute}="${value}"`,
      )
      t.true(
        survives(() => importJpos(HEAD + rest, 'x')),
        `${attribute}="${value}"`,
      )
    }
  }
})

const MEMBERS = ['type', 'length', 'enc', 'prefix', 'padding', 'tag', 'bitmap', 'subfields']
const OTHERS = [
  null,
  0,
  -1,
  1e300,
  '',
  'constructor',
  '__proto__',
  [],
  {},
  { constructor: {} },
  true,
]

test('no value of any member gets another error', (t) => {
  const { name, fields } = JSON.parse(JSON_TEXT)
  const { 0: mti, 1: bitmap, ...elements } = fields
  for (const member of MEMBERS) {
    for (const value of OTHERS) {
      const replaced = JSON.parse(JSON.stringify(elements), (key, it) =>
        key === member ? value : it,
      )
      const text = JSON.stringify({ name, fields: { ...replaced, 0: mti, 1: bitmap } })
      t.true(
        survives(() => importMoov(text)),
        `${member}: ${JSON.stringify(value)}`,
      )
    }
  }
})

test('keys that JavaScript knows change no object', (t) => {
  const evil =
    '"__proto__": { "type": "Binary", "polluted": true }, "constructor": {}, "toString": {}'
  const text = JSON_TEXT.replaceAll('"subfields": {', `"subfields": { ${evil},`).replace(
    '"fields": {',
    `"fields": { ${evil},`,
  )
  t.true(survives(() => importMoov(text)))
  t.is(Reflect.get({}, 'polluted'), undefined)
})

test('a list nested a hundred thousand deep is refused, not followed', (t) => {
  t.true(survives(() => importMoov('['.repeat(100_000))))
  t.true(survives(() => importMoov(`{"fields":${'{"0":'.repeat(50_000)}0${'}'.repeat(50_001)}`)))
  t.true(survives(() => importJpos('<a>'.repeat(100_000), 'x')))
})

test('a dialect without a name is refused by what it becomes', (t) => {
  t.like(
    t.throws(() => importJpos(XML, '')),
    { code: 'DIALECT_INVALID' },
  )
})
