import { readFileSync } from 'node:fs'
import test from 'ava'
import { compileDialect, type FieldValue } from '#iso8583'

const PAGE = readFileSync('specs/hosts/README.md', 'utf8')

/** A block of JSON in the integrators' page, with what stands after the word json. */
const blocks = [...PAGE.matchAll(/^```json (.*)\n([^`]*)^```$/gm)].map(
  ([, about = '', json = '']) => ({ about, value: JSON.parse(json) }),
)

test('every block of JSON on the page is tried', (t) => {
  t.is(blocks.length, PAGE.split('```json').length - 1)
  t.true(blocks.length >= 8)
})

interface Parts {
  [part: string]: string | Parts
}

interface Example {
  readonly value: FieldValue
  /** Of each text of the value, below its element. */
  readonly paths: readonly string[]
  readonly hex: string
}

/** What a note such as `EI=05 AD.ST=1Elm → 3031 ...` says: a value, and its bytes. */
function exampleOf(note: string): Example {
  const [text = '', bytes = ''] = note.split(' → ')
  const hex = bytes.replaceAll(' ', '')
  if (!/^[0-9A-Z.]{1,9}=/.test(text)) return { value: text, paths: [], hex }
  const value: Parts = {}
  const texts = text.split(' ').map((part) => part.split('='))
  for (const [path = '', leaf = ''] of texts) put(value, path.split('.'), leaf)
  return { value, paths: texts.map(([path = '']) => path), hex }
}

function put(parts: Parts, [first = '', ...below]: readonly string[], text: string): void {
  const there = parts[first]
  const inner = typeof there === 'object' ? there : {}
  parts[first] = below.length === 0 ? text : inner
  if (below.length > 0) put(inner, below, text)
}

const HEAD_BYTES = 4 + 8

for (const { value: fields } of blocks.filter(({ about }) => about === 'dialect.fields')) {
  for (const [number, field] of Object.entries<{ name: string; note: string }>(fields)) {
    test(`recipe ${number}, ${field.name}, writes what its note says`, (t) => {
      const dialect = compileDialect({
        name: 'recipe',
        mti: { encoding: 'ascii' },
        bitmap: { encoding: 'binary', count: 1 },
        defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
        fields,
      })
      const { value, paths, hex } = exampleOf(field.note)
      const bytes = dialect.pack({ mti: '0200', fields: { [number]: value } })
      t.is(bytes.subarray(HEAD_BYTES).toString('hex').toUpperCase(), hex)
      t.deepEqual(dialect.pack(dialect.unpack(bytes)), bytes)
      for (const path of paths) t.truthy(dialect.field(`${number}.${path}`))
    })
  }
}

for (const { about, value } of blocks.filter(({ about }) => about !== 'dialect.fields')) {
  const [file = '', path = ''] = about.split(' ')
  test(`the recipe of ${about} is a piece of that profile: ${Object.keys(value).join()}`, (t) => {
    const profile = JSON.parse(readFileSync(`specs/hosts/${file}`, 'utf8'))
    t.like(at(profile, path), value)
  })
}

/** A member of a document; the kinds of message have a dot in their names. */
function at(document: Record<string, unknown>, path: string): Record<string, unknown> {
  const names = path === '' ? [] : path.replace(/(payment|card)\./, '$1 ').split('.')
  return names.reduce(
    (place, name) => place[name.replace(' ', '.')] as Record<string, unknown>,
    document,
  )
}
