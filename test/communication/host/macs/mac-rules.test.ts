import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { compileDialect } from '#iso8583'
import {
  compileLinkProfile,
  LinkProfileError,
} from '../../../../src/communication/host/link-profile.ts'
import { dialect, dialectSpec, linkSpec } from '../meridian.ts'
import { IN_53, MAC_SPEC, macDocument, macRulesWith } from './mac-spec.ts'

const ajv = new Ajv2020({ strictTypes: false, strictRequired: false })
ajv.addSchema(JSON.parse(readFileSync('specs/mac.schema.json', 'utf8')))

test('what a link says of MACs is read, and keeps its published schema', (t) => {
  const keyIndex = { in: 'mac', from: 8, digits: 2 }
  const rules = macRulesWith({ keyIndex }, { keyIndex: IN_53, renewAfterMs: 1000 })
  t.like(rules.key, {
    method: { algorithm: 'iso9797-1-alg3', cipher: 'des', padding: 1 },
    ...{ keyBytes: 16, macBytes: 4, wrapping: 'tdes-ecb', checkBytes: 3 },
  })
  t.deepEqual([...rules.functions], ['301', '201'])
  t.deepEqual(
    rules.carriers.map(({ element, lineBytes }) => [element, lineBytes]),
    [
      ['64', 16],
      ['128', 16],
    ],
  )
  const document = macDocument({ keyIndex }, { keyIndex: IN_53, renewAfterMs: 1000 })
  t.true(ajv.validate('urn:sallyport:mac', document), ajv.errorsText())
})

const FIT: readonly [what: string, changed: object, keys: object][] = [
  ['X9.9', { algorithm: 'iso9797-1-alg1', keyBytes: 8 }, {}],
  ['CBC-MAC of triple DES', { algorithm: 'iso9797-1-alg1', cipher: 'tdes', keyBytes: 24 }, {}],
  [
    'CMAC of AES',
    { algorithm: 'cmac', cipher: 'aes', keyBytes: 32, padding: undefined, macBytes: 8 },
    { wrapping: 'aes-wrap', checkBytes: 5 },
  ],
  ['keys that only the host begins with', {}, { gatewayStarts: undefined }],
  ['keys that only the gateway begins with', {}, { hostStarts: undefined }],
  ['keys without a check value', {}, { checkBytes: 0 }],
]

for (const [what, changed, keys] of FIT) {
  test(`${what} can be used, and keeps the published schema`, (t) => {
    t.notThrows(() => macRulesWith(changed, keys))
    t.true(ajv.validate('urn:sallyport:mac', macDocument(changed, keys)), ajv.errorsText())
  })
}

const AES = { algorithm: 'iso9797-1-alg1', cipher: 'aes', keyBytes: 16 }

const FAULTS: readonly [what: string, changed: object, keys: object, path: string][] = [
  ['another algorithm', { algorithm: 'hmac' }, {}, 'mac.algorithm'],
  ['a retail MAC of AES', { cipher: 'aes' }, {}, 'mac.cipher'],
  ['CMAC of single DES', { algorithm: 'cmac', padding: undefined }, {}, 'mac.cipher'],
  ['a retail MAC with one key', { keyBytes: 8 }, {}, 'mac.keyBytes'],
  ['no padding', { padding: undefined }, {}, 'mac'],
  ['a fourth padding', { padding: 4 }, {}, 'mac.padding'],
  [
    'a padding of CMAC',
    { algorithm: 'cmac', cipher: 'tdes' },
    { wrapping: 'tdes-ecb' },
    'mac.padding',
  ],
  ['a MAC of three bytes', { macBytes: 3 }, {}, 'mac.macBytes'],
  ['more of a MAC than there is', { macBytes: 9 }, {}, 'mac.macBytes'],
  ['no element', { elements: [] }, {}, 'mac.elements'],
  ['an element in the middle of a bitmap', { elements: ['63'] }, {}, 'mac.elements'],
  ['an element that the dialect has not', { elements: ['192'] }, {}, 'mac.elements.0'],
  ['only 64, where network messages have 70', { elements: ['64'] }, {}, 'mac.functions'],
  ['the MAC in what it covers', { covers: ['4', '64'], lengthsCovered: true }, {}, 'mac.covers'],
  ['a list without what it says of lengths', { covers: ['4'] }, {}, 'mac'],
  ['lengths without a list', { lengthsCovered: true }, {}, 'mac.lengthsCovered'],
  ['a class of network messages', { classes: ['8'] }, {}, 'mac.classes.0'],
  ['a class twice', { classes: ['1', '1'] }, {}, 'mac.classes'],
  ['a sign-on with a MAC', { functions: ['signOn'] }, {}, 'mac.functions.0'],
  ['a code that has no room', { wrongMacCode: '916' }, {}, 'mac.wrongMacCode'],
  ['another that has none', { wrongKeyCode: '917' }, {}, 'mac.wrongKeyCode'],
  ['a number of keys that exchanges do not say', { keyIndex: IN_53 }, {}, 'mac.keys.keyIndex'],
  [
    'a number within the MAC',
    { keyIndex: { in: 'mac', from: 6, digits: 2 } },
    { keyIndex: IN_53 },
    'mac.keyIndex.from',
  ],
  [
    'nobody who begins',
    {},
    { gatewayStarts: undefined, hostStarts: undefined },
    'mac.keys.hostStarts',
  ],
  [
    'a key that comes where none may',
    {},
    { gatewayStarts: { code: '161', keyIn: 'host-request' }, hostStarts: undefined },
    'mac.keys.hostStarts',
  ],
  [
    'keys that are old for who may not begin',
    {},
    { gatewayStarts: undefined, renewAfterMs: 1 },
    'mac.keys.renewAfterMs',
  ],
  ['AES under triple DES', AES, {}, 'mac.keys.wrapping'],
  ['keys in an element of eight bytes', {}, { element: '96' }, 'mac.keys'],
  ['keys in an element that there is not', {}, { element: '193' }, 'mac.keys.element'],
  ['a code of four characters', {}, { hostStarts: { code: '1621' } }, 'mac.keys'],
  ['a member too many', { iv: '00' }, {}, 'mac.iv'],
  ['a member too many of the keys', {}, { parity: 'odd' }, 'mac.keys.parity'],
]

