import test from 'ava'
import fc from 'fast-check'
import type { RefusalCode } from '#domain'
import { bareSale, fullSale, merchant, messages } from '../meridian.ts'

const { card, amount, address, threeDS } = fullSale
const stored = { ...bareSale, card: { ...bareSale.card, entryMode: 'stored' } }
const byMerchant = { ...stored, initiator: 'merchant', storedCredential: 'recurring' }
const token = 'tok_abcdefghijklmnopabcdefghijklmnop'
const byToken = { ...byMerchant, card: { token, entryMode: 'stored' } }
const registration = { ...base('card.register'), card: { pan: card.pan, expiry: '3012' } }
const inquiry = { ...base('payment.inquire'), payment: 'order-1' }

function base(type: string): object {
  return { type, id: 'r-1', merchant: 'M-1001', time: '2026-11-22T10:00:00Z' }
}

function refusalOf(body: unknown, by = merchant): [RefusalCode, string | undefined] | 'valid' {
  const json = typeof body === 'string' ? body : JSON.stringify(body)
  const validated = messages.validateRequest(json, { merchant: by })
  if (validated.kind === 'valid') return 'valid'
  return [validated.refusal.code, validated.refusal.field]
}

const VALID: readonly [title: string, body: object][] = [
  ['a request with everything', fullSale],
  ['a request with the least', bareSale],
  ['an authorization', { ...bareSale, type: 'payment.authorize' }],
  ['an inquiry', inquiry],
  ['an echo', base('echo')],
  ['the largest amount', { ...bareSale, amount: { value: '999999999999', currency: 'USD' } }],
  ['the longest id', { ...bareSale, id: 'a'.repeat(64) }],
  ['a street of 40 characters', { ...bareSale, address: { street: 'a'.repeat(40) } }],
  ['a postal code alone', { ...bareSale, address: { postcode: 'SW1A 1AA' } }],
  ['3-D Secure without a CAVV', { ...fullSale, threeDS: { ...threeDS, cavv: undefined } }],
  ['a stored card that the cardholder uses', stored],
  ['a recurring payment that the merchant starts', byMerchant],
  ['a recurring payment with a token', byToken],
  ['a payment with a token that the cardholder starts', { ...byToken, initiator: 'cardholder' }],
  ['a registration of a card', registration],
  ['a wish to forget a token', { ...base('card.forget'), token }],
]

for (const [title, body] of VALID) {
  test(`${title} is valid`, (t) => {
    t.is(refusalOf(body), 'valid')
  })
}

