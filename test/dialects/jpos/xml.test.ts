import test from 'ava'
import { ImportError, importJpos } from '#dialects'

const FILE_CHARACTERS_MAX = 1_048_576
const ELEMENTS_MAX = 20_000
const DEPTH_MAX = 16

const HEAD = `<isofield id="0" length="4" class="IFA_NUMERIC"/>
  <isofield id="1" length="16" class="IFA_BITMAP"/><isofield id="4" length="6" class="IF_CHAR"/>`
const packager = (inside: string) => `<isopackager>${HEAD}${inside}</isopackager>`

function refusal(text: string): ImportError | undefined {
  try {
    importJpos(text, 'x')
    return undefined
  } catch (error) {
    if (error instanceof ImportError) return error
    throw error
  }
}

test('a file may have the greatest size and no more', (t) => {
  const room = FILE_CHARACTERS_MAX - packager('<!---->').length
  t.is(refusal(packager(`<!--${'x'.repeat(room)}-->`)), undefined)
  t.is(refusal(packager(`<!--${'x'.repeat(room + 1)}-->`))?.code, 'LIMIT_EXCEEDED')
})

test('a file may have the greatest count of elements and no more', (t) => {
  const most = ELEMENTS_MAX - 4
  t.is(refusal(packager('<a/>'.repeat(most))), undefined)
  t.is(refusal(packager('<a/>'.repeat(most + 1)))?.code, 'LIMIT_EXCEEDED')
})

test('elements may nest to the greatest depth and no deeper', (t) => {
  const nested = (depth: number) => packager('<a>'.repeat(depth) + '</a>'.repeat(depth))
  t.is(refusal(nested(DEPTH_MAX - 1)), undefined)
  t.is(refusal(nested(DEPTH_MAX))?.code, 'LIMIT_EXCEEDED')
})

const MALFORMED: readonly [string, string][] = [
  ['nothing', ''],
  ['text alone', 'x'],
  ['an element that does not end', '<isopackager>'],
  ['an end without a beginning', '<isopackager></b>'],
  ['an attribute without quotes', '<isopackager a=1/>'],
  ['an entity of its own', '<!DOCTYPE a [<!ENTITY x "y">]><isopackager a="&x;"/>'],
  [
    'an entity of a document type elsewhere',
    '<!DOCTYPE a SYSTEM "a.dtd"><isopackager>&x;</isopackager>',
  ],
  ['an entity of HTML', packager('&nbsp;')],
]

for (const [what, text] of MALFORMED) {
  test(`XML with ${what} is refused as SYNTAX_INVALID`, (t) => {
    t.is(refusal(text)?.code, 'SYNTAX_INVALID')
  })
}

test('entities that name one another cost nothing, since none is known', (t) => {
  const levels = Array.from(
    { length: 20 },
    (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`,
  )
  const bomb = `<!DOCTYPE a [<!ENTITY e0 "x">${levels.join('')}]>${packager('&e20;')}`
  t.is(refusal(bomb)?.code, 'SYNTAX_INVALID')
})

test('the five entities of XML are read, and a document type is passed over', (t) => {
  const text = packager('').replace('id="4"', 'id="4" name="A &amp; &lt;b&gt;"')
  const { dialect } = importJpos(`<!DOCTYPE isopackager SYSTEM "no-such-file.dtd">${text}`, 'x')
  t.is(dialect.fields['4']?.name, 'A & <b>')
})

test('a fault of syntax is told with its line and column', (t) => {
  t.deepEqual(refusal('<isopackager>\n  <b c="&x;"/></isopackager>')?.place, {
    line: 2,
    column: 11,
  })
})
