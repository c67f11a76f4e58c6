import { inspect } from 'node:util'
import test from 'ava'
import type { RefusalCode } from '#domain'
import { bareSale, merchant, messages, payment } from '../meridian.ts'

const BLOCK = '0123456789ABCDEF'
const pin = { block: BLOCK, format: 'iso-0', key: 'TPK-1' }
const debit = { ...bareSale, card: { ...bareSale.card, entryMode: 'terminal' }, pin }

test('a PIN at a terminal comes through in a form that prints as nothing', (t) => {
  const { pin: taken } = payment(debit)
  t.like(taken, { format: 'iso-0', key: 'TPK-1' })
  t.is(taken?.block.reveal(), BLOCK)
  t.false(inspect(payment(debit), { depth: 9 }).includes(BLOCK))
  t.false(JSON.stringify(payment({ ...debit }), bigints).includes(BLOCK))
})

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)

test('a PIN is no part of what an id stands for', (t) => {
  const { pin: _, ...without } = debit
  const content = messages.contentOf(payment(debit))
  t.is(content, messages.contentOf(payment(without)))
  t.false(content.includes('TPK-1'))
})

test('a block is as long as its format', (t) => {
  for (const [format, block] of [
    ['iso-0', BLOCK],
    ['iso-3', BLOCK],
    ['iso-4', BLOCK + BLOCK],
  ] as const) {
    t.is(payment({ ...debit, pin: { ...pin, format, block } }).pin?.format, format)
  }
})

test('a serial number is as long as the format wants', (t) => {
  for (const [format, block, length] of [
    ['iso-0', BLOCK, 20],
    ['iso-3', BLOCK, 20],
    ['iso-4', BLOCK + BLOCK, 24],
  ] as const) {
    for (const characters of [20, 24]) {
      const body = { ...debit, pin: { ...pin, format, block, ksn: 'F'.repeat(characters) } }
      const validated = messages.validateRequest(JSON.stringify(body), { merchant })
      t.is(validated.kind, characters === length ? 'valid' : 'refused')
    }
  }
  t.is(payment({ ...debit, pin: { ...pin, ksn: 'F'.repeat(20) } }).pin?.ksn, 'F'.repeat(20))
})

const REFUSED: readonly [what: string, body: object, code: RefusalCode, field: string][] = [
  [
    'a PIN for a card that is no debit card at a terminal',
    { ...debit, card: bareSale.card },
    'FIELD_INVALID',
    'pin',
  ],
  ['a PIN in clear', { ...debit, pin: '1234' }, 'FIELD_INVALID', 'pin'],
  ['no block', { ...debit, pin: { ...pin, block: undefined } }, 'FIELD_MISSING', 'pin.block'],
  ['no key', { ...debit, pin: { ...pin, key: undefined } }, 'FIELD_MISSING', 'pin.key'],
  [
    '15 characters',
    { ...debit, pin: { ...pin, block: BLOCK.slice(1) } },
    'FIELD_INVALID',
    'pin.block',
  ],
  [
    'small letters',
    { ...debit, pin: { ...pin, block: 'abcdef0123456789' } },
    'FIELD_INVALID',
    'pin.block',
  ],
  [
    'AES by a block of triple DES',
    { ...debit, pin: { ...pin, format: 'iso-4' } },
    'FIELD_INVALID',
    'pin.block',
  ],
  [
    'triple DES by a block of AES',
    { ...debit, pin: { ...pin, block: BLOCK + BLOCK } },
    'FIELD_INVALID',
    'pin.block',
  ],
  ['format 1', { ...debit, pin: { ...pin, format: 'iso-1' } }, 'FIELD_INVALID', 'pin.format'],
  ['format 2', { ...debit, pin: { ...pin, format: 'iso-2' } }, 'FIELD_INVALID', 'pin.format'],
  [
    'a key of 33 characters',
    { ...debit, pin: { ...pin, key: 'K'.repeat(33) } },
    'FIELD_INVALID',
    'pin.key',
  ],
  [
    'a serial number of 21',
    { ...debit, pin: { ...pin, ksn: 'F'.repeat(21) } },
    'FIELD_INVALID',
    'pin.ksn',
  ],
  ['a key with a space', { ...debit, pin: { ...pin, key: 'TPK 1' } }, 'FIELD_INVALID', 'pin.key'],
]

for (const [what, body, code, field] of REFUSED) {
  test(`${what}: ${code} of ${field}`, (t) => {
    const validated = messages.validateRequest(JSON.stringify(body), { merchant })
    t.like(validated, { kind: 'refused', refusal: { code, field } })
  })
}
