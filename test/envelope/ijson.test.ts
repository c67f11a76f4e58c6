import test from 'ava'
import fc from 'fast-check'
import { findJsonFault, readIJson } from '../../src/envelope/ijson.ts'
import { defaultEnvelopeLimits } from '../../src/envelope/limits.ts'

const limits = defaultEnvelopeLimits.json
const faultOf = (text: string) => findJsonFault(text, limits)
const read = (bytes: Uint8Array) => readIJson(bytes, limits)

/**
 * In the spirit of JSONTestSuite's y_ files, without those that I-JSON or this profile takes out.
 */
const SOUND = [
  '{}',
  '[]',
  '""',
  '0',
  '-1',
  'true',
  'false',
  'null',
  ' \t\r\n[ ] ',
  '[[]   ]',
  '[1,2,3]',
  '[null, 1, "1", {}]',
  '{"a":"b"}',
  '{"":0}',
  '{"a":[]}',
  '{"asd":"sdf", "dfg":"fgh"}',
  '{"a":{"a":1},"b":{"a":1}}',
  '{"min": -9007199254740991, "max": 9007199254740991}',
  '["\\u0060\\u012a\\u12AB"]',
  '["\\uD801\\udc37"]',
  '["\\ud83d\\ude39\\ud83d\\udc8d"]',
  '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["\\\\u0000"]',
  '["\\u0000"]',
  '["\\u002c"]',
  '["asd "]',
  '["€𝄞 ⍂㈴⍂"]',
  '["\u007f"]',
  '["\u2028\u2029"]',
  '["a/*b*/c/*d//e"]',
  '["new\\u000Aline"]',
  '["\\u200B"]',
]

const FAULTY = {
  '': 'a value is missing',
  ' ': 'a value is missing',
  '\uFEFF{}': 'a value is missing',
  '[1 true]': 'a comma',
  '[1,]': 'a value is missing or misspelt at [1]',
  '[,1]': 'a value is missing',
  '[1,,2]': 'a value is missing',
  '[1]]': 'something follows',
  '[': 'a value is missing',
  '[1': 'a comma',
  '[""': 'a comma',
  '["a': 'a string does not end',
  '["\\': 'an unknown escape',
  '["\\x00"]': 'an unknown escape',
  '["\\u00A"]': 'an unknown escape',
  '["\\u 12a"]': 'an unknown escape',
  '["\\U0041"]': 'an unknown escape',
  '["\t"]': 'a control character',
  '["a\nb"]': 'a control character',
  '["\u0000"]': 'a control character',
  "['a']": 'a value is missing',
  '[tru]': 'a value is missing',
  '[True]': 'a value is missing',
  '[NaN]': 'a value is missing',
  '[Infinity]': 'a value is missing',
  '[+1]': 'a value is missing',
  '[.1]': 'a value is missing',
  '[-]': 'a number without digits',
  '[-a]': 'a number without digits',
  '[01]': 'a number with a leading',
  '[-01]': 'a number with a leading',
  '[-0]': 'a number with a leading or minus zero',
  '[1.0]': 'a number that is not an integer',
  '[1.]': 'a number that is not an integer',
  '[1e2]': 'a number that is not an integer',
  '[1E-2]': 'a number that is not an integer',
  '[0x1]': 'a comma',
  '[9007199254740992]': 'a number beyond',
  '[-9007199254740992]': 'a number beyond',
  '[123456789012345678901234567890]': 'a number beyond',
  '["\\ud800"]': 'half a surrogate pair',
  '["\ud800"]': 'half a surrogate pair',
  '["\\udc00"]': 'half a surrogate pair',
  '["\\udc00\\ud800"]': 'half a surrogate pair',
  '["\\ud800\\u0041"]': 'half a surrogate pair',
  '["\\ud800\u{1F600}"]': 'half a surrogate pair',
  '["\\uffff"]': 'a noncharacter',
  '["\uFDD0"]': 'a noncharacter',
  '["\u{1FFFE}"]': 'a noncharacter',
  '["\\ud83f\\udffe"]': 'a noncharacter',
  '{"a":1,}': 'a member name is missing',
  '{,}': 'a member name is missing',
  '{a:1}': 'a member name is missing',
  '{1:1}': 'a member name is missing',
  "{'a':1}": 'a member name is missing',
  '{"a" 1}': 'a colon is missing at a',
  '{"a"}': 'a colon is missing at a',
  '{"a":}': 'a value is missing or misspelt at a',
  '{"a":1': 'a comma or a closing bracket is missing at a',
  '{"a":1 "b":2}': 'a comma',
  '{"a":1}#': 'something follows',
  '{"a":1}/**/': 'something follows',
  '{"a":1}{}': 'something follows',
  '{"a":1,"a":1}': 'a member is given twice at a',
  '{"a":1,"\\u0061":2}': 'a member is given twice at a',
  '{"card":{"pan":"1","\\u0070an":"2"}}': 'a member is given twice at card.pan',
  '[{},{"b":{"c":0,"c":0}}]': 'a member is given twice at [1].b.c',
  '{"__proto__":{}}': 'a member name that is not allowed at __proto__',
  '{"\\u005f_proto__":{}}': 'a member name that is not allowed',
  '{"a":{"constructor":1}}': 'a member name that is not allowed at a.constructor',
  '{"prototype":1}': 'a member name that is not allowed',
}

