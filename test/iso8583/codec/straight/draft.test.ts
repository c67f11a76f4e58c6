/** Generated code is made of numbers and of keys: what else a dialect says stays out of it. */
import test from 'ava'
import type { Message } from '#iso8583'
import { dialectOf } from '../../dialects.ts'
import { faultsOf } from '../../specification/specifications.ts'

/** Often enough for readers, writers and routes of their own. */
const OFTEN = 40

const HOSTILE = [
  `'`,
  '"',
  '`',
  '\\',
  '$' + '{escape()}',
  '*/ escape() /*',
  '\u2028',
  '\n',
  `'); escape(); ('`,
]

function isReadAlike(element: Record<string, unknown>, value: Message['fields'][string]): boolean {
  const dialect = dialectOf(element)
  const message = { mti: '0200', fields: { 2: value } }
  const first = JSON.stringify(dialect.unpack(dialect.pack(message)))
  const route = dialect.routing(['2'])
  for (let round = 0; round < OFTEN; round += 1) route(dialect.pack(message))
  for (let round = 0; round < OFTEN; round += 1) dialect.unpack(dialect.pack(message))
  const last = dialect.unpack(dialect.pack(message))
  return JSON.stringify(last) === first && JSON.stringify(route(dialect.pack(message))) === first
}

test('names, notes and meanings of any text never become code', (t) => {
  for (const text of HOSTILE) {
    const element = { name: text, note: text, content: 'ans', length: 4, meanings: { abcd: text } }
    t.true(isReadAlike(element, 'abcd'), text)
  }
})

test('a pad of any character that a line has is only a pad', (t) => {
  for (let code = 0x20; code <= 0x7e; code += 1) {
    const pad = { side: code % 2 === 0 ? 'left' : 'right', with: String.fromCharCode(code) }
    const value = code === 0x78 ? 'y' : 'x'
    for (const kept of [true, false]) {
      const element = { name: 'x', content: 'ans', length: 4, pad: { ...pad, kept } }
      t.true(isReadAlike(element, value), pad.with)
    }
  }
})

const part = (key: string) => ({ key, name: 'x', content: 'n', length: 1 })
const parts = (...keys: string[]) => ({
  name: 'x',
  length: keys.length,
  composite: { kind: 'positional', parts: keys.map(part) },
})

test('a part may have the name of what every object has', (t) => {
  const keys = ['constructor', 'hasOwnProperty', 'toString', 'valueOf', 'length', 'text1', 'hex']
  const value = Object.fromEntries(keys.map((key, index) => [key, String(index)]))
  t.true(isReadAlike(parts(...keys), value))
  const dialect = dialectOf(parts('constructor', 'length'))
  const lacking = { mti: '0200', fields: { 2: { length: '1' } } }
  const message = { mti: '0200', fields: { 2: { constructor: '0', length: '1' } } }
  for (let round = 0; round < OFTEN; round += 1) dialect.pack(message)
  t.throws(() => dialect.pack(lacking), { message: 'PART_MISSING, 2.constructor' })
  t.is(dialect.field('2.toString'), undefined)
  t.is(dialect.field('constructor'), undefined)
})

const KEYS = ['__proto__', `a'b`, 'a"b', 'a\\', 'a\u2028', '', 'a b', 'a.b', '$order']

test('a key of anything but letters and digits is refused at load', (t) => {
  const element = { name: 'x', content: 'n', length: 1 }
  const keyed = (key: string) => JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(element)}}`)
  const length = { max: 99, prefix: { digits: 2 } }
  const tag = { content: 'an', length: 9 }
  const bitmap = { encoding: 'hex' }
  for (const key of KEYS) {
    const composites = [
      { kind: 'positional', parts: [part(key)] },
      { kind: 'tagged', tag, prefix: { digits: 2 }, parts: keyed(key) },
      { kind: 'ber', parts: keyed(key) },
      { kind: 'bitmap', bitmap, parts: keyed(key) },
    ]
    const elements = composites.map((composite) => ({ name: 'x', length, composite }))
    for (const fields of [keyed(key), ...elements.map((one) => ({ 2: one }))]) {
      const specification = {
        name: 'x',
        mti: { encoding: 'ascii' },
        bitmap: { encoding: 'hex', count: 1 },
        defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
        fields,
      }
      t.not(faultsOf(specification).length, 0, JSON.stringify(fields))
    }
  }
})
