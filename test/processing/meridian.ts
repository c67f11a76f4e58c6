import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { CardRequest, JsonObject, Merchant, PaymentRequest } from '#domain'
import { compileDialect } from '#iso8583'
import { compileMapping, compileMessages, createHostFacts, type Mapping } from '#processing'

/** The reference host's profile and the messages as they stand in specs, read once. */
export const schemas: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  globSync('specs/messages/*.schema.json').map((file) => [
    basename(file, '.schema.json'),
    JSON.parse(readFileSync(file, 'utf8')),
  ]),
)
export const messages = compileMessages(schemas)
export const mappingSchema: JsonObject = JSON.parse(
  readFileSync('specs/mapping.schema.json', 'utf8'),
)
export const dialectSpec: JsonObject = JSON.parse(
  readFileSync('specs/hosts/meridian/dialect.json', 'utf8'),
)
export const dialect = compileDialect(dialectSpec)
export const mappingText = readFileSync('specs/hosts/meridian/mapping.json', 'utf8')
export const mapping: Mapping = compileMapping(JSON.parse(mappingText), {
  dialect,
  messages,
  schema: mappingSchema,
})

export const merchant: Merchant = {
  id: 'M-1001',
  name: 'Corner Books',
  city: 'New York',
  country: 'US',
  acceptorId: 'CORNERBOOKS01',
  terminals: ['TERM0001', 'TERM0002'],
  categoryCode: '5942',
  currencies: ['USD', 'KWD'],
  keys: [],
  answerEncryption: 'registered-key',
  active: true,
}

export const acquirer = { institution: '445566', country: '840' }
export const host = createHostFacts(mapping.exchange, acquirer)

/** 2026-11-22T10:00:00Z, the day of the transcripts. */
export const NOW_MS = Date.UTC(2026, 10, 22, 10)

/** A request with everything in it that a new e-commerce sale can have. */
export const fullSale = {
  type: 'payment.sale',
  id: 'order-1',
  merchant: 'M-1001',
  time: '2026-11-22T10:00:00.000Z',
  terminal: 'TERM0002',
  amount: { value: '1250', currency: 'USD' },
  acceptPartial: true,
  card: { pan: '4539578763621486', expiry: '3012', entryMode: 'ecommerce', cvv2: '737' },
  address: { street: '1 Main "Street"', postcode: '10001' },
  threeDS: {
    eci: '05',
    cavv: 'AAABBEg0VhI0VniQEjRWAAAAAAA=',
    transactionId: 'f25084f0-5b16-4c0a-ae5d-b24808a95e4b',
  },
  initiator: 'cardholder',
  storedCredential: 'initial',
}

/** The least that a sale can have. */
export const bareSale = {
  type: 'payment.sale',
  id: 'order-2',
  merchant: 'M-1001',
  time: '2026-11-22T10:00:00Z',
  amount: { value: '1250', currency: 'USD' },
  card: { pan: '4539578763621486', expiry: '3012', entryMode: 'manual' },
}

/** The validated payment request of a body that must be valid. */
export function payment(body: object, by = messages): PaymentRequest {
  const validated = by.validateRequest(JSON.stringify(body), { merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  const { request } = validated
  if (!('pan' in request && 'amount' in request)) throw new Error('no payment')
  return request
}

/** The validated question of a body that must be valid. */
export function question(body: object): CardRequest {
  const validated = messages.validateRequest(JSON.stringify(body), { merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  const { request } = validated
  if (!('currency' in request)) throw new Error('no question')
  return request
}

/** The shared definitions with one more member marked as sensitive authentication data. */
export function markedSensitive(object: string, member: string): JsonObject {
  const text = JSON.stringify(schemas['definitions'])
  return JSON.parse(text, (name, value) => {
    if (name !== object || !value.properties?.[member]) return value
    value.properties[member]['x-sensitive'] = 'sad'
    return value
  })
}
