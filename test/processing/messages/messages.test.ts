import test from 'ava'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { isJsonObject, type JsonObject, type JsonValue } from '#domain'
import { compileMessages } from '#processing'
import { classHolds } from '../../../src/processing/mapping/content-class.ts'
import {
  bareSale,
  fullSale,
  markedSensitive,
  merchant,
  messages,
  payment,
  schemas,
} from '../meridian.ts'

/** Every schema node that states what a text can be. */
function valueNodes(node: JsonValue | undefined, path = ''): { path: string; node: JsonObject }[] {
  if (!isJsonObject(node)) return []
  const own = isJsonObject(node['x-value']) ? [{ path, node }] : []
  return [
    ...own,
    ...Object.entries(node).flatMap(([name, it]) => valueNodes(it, `${path}/${name}`)),
  ]
}

const CHARACTERS: Readonly<Record<string, RegExp>> = {
  n: /^[0-9]*$/,
  a: /^[A-Za-z]*$/,
  an: /^[0-9A-Za-z]*$/,
  ans: /^[ -~]*$/,
  YYMM: /^[0-9]{2}(0[1-9]|1[0-2])$/,
  MMDD: /^[0-9]{4}$/,
  base64: /^[A-Za-z0-9+/]*=*$/,
}

test('what a schema says a text can be is what its pattern allows', (t) => {
  const nodes = Object.entries(schemas).flatMap(([name, schema]) => valueNodes(schema, name))
  t.true(nodes.length > 15)
  for (const { path, node } of nodes) {
    const { content, min, max } = node['x-value'] as { content: string; min: number; max: number }
    const characters = CHARACTERS[content]
    const inBase64 = content === 'base64' ? (size: number) => 4 * Math.ceil(size / 3) : undefined
    const least = inBase64?.(min) ?? min
    const most = inBase64?.(max) ?? max
    t.truthy(characters, path)
    fc.assert(
      fc.property(fc.stringMatching(new RegExp(String(node['pattern']))), (text) => {
        return characters?.test(text) && text.length >= least && text.length <= most
      }),
      { numRuns: 50 },
    )
  }
})

const texts = fc.stringMatching(/^[!-~]([ -~]{0,38}[!-~])?$/)
const sales = fc
  .record({
    id: fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/),
    value: fc.stringMatching(/^[1-9][0-9]{0,11}$/),
    street: texts,
    optional: fc.subarray(['terminal', 'acceptPartial', 'address', 'threeDS', 'initiator']),
    reversed: fc.boolean(),
  })
  .map(({ id, value, street, optional, reversed }) => {
    const { terminal, acceptPartial, threeDS, initiator, storedCredential: _s, ...rest } = fullSale
    const extras = { terminal, acceptPartial, threeDS, initiator, address: { street } }
    const chosen = Object.entries(extras).filter(([name]) => optional.includes(name))
    const { address: _address, ...needed } = rest
    const members = [
      ...Object.entries({ ...needed, id, amount: { currency: 'USD', value } }),
      ...chosen,
    ]
    return JSON.parse(JSON.stringify(Object.fromEntries(reversed ? members.reverse() : members)))
  })

/** The oracle: strip by hand what the content must not have, and let another library write it. */
function strippedForm(body: JsonObject): string | undefined {
  const { time: _time, card, ...rest } = body
  if (!isJsonObject(card)) return undefined
  const { cvv2: _cvv2, ...kept } = card
  return canonicalize({ ...rest, card: kept })
}

test('the content is the RFC 8785 form without time and verification value', (t) => {
  fc.assert(fc.property(sales, (body) => messages.contentOf(payment(body)) === strippedForm(body)))
  for (const body of [fullSale, bareSale]) {
    t.is(messages.contentOf(payment(body)), strippedForm(body) ?? '')
  }
})

test('time, verification value and order of members change no content; anything else does', (t) => {
  const content = (body: object) => messages.contentOf(payment(body))
  const { card } = fullSale
  const same = content(fullSale)
  t.is(content({ ...fullSale, time: '2026-11-22T11:00:00Z' }), same)
  t.is(content({ ...fullSale, card: { ...card, cvv2: '000' } }), same)
  t.is(content(Object.fromEntries(Object.entries(fullSale).reverse())), same)
  t.not(content({ ...fullSale, acceptPartial: false }), same)
  t.not(content({ ...fullSale, amount: { ...fullSale.amount, value: '1251' } }), same)
  t.false(same.includes('737'))
})

test('a member that a schema marks as sensitive leaves the content by that alone', (t) => {
  const definitions = markedSensitive('address', 'street')
  const changed = compileMessages({ ...schemas, definitions })
  t.false(changed.contentOf(payment(fullSale, changed)).includes('Main'))
  t.true(messages.contentOf(payment(fullSale)).includes('Main'))
})

test('the id of a refused request is read only when it is one', (t) => {
  t.is(messages.requestIdOf('{"id":"a-1"}'), 'a-1')
  for (const json of ['{"id":"a 1"}', '{"id":1}', '[]', '{', '{}', `{"id":"${'a'.repeat(65)}"}`]) {
    t.is(messages.requestIdOf(json), undefined)
  }
})

test('classes of content hold one another as their characters do', (t) => {
  const held: [string, string, boolean][] = [
    ['ans', 'n', true],
    ['ans', 'base64', true],
    ['an', 'base64', false],
    ['n', 'MMDDhhmmss', true],
    ['MMDDhhmmss', 'n', false],
    ['MMDD', 'YYMM', false],
    ['anp', 'an', true],
    ['an', 'anp', false],
    ['ans', 'anp', true],
    ['b', 'n', false],
    ['ans', 'b', false],
    ['x+n', 'n', false],
  ]
  for (const [outer, inner, holds] of held)
    t.is(classHolds(outer, inner), holds, `${outer} ${inner}`)
})

test('a validated request prints neither card number nor verification value', (t) => {
  const request = payment(fullSale)
  t.false(
    /4539578763621486|737/.test(
      JSON.stringify(request, (_k, v) => (typeof v === 'bigint' ? `${v}` : v)),
    ),
  )
  t.is(request.merchant, merchant.id)
})