const REFUSED: readonly [title: string, body: unknown, code: RefusalCode, field?: string][] = [
  ['a text that is no JSON', '{', 'JSON_MALFORMED'],
  ['an array', [], 'JSON_MALFORMED'],
  ['null', 'null', 'JSON_MALFORMED'],
  ['an object without a type', {}, 'FIELD_MISSING', 'type'],
  ['an unknown type', { ...bareSale, type: 'payment.gift' }, 'TYPE_UNKNOWN', 'type'],
  ['a type that is no text', { ...bareSale, type: 1 }, 'TYPE_UNKNOWN', 'type'],
  ['a type of the prototype', { ...bareSale, type: 'constructor' }, 'TYPE_UNKNOWN', 'type'],
  ['no id', { ...bareSale, id: undefined }, 'FIELD_MISSING', 'id'],
  ['an id one too long', { ...bareSale, id: 'a'.repeat(65) }, 'FIELD_INVALID', 'id'],
  ['an empty id', { ...bareSale, id: '' }, 'FIELD_INVALID', 'id'],
  [
    'no card number',
    { ...bareSale, card: { ...card, pan: undefined } },
    'FIELD_MISSING',
    'card.pan',
  ],
  ['a card that is no object', { ...bareSale, card: 'x' }, 'FIELD_INVALID', 'card'],
  ['a card that is null', { ...bareSale, card: null }, 'FIELD_INVALID', 'card'],
  ['a PAN of 11 digits', pan('1'.repeat(11)), 'FIELD_INVALID', 'card.pan'],
  ['a PAN of 20 digits', pan('1'.repeat(20)), 'FIELD_INVALID', 'card.pan'],
  ['a wrong check digit', pan('4539578763621487'), 'FIELD_INVALID', 'card.pan'],
  ['month 13', { ...bareSale, card: { ...card, expiry: '3013' } }, 'FIELD_INVALID', 'card.expiry'],
  ['month 00', { ...bareSale, card: { ...card, expiry: '3000' } }, 'FIELD_INVALID', 'card.expiry'],
  ['a CVV2 of 2', { ...bareSale, card: { ...card, cvv2: '12' } }, 'FIELD_INVALID', 'card.cvv2'],
  ['a CVV2 of 5', { ...bareSale, card: { ...card, cvv2: '12345' } }, 'FIELD_INVALID', 'card.cvv2'],
  ['an unknown member', { ...bareSale, colour: 'red' }, 'FIELD_UNKNOWN', 'colour'],
  [
    'an unknown member inside',
    { ...bareSale, card: { ...card, pin: '1' } },
    'FIELD_UNKNOWN',
    'card.pin',
  ],
  [
    'a member of the prototype',
    JSON.stringify(base('echo')).replace('{', '{"__proto__":1,'),
    'FIELD_UNKNOWN',
  ],
  ['an amount of nothing', value('0'), 'FIELD_INVALID', 'amount.value'],
  ['a leading zero', value('01'), 'FIELD_INVALID', 'amount.value'],
  ['an amount of 13 digits', value('1'.repeat(13)), 'FIELD_INVALID', 'amount.value'],
  ['a negative amount', value('-1'), 'FIELD_INVALID', 'amount.value'],
  [
    'a number as amount',
    { ...bareSale, amount: { ...amount, value: 1 } },
    'FIELD_INVALID',
    'amount.value',
  ],
  [
    'a currency of no country',
    { ...bareSale, amount: { ...amount, currency: 'XQX' } },
    'FIELD_INVALID',
    'amount.currency',
  ],
  [
    'acceptPartial as a text',
    { ...bareSale, acceptPartial: 'true' },
    'FIELD_INVALID',
    'acceptPartial',
  ],
  [
    'a time with an offset',
    { ...bareSale, time: '2026-11-22T10:00:00+01:00' },
    'FIELD_INVALID',
    'time',
  ],
  ['a time that never was', { ...bareSale, time: '2026-02-30T10:00:00Z' }, 'FIELD_INVALID', 'time'],
  [
    'an echo at no time',
    { ...base('echo'), time: '2026-02-30T10:00:00Z' },
    'FIELD_INVALID',
    'time',
  ],
  ['an inquiry at no time', { ...inquiry, time: '2026-02-30T10:00:00Z' }, 'FIELD_INVALID', 'time'],
  ['an inquiry after nothing', { ...inquiry, payment: undefined }, 'FIELD_MISSING', 'payment'],
  ['a terminal of 7', { ...bareSale, terminal: 'TERM001' }, 'FIELD_INVALID', 'terminal'],
  [
    'a street of 41 characters',
    { ...bareSale, address: { street: 'a'.repeat(41) } },
    'FIELD_INVALID',
    'address.street',
  ],
  [
    'a street that ASCII lacks',
    { ...bareSale, address: { street: 'Königsallee' } },
    'FIELD_INVALID',
    'address.street',
  ],
  [
    'a street that ends in a space',
    { ...bareSale, address: { ...address, street: 'a ' } },
    'FIELD_INVALID',
    'address.street',
  ],
  ['an address of nothing', { ...bareSale, address: {} }, 'FIELD_INVALID', 'address'],
  [
    'a CAVV of 19 bytes',
    { ...fullSale, threeDS: { ...threeDS, cavv: `${'A'.repeat(26)}==` } },
    'FIELD_INVALID',
    'threeDS.cavv',
  ],
  ['another merchant', { ...bareSale, merchant: 'M-1002' }, 'MERCHANT_MISMATCH', 'merchant'],
  [
    'a token beside a card number',
    { ...byToken, card: { ...byToken.card, pan: card.pan } },
    'FIELD_INVALID',
    'card',
  ],
  [
    'a token beside an expiry date',
    { ...byToken, card: { ...byToken.card, expiry: '3012' } },
    'FIELD_INVALID',
    'card',
  ],
  [
    'a card number as a token',
    { ...byToken, card: { ...byToken.card, token: card.pan } },
    'FIELD_INVALID',
    'card.token',
  ],
  [
    'a CVV2 with a token',
    { ...byToken, card: { ...byToken.card, cvv2: '123' } },
    'FIELD_INVALID',
    'card.cvv2',
  ],
  [
    'a token that is no stored card',
    { ...byToken, card: { token, entryMode: 'ecommerce' } },
    'FIELD_INVALID',
    'card.entryMode',
  ],
  [
    'a token and nobody who started it',
    { ...byToken, initiator: undefined },
    'FIELD_MISSING',
    'initiator',
  ],
  [
    'a token without a reason',
    { ...byToken, initiator: 'cardholder', storedCredential: undefined },
    'FIELD_MISSING',
    'storedCredential',
  ],
  [
    'a registration with a CVV2',
    { ...registration, card: { ...registration.card, cvv2: '123' } },
    'FIELD_UNKNOWN',
    'card.cvv2',
  ],
  [
    'a registration of what is no card',
    { ...registration, card: { ...registration.card, pan: '4539578763621487' } },
    'FIELD_INVALID',
    'card.pan',
  ],
  ['nothing to forget', base('card.forget'), 'FIELD_MISSING', 'token'],
  [
    'a CVV2 with a stored card',
    { ...stored, card: { ...stored.card, cvv2: '123' } },
    'FIELD_INVALID',
    'card.cvv2',
  ],
  [
    'storing a stored card',
    { ...stored, storedCredential: 'initial' },
    'FIELD_INVALID',
    'storedCredential',
  ],
  [
    '3-D Secure by telephone',
    { ...fullSale, card: { ...card, entryMode: 'moto' } },
    'FIELD_INVALID',
    'threeDS',
  ],
  [
    'a merchant that types a card',
    { ...byMerchant, card: bareSale.card },
    'FIELD_INVALID',
    'card.entryMode',
  ],
  [
    'a merchant without a reason',
    { ...byMerchant, storedCredential: undefined },
    'FIELD_MISSING',
    'storedCredential',
  ],
]