for (const text of SOUND) {
  test(`sound: ${JSON.stringify(text)}`, (t) => {
    t.is(faultOf(text), undefined)
    t.notThrows(() => JSON.parse(text))
  })
}

for (const [text, reason] of Object.entries(FAULTY)) {
  test(`faulty: ${JSON.stringify(text)}`, (t) => {
    t.true(faultOf(text)?.startsWith(reason), faultOf(text))
  })
}

test('bytes that are not UTF-8 are refused, a byte order mark too', (t) => {
  const bad = [[0xff], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0x22, 0xe2, 0x82]]
  for (const bytes of bad) {
    t.deepEqual(read(Uint8Array.from(bytes)), { kind: 'faulty', reason: 'not UTF-8' })
  }
  t.is(read(Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])).kind, 'faulty')
  t.deepEqual(read(Buffer.from('"é"')), { kind: 'sound', text: '"é"' })
})

test('each limit holds at its edge and not one past it', (t) => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const wide = (members: number) => `[${Array(members).fill('0').join(',')}]`
  const members = (count: number) =>
    `{${Array.from({ length: count }, (_, index) => `"m${index}":0`).join(',')}}`
  const long = (units: number) => JSON.stringify('x'.repeat(units))
  t.is(faultOf(nested(16)), undefined)
  t.regex(String(faultOf(nested(17))), /^nested too deeply at \[0\]/)
  t.regex(String(faultOf('['.repeat(100_000))), /^nested too deeply/)
  for (const make of [wide, members]) {
    t.is(faultOf(make(600)), undefined)
    t.regex(String(faultOf(make(601))), /^more than 600 members/)
  }
  t.is(faultOf(long(1_024)), undefined)
  t.regex(String(faultOf(long(1_025))), /^a string longer than 1024/)
  t.regex(String(faultOf(`{${long(1_025)}:0}`)), /^a string longer/)
})

test('a reason never shows what could be a card number', (t) => {
  const pan = '4539578763621486'
  for (const text of [
    `{"${pan}":1,"${pan}":2}`,
    `{"card${pan}":{"pan":"${pan}`,
    `["${pan}",${pan}0]`,
  ]) {
    t.notRegex(String(faultOf(text)), /[0-9]{5}/)
  }
})

test('whatever is accepted, JSON.parse reads, and reads the same when it is written again', (t) => {
  const alphabet = fc.constantFrom(...'{}[]",:\\u0061d8e-.1 \n'.split(''), 'true', '"a"', '\\ud83d')
  const texts = fc.oneof(
    fc.array(alphabet, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.json(),
  )
  let accepted = 0
  fc.assert(
    fc.property(texts, (text) => {
      if (faultOf(text) !== undefined) return
      accepted++
      const value: unknown = JSON.parse(text)
      if (faultOf(JSON.stringify(value)) !== undefined) throw new Error('does not survive a trip')
    }),
    { numRuns: 3_000 },
  )
  t.true(accepted > 300, String(accepted))
})

test('what JSON.parse refuses is refused', (t) => {
  const mutated = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:\\-e.0 x'.split('')))
  fc.assert(
    fc.property(mutated, ([json, at, letter]) => {
      const cut = at % (json.length + 1)
      const text = json.slice(0, cut) + letter + json.slice(cut + 1)
      if (faultOf(text) === undefined) JSON.parse(text)
    }),
    { numRuns: 3_000 },
  )
  t.pass()
})

test('every I-JSON document within limits is accepted', (t) => {
  const texts = fc.string({ unit: 'binary', maxLength: 40 }).filter(isPlain)
  const names = texts.filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      texts,
      fc.maxSafeInteger().map((number) => number || 0),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(fc.property(value, (document) => faultOf(JSON.stringify(document)) === undefined))
  t.pass()
})

/** Without noncharacters, which I-JSON leaves out. */
function isPlain(text: string): boolean {
  return [...text].every((letter) => {
    const point = letter.codePointAt(0) ?? 0
    return !((point >= 0xfdd0 && point <= 0xfdef) || (point & 0xfffe) === 0xfffe)
  })
}
