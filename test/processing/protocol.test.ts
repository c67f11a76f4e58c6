import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { merchant, messages, schemas } from './meridian.ts'

const PROTOCOL = readFileSync('specs/protocol.md', 'utf8')
const EXAMPLES: readonly { readonly type: string; readonly text: string }[] = [
  ...PROTOCOL.matchAll(/```json\n([\s\S]*?)```/g),
].map(([, text = '']) => ({ type: JSON.parse(text).type, text }))

const ajv = new Ajv2020({ strict: false, allErrors: true })
for (const schema of Object.values(schemas)) ajv.addSchema(schema)

test('protocol.md has an example of every message', (t) => {
  const kinds = Object.keys(schemas).filter((kind) => kind !== 'definitions')
  t.deepEqual([...new Set(EXAMPLES.map(({ type }) => type))].sort(), kinds.sort())
})

for (const [index, { type, text }] of EXAMPLES.entries()) {
  test(`example ${index + 1} of protocol.md is a valid ${type}`, (t) => {
    const schema = `https://sallyport.example/messages/${type}.schema.json`
    t.true(ajv.validate(schema, JSON.parse(text)), JSON.stringify(ajv.errors))
    if (!/answer|error/.test(type)) {
      t.is(messages.validateRequest(text, { merchant }).kind, 'valid')
    }
  })
}

test('protocol.md names every member of every message', (t) => {
  for (const kind of Object.keys(schemas).filter((it) => it !== 'definitions')) {
    for (const [path, { value, words }] of messages.members(kind)) {
      if (value || words) t.true(PROTOCOL.includes(`\`${path}\``), `${kind} ${path}`)
    }
  }
})

test('protocol.md names every word that a member can be', (t) => {
  const words = ['payment.authorize', 'payment.answer', 'error'].flatMap((kind) =>
    [...messages.members(kind).values()].flatMap((member) => member.words ?? []),
  )
  t.true(words.length > 40)
  for (const word of words)
    if (!/^(true|false)$/.test(word)) t.true(PROTOCOL.includes(`\`${word}\``), word)
})
