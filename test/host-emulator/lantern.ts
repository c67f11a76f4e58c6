import { compileDialect } from '#iso8583'
import { digits, text, upTo } from '../iso8583/dialects.ts'

/**
 * A made-up host that does everything otherwise: types, codes, amounts, dates, places. No code
 * knows it, and it has no conduct of its own.
 */
export const LANTERN = compileDialect({
  name: 'lantern',
  title: 'Lantern, made up for this test',
  mti: { encoding: 'bcd' },
  bitmap: { encoding: 'binary', count: 2 },
  defaults: { encoding: 'ebcdic-037', prefixEncoding: 'ebcdic' },
  fields: {
    '2': upTo(19, 'n', { mask: 'pan' }),
    '3': digits(6),
    '4': upTo(12, 'n'),
    '6': digits(8),
    '7': { name: 'sent', content: 'MMDDhhmmss', length: 10 },
    '11': digits(12),
    '12': { name: 'local', content: 'YYYYMMDDhhmmss', length: 14 },
    '17': { name: 'business date', content: 'YYMMDD', length: 6 },
    '24': digits(3),
    '32': upTo(11, 'n'),
    '37': text(12),
    '38': digits(4),
    '39': digits(4),
    '41': text(8),
    '49': { name: 'currency', content: 'a', length: 3 },
    '56': {
      name: 'original',
      length: { min: 1, max: 60, prefix: { digits: 2 } },
      composite: {
        kind: 'positional',
        parts: [
          { key: 'type', name: 'type', content: 'n', length: 4 },
          { key: 'stan', name: 'stan', content: 'n', length: 12 },
          { key: 'moment', name: 'moment', content: 'n', length: 14 },
          {
            key: 'acquirer',
            name: 'acquirer',
            content: 'n',
            length: { min: 1, max: 11, prefix: { digits: 2 } },
          },
        ],
      },
    },
    '62': upTo(20, 'an'),
    '121': upTo(4, 'n', { mask: 'sad' }),
    '122': upTo(2, 'a'),
  },
})

const mandatory = (from: string) => ({ use: 'mandatory', from })
const echoed = { use: 'echoed' }
const unlessDeclined = { use: 'mandatory', unlessVerdict: ['declined', 'unknown'] }

export const LANTERN_DOCUMENTS = {
  mapping: {
    host: 'lantern',
    exchange: { timeZone: 'Asia/Tokyo', rrn: '{YY}{MM}{DD}{stan}' },
    tables: { cvv2: { values: { OK: 'match', KO: 'no-match' }, otherwise: 'not-checked' } },
    responseCodes: {
      approved: ['0000', '4000'],
      partial: ['0002'],
      declined: ['1999', '1016', '1011', '9114', '9102'],
      unknown: ['9109'],
    },
    unlistedAnswerElements: 'refused',
    messages: {
      'payment.sale': {
        mti: '2200',
        answerMti: '2210',
        request: {
          '2': mandatory('request.card.pan'),
          '3': { use: 'mandatory', value: '001000' },
          '4': mandatory('request.amount.value'),
          '7': mandatory('exchange.transmittedAt'),
          '11': mandatory('exchange.stan'),
          '12': mandatory('exchange.local'),
          '24': { use: 'mandatory', value: '200' },
          '32': mandatory('exchange.acquirer'),
          '37': mandatory('exchange.rrn'),
          '41': mandatory('exchange.terminal'),
          '49': mandatory('request.amount.currency'),
          '121': { use: 'conditional', from: 'request.card.cvv2' },
        },
        answer: {
          '4': echoed,
          '6': { use: 'conditional', to: 'approvedAmount' },
          '11': echoed,
          '17': { use: 'mandatory', to: 'settlementDate', format: 'MMDD' },
          '37': echoed,
          '38': { ...unlessDeclined, to: 'approvalCode', carry: true },
          '39': { use: 'mandatory', to: 'responseCode' },
          '62': { ...unlessDeclined, carry: true },
          '122': { use: 'conditional', to: 'checks.cvv2', table: 'cvv2' },
        },
      },
      'payment.authorize': {
        like: 'payment.sale',
        mti: '2100',
        answerMti: '2110',
        request: { '24': { use: 'mandatory', value: '100' }, '121': { use: 'forbidden' } },
      },
      'payment.reverse': {
        mti: '2420',
        answerMti: '2430',
        request: {
          '2': mandatory('original.2'),
          '4': mandatory('original.4'),
          '7': mandatory('exchange.transmittedAt'),
          '11': mandatory('exchange.stan'),
          '12': mandatory('exchange.local'),
          '37': mandatory('original.37'),
          '38': { use: 'conditional', from: 'carried.38' },
          '56.type': mandatory('original.mti'),
          '56.stan': mandatory('original.11'),
          '56.moment': mandatory('original.12'),
          '56.acquirer': mandatory('original.32'),
        },
        answer: {
          '11': echoed,
          '17': { use: 'conditional' },
          '39': { use: 'mandatory', to: 'responseCode' },
        },
      },
    },
  },
  link: {
    stanUniqueWith: ['7', '32'],
    network: {
      mti: '2804',
      elements: {
        transmissionTime: '12',
        stan: '11',
        function: '24',
        response: '39',
        settlementDate: '17',
      },
      constants: { '41': 'LANTERN1' },
      echoed: ['11', '24'],
      signOn: '801',
      signOff: '802',
      echo: '831',
      cutover: '821',
      successCode: '8000',
      notSupportedCode: '9102',
      formatErrorCode: '9100',
      refusalEchoed: ['11'],
    },
  },
} as const
