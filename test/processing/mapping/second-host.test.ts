import test from 'ava'
import { compileDialect } from '#iso8583'
import { compileMapping, compileMessages, createHostFacts, exchangeFacts } from '#processing'
import { digits, text, upTo } from '../../iso8583/dialects.ts'
import {
  acquirer,
  bareSale,
  fullSale,
  mappingSchema,
  merchant,
  messages,
  NOW_MS,
  payment,
  schemas,
} from '../meridian.ts'

/**
 * A made-up host that does everything otherwise: codes, amounts, dates, places. No code knows it.
 */
const dialect = compileDialect({
  name: 'lantern',
  title: 'Lantern, made up for this test',
  mti: { encoding: 'ascii' },
  bitmap: { encoding: 'hex', count: 2 },
  defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
  fields: {
    '2': upTo(19, 'n', { mask: 'pan' }),
    '3': digits(6),
    '4': upTo(12, 'n'),
    '6': digits(8),
    '7': { name: 'date and time', content: 'MMDDhhmmss', length: 10 },
    '11': digits(6),
    '12': { name: 'local', content: 'YYMMDDhhmmss', length: 12 },
    '15': { name: 'settlement', content: 'YYMMDD', length: 6 },
    '22': text(2),
    '37': text(12),
    '39': digits(4),
    '42': text(10),
    '49': { name: 'currency', content: 'a', length: 3 },
    '60': { name: 'partial', content: 'n', length: 1 },
    '61': { name: 'CAVV', content: 'b', length: 20, encoding: 'binary' },
    '62': upTo(40, 'ans'),
    '90': text(10),
    '121': upTo(4, 'n', { mask: 'sad' }),
    '122': upTo(9, 'ans'),
  },
})

const mandatory = (from: string, more = {}) => ({ use: 'mandatory', from, ...more })
const optional = (from: string, more = {}) => ({ use: 'conditional', from, ...more })
const echoed = { use: 'echoed' }

const document = {
  host: 'lantern',
  exchange: { timeZone: 'Asia/Tokyo', rrn: '{YY}{MM}{DD}{stan}' },
  tables: {
    modes: { values: { ecommerce: 'EC', stored: 'CF' }, otherwise: null },
    partial: { values: { true: '1', false: '0' }, otherwise: null },
    cvv2: { values: { OK: 'match', KO: 'no-match' }, otherwise: 'not-checked' },
  },
  responseCodes: { approved: ['0000'], partial: ['0002'], declined: ['0116'], unknown: [] },
  unlistedAnswerElements: 'ignored',
  messages: {
    'payment.sale': {
      mti: '1200',
      answerMti: '1210',
      untold: [
        'request.card.expiry',
        'request.address.postcode',
        'request.threeDS.transactionId',
        'request.initiator',
        'request.storedCredential',
      ],
      request: {
        '2': mandatory('request.card.pan'),
        '3': { use: 'mandatory', value: '001000' },
        '4': mandatory('request.amount.value'),
        '7': mandatory('exchange.utc', { format: 'MMDDhhmmss' }),
        '11': mandatory('exchange.stan'),
        '12': mandatory('exchange.local', { format: 'YYMMDDhhmmss' }),
        '22': mandatory('request.card.entryMode', { table: 'modes' }),
        '37': mandatory('exchange.rrn'),
        '42': mandatory('merchant.id', { format: 'spaces' }),
        '49': mandatory('request.amount.currency'),
        '60': mandatory('request.acceptPartial', { table: 'partial', default: '0' }),
        '61': optional('request.threeDS.cavv', {
          format: 'base64-bytes',
          when: { 'request.card.entryMode': ['ecommerce'], 'request.threeDS.eci': true },
        }),
        '62': optional('request.address.street'),
        '121': optional('request.card.cvv2'),
      },
      answer: {
        '4': echoed,
        '6': {
          use: 'mandatory',
          unlessVerdict: ['approved', 'declined', 'unknown'],
          to: 'approvedAmount',
        },
        '11': echoed,
        '15': { use: 'conditional', to: 'settlementDate', format: 'MMDD' },
        '37': echoed,
        '39': { use: 'mandatory', to: 'responseCode' },
        '122': { use: 'conditional', to: 'checks.cvv2', table: 'cvv2' },
        '60': { use: 'forbidden' },
      },
    },
    'payment.authorize': {
      like: 'payment.sale',
      mti: '1100',
      answerMti: '1110',
      untold: ['request.address.street'],
      request: { '62': { use: 'forbidden' } },
    },
    'payment.reverse': {
      mti: '1420',
      answerMti: '1430',
      request: {
        '2': mandatory('original.2'),
        '4': mandatory('original.4'),
        '7': mandatory('exchange.utc', { format: 'MMDDhhmmss' }),
        '11': mandatory('exchange.stan'),
        '90': mandatory('original.11', { format: 'spaces' }),
      },
      answer: { '11': echoed, '39': { use: 'mandatory', to: 'responseCode' } },
    },
  },
}

const parts = { dialect, messages, schema: mappingSchema }
const lantern = compileMapping(document, parts)
const host = createHostFacts(lantern.exchange, acquirer)
const facts = exchangeFacts(NOW_MS, 7, host)

function sent(body: object, by = lantern, asked = messages) {
  const written = by.toHost(payment(body, asked), merchant, facts)
  if (written.kind === 'refused') throw new Error(written.refusal.code)
  return written.message
}

const SALE = {
  '2': '4539578763621486',
  '3': '001000',
  '4': '1250',
  '7': '1122100000',
  '11': '000007',
  '12': '261122190000',
  '22': 'EC',
  '37': '261122000007',
  '42': 'M-1001    ',
  '49': 'USD',
  '60': '1',
  '62': '1 Main "Street"',
  '121': '737',
}