for (const [what, changed, keys, path] of FAULTS) {
  test(`${what} is refused at ${path}`, (t) => {
    const error = t.throws(() => macRulesWith(changed, keys), { instanceOf: LinkProfileError })
    const places = error.faults.map((it) => it.path.join('.'))
    t.true(places.includes(path), error.message)
  })
}

/** What only the dialect, or two members together, can show. */
const BEYOND_SCHEMA = new RegExp(
  [
    'retail|CMAC|more of|only 64|within|exchanges|where none|may not|under|eight|there is not',
    'room|none$|in what|lengths|no padding|dialect has not|four',
  ].join('|'),
)

for (const [what, changed, keys] of FAULTS) {
  if (BEYOND_SCHEMA.test(what)) continue
  test(`the published schema agrees that ${what} is a fault`, (t) => {
    t.false(ajv.validate('urn:sallyport:mac', macDocument(changed, keys)))
  })
}

test('an element of a length that a prefix says holds no MAC', (t) => {
  const fields = (dialectSpec as { readonly fields: object }).fields
  const length = { max: 8, prefix: { digits: 2 } }
  const mac = { name: 'MAC', content: 'b', encoding: 'hex', length }
  const other = compileDialect({ ...(dialectSpec as object), fields: { ...fields, '64': mac } })
  const error = t.throws(() => macRulesWith({}, {}, other), { instanceOf: LinkProfileError })
  t.regex(error.message, /no room of a fixed length for a MAC of 4 bytes in 64/)
})

const ASKED = {
  kind: 'payment.sale',
  always: new Set(['4', '7', '11', '41', '32']),
  elements: new Set(['4', '7', '11', '41', '32']),
  traces: new Set(['11']),
  echoed: new Set(['7', '11', '41']),
  answered: new Set(['7', '11', '41', '39']),
  bytesMin: 100,
}

for (const [what, asked, changed, told] of [
  ['writes a MAC', { elements: [...ASKED.elements, '64'] }, {}, /element 64 is the mapping's/],
  [
    'writes behind it',
    { elements: [...ASKED.elements, '90'] },
    { elements: ['64'], functions: [] },
    /element 90 of payment.sale comes behind/,
  ],
  ['hears a number of a key', { answered: ['53'] }, { keyIndex: IN_53 }, /element 53 is the/],
] as const) {
  test(`a mapping that ${what} does not fit`, (t) => {
    const sets = Object.entries(asked).map(([name, list]) => [name, new Set(list)])
    const keyIndex = 'keyIndex' in changed ? { keyIndex: IN_53 } : {}
    const mac = macDocument(changed, keyIndex)
    const spec = { ...(linkSpec as object), mac }
    const compile = () =>
      compileLinkProfile(spec, dialect, [{ ...ASKED, ...Object.fromEntries(sets) }])
    t.regex(t.throws(compile, { instanceOf: LinkProfileError }).message, told)
  })
}

test('a frame must have room for a message with its MAC, and for a key', (t) => {
  const spec = { ...(linkSpec as object), mac: MAC_SPEC }
  const bytesMin = (asked: number) => {
    const compile = () =>
      compileLinkProfile({ ...spec, frameBytesMax: 1 }, dialect, [{ ...ASKED, bytesMin: asked }])
    const error = t.throws(compile, { instanceOf: LinkProfileError })
    return Number(/at least (\d+)/.exec(error.message)?.[1])
  }
  t.is(bytesMin(500), 516)
  t.true(bytesMin(1) > 2 * (16 + 3))
})
