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

/** What a note such as `EI=05 IN=C → 3031 ...` says: a value, and its bytes. */
function exampleOf(note: string): { readonly value: FieldValue; readonly hex: string } {
  const [text = '', bytes = ''] = note.split(' → ')
  const parts = text.split(' ').map((part) => part.split('='))
  const value = /^[0-9A-Z]{1,4}=/.test(text) ? Object.fromEntries(parts) : text
  return { value, hex: bytes.replaceAll(' ', '') }
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
      const { value, hex } = exampleOf(field.note)
      const bytes = dialect.pack({ mti: '0200', fields: { [number]: value } })
      t.is(bytes.subarray(HEAD_BYTES).toString('hex').toUpperCase(), hex)
      t.deepEqual(dialect.pack(dialect.unpack(bytes)), bytes)
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
  const names = path === '' ? [] : path.replace(/payment\./, 'payment ').split('.')
  return names.reduce(
    (place, name) => place[name.replace(' ', '.')] as Record<string, unknown>,
    document,
  )
}