test('another host is told the same request in its own way', (t) => {
  const cavv = Buffer.from(fullSale.threeDS.cavv, 'base64').toString('hex').toUpperCase()
  t.deepEqual(sent(fullSale), { mti: '1200', fields: { ...SALE, '61': cavv } })
  t.deepEqual(dialect.unpack(dialect.pack(sent(fullSale))), sent(fullSale))
})

test('an element that one kind forbids is not taken over by likeness', (t) => {
  const { '62': street, ...rest } = sent({ ...fullSale, type: 'payment.authorize' }).fields
  t.is(street, undefined)
  t.is(rest['60'], '1')
})

test('what a host has no place for is refused, whole or in part, and its likes refuse it too', (t) => {
  const refusing = (...refuses: string[]) => {
    const changed = structuredClone(document)
    Object.assign(changed.messages['payment.sale'], { refuses })
    return compileMapping(changed, parts)
  }
  const told = (mapping: typeof lantern, body: object) =>
    mapping.toHost(payment(body), merchant, facts)
  const refused = (field: string) => ({
    kind: 'refused',
    refusal: { code: 'NOT_SUPPORTED_BY_HOST', field },
  })
  const ecommerce = { ...bareSale, card: { ...bareSale.card, entryMode: 'ecommerce' } }
  t.like(told(refusing('request.threeDS'), fullSale), refused('threeDS'))
  t.like(told(refusing('request.address.street'), fullSale), refused('address.street'))
  t.like(told(refusing('request.threeDS'), ecommerce), { kind: 'written' })
  const hold = { ...fullSale, type: 'payment.authorize' }
  t.like(told(refusing('request.threeDS'), hold), refused('threeDS'))
})

test('an object that is there meets a condition on it', (t) => {
  const changed = structuredClone(document)
  changed.messages['payment.sale'].untold.push('request.address.street')
  Object.assign(changed.messages['payment.sale'].request, {
    '62': { use: 'conditional', value: '3DS', when: { 'request.threeDS': true } },
  })
  const mapping = compileMapping(changed, parts)
  t.is(sent(fullSale, mapping).fields['62'], '3DS')
  const { threeDS: _, ...without } = fullSale
  t.is(sent(without, mapping).fields['62'], undefined)
})

test('a default stands for what the merchant left out', (t) => {
  const card = { ...bareSale.card, entryMode: 'ecommerce' }
  t.is(sent({ ...bareSale, card }).fields['60'], '0')
})

test('what a table refuses is refused before anything is sent, naming the member', (t) => {
  const written = lantern.toHost(payment(bareSale), merchant, facts)
  t.like(written, {
    kind: 'refused',
    refusal: { code: 'NOT_SUPPORTED_BY_HOST', field: 'card.entryMode' },
  })
})

test('a merchant’s record that does not fit is refused before anything is sent', (t) => {
  const written = lantern.toHost(payment(fullSale), { ...merchant, id: 'M-100000001' }, facts)
  t.like(written, { kind: 'refused', refusal: { code: 'NOT_SUPPORTED_BY_HOST' } })
})

test('its answers are read by its own codes, and what it adds is ignored', (t) => {
  const message = sent(fullSale)
  const echo = { '4': '1250', '11': '000007', '37': '261122000007' }
  const read = (fields: Record<string, string>) =>
    lantern.readAnswer('payment.sale', message, { mti: '1210', fields: { ...echo, ...fields } })
  t.deepEqual(read({ '39': '0000', '122': 'KO', '49': 'USD' }), {
    kind: 'verdict',
    verdict: 'approved',
    findings: { responseCode: '0000', checks: { cvv2: 'no-match' } },
  })
  t.like(read({ '39': '0002', '6': '00001000' }), {
    verdict: 'partial',
    findings: { approvedMinor: 1000n },
  })
  t.like(read({ '39': '0002' }), { kind: 'mismatched', path: '6' })
  t.like(read({ '39': '0116', '15': '261123' }), {
    verdict: 'declined',
    findings: { details: { settlementDate: '1123' } },
  })
  t.like(read({ '39': '0911' }), { verdict: 'unknown' })
  t.like(read({ '39': '0000', '60': '1' }), { kind: 'mismatched', path: '60' })
})

test('its verification value is kept nowhere, wherever it stands', (t) => {
  const kept = Buffer.from(lantern.storedImage(sent(fullSale))).toString()
  t.false(kept.includes('737'))
  const image = lantern.storedImage(sent(fullSale))
  const reversed = lantern.owed.reversal.write(
    { image, terminal: 'TERM0001', cause: 'host-silent', isRepeat: false },
    merchant,
    facts,
  )
  t.like(reversed, { kind: 'written', message: { mti: '1420', fields: { '90': '000007    ' } } })
})

test('a new member of a request reaches the host by lines of schema and mapping alone', (t) => {
  const sale = JSON.parse(JSON.stringify(schemas['payment.sale']))
  sale.properties.orderNumber = {
    type: 'string',
    pattern: '^[A-Z0-9]{1,9}$',
    'x-value': { content: 'an', min: 1, max: 9 },
  }
  const asked = compileMessages({ ...schemas, 'payment.sale': sale })
  const added = structuredClone(document)
  Object.assign(added.messages['payment.sale'].request, {
    '122': optional('request.orderNumber'),
  })
  Object.assign(added.messages['payment.authorize'].request, { '122': { use: 'forbidden' } })
  const mapping = compileMapping(added, { ...parts, messages: asked })
  const body = { ...fullSale, orderNumber: 'A17' }
  t.is(sent(body, mapping, asked).fields['122'], 'A17')
  t.true(asked.contentOf(payment(body, asked)).includes('"orderNumber":"A17"'))
})