function pan(digits: string): object {
  return { ...bareSale, card: { ...bareSale.card, pan: digits } }
}

function value(digits: string): object {
  return { ...bareSale, amount: { ...amount, value: digits } }
}

for (const [title, body, code, field] of REFUSED) {
  test(`${title} is refused with ${code}${field ? ` at ${field}` : ''}`, (t) => {
    t.deepEqual(refusalOf(body), [code, field])
  })
}

const capture = { ...base('payment.capture'), payment: 'order-1' }

test('a capture names a payment, and an amount or none', (t) => {
  const requestOf = (body: object) => {
    const validated = messages.validateRequest(JSON.stringify(body), { merchant })
    return validated.kind === 'valid' ? validated.request : undefined
  }
  t.like(requestOf(capture), { operation: 'payment.capture', payment: 'order-1' })
  t.false('amount' in (requestOf(capture) ?? {}))
  t.like(requestOf({ ...capture, amount }), { amount: { minor: 1250n, currency: { code: 'USD' } } })
  t.deepEqual(refusalOf({ ...capture, payment: undefined }), ['FIELD_MISSING', 'payment'])
  const nothing = { ...capture, amount: { ...amount, value: '0' } }
  t.deepEqual(refusalOf(nothing), ['FIELD_INVALID', 'amount.value'])
  const nowhere = { ...capture, amount: { ...amount, currency: 'ZZZ' } }
  t.deepEqual(refusalOf(nowhere), ['FIELD_INVALID', 'amount.currency'])
})

test('a merchant that is not active is refused everything', (t) => {
  for (const body of [bareSale, inquiry, capture, base('echo')]) {
    t.deepEqual(refusalOf(body, { ...merchant, active: false }), ['MERCHANT_INACTIVE', undefined])
  }
})

test('a card number where a member’s name should be is not repeated', (t) => {
  const body = { ...bareSale, card: { ...card, '4539578763621486': 'x' } }
  t.deepEqual(refusalOf(body), ['FIELD_UNKNOWN', 'card'])
})

test('the terminal is the one asked for, or the merchant’s first', (t) => {
  const terminalOf = (body: object) => {
    const validated = messages.validateRequest(JSON.stringify(body), { merchant })
    return validated.kind === 'valid' && 'terminal' in validated.request
      ? validated.request.terminal
      : undefined
  }
  t.is(terminalOf(fullSale), 'TERM0002')
  t.is(terminalOf(bareSale), 'TERM0001')
})

test('a valid request carries its amount in minor units and its moment', (t) => {
  const validated = messages.validateRequest(JSON.stringify(fullSale), { merchant })
  if (validated.kind !== 'valid' || !('pan' in validated.request && 'amount' in validated.request))
    return t.fail()
  const { amount: asked, sentAtMs, acceptPartial, operation } = validated.request
  t.is(asked.minor, 1250n)
  t.is(asked.currency.numeric, '840')
  t.is(sentAtMs, Date.UTC(2026, 10, 22, 10))
  t.true(acceptPartial)
  t.is(operation, 'payment.sale')
})

test('whatever is wrong, one refusal says so and repeats no value', (t) => {
  const secret = '4539578763621486'
  const places: (readonly string[])[] = [
    ...Object.keys(fullSale).map((name) => [name]),
    ...Object.keys(card).map((name) => ['card', name]),
    ...Object.keys(threeDS).map((name) => ['threeDS', name]),
    ['amount', 'value'],
    ['address', 'street'],
    ['card', secret],
    [secret],
  ]
  const odd = fc.oneof(
    fc.constant(`${secret}${secret}`),
    fc.constant({ [secret]: secret }),
    fc.constant([secret]),
    fc.jsonValue(),
  )
  fc.assert(
    fc.property(fc.constantFrom(...places), odd, (place, put) => {
      const body = structuredClone(fullSale) as Record<string, unknown>
      const [first = '', second] = place
      if (second === undefined) body[first] = put
      else body[first] = { ...(body[first] as object), [second]: put }
      const validated = messages.validateRequest(JSON.stringify(body), { merchant })
      if (validated.kind === 'valid') return true
      return !JSON.stringify(validated.refusal).includes(secret)
    }),
    { numRuns: 500 },
  )
  t.pass()
})
