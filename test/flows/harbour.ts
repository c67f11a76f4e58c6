/**
 * A host that appears nowhere else: numbers packed, text in EBCDIC 037, lengths in binary, a header
 * of four bytes. What an integrator would write, having read specs/hosts/README.md.
 */
const digits = (name: string, length: number) => ({ name, content: 'n', encoding: 'bcd', length })
const text = (name: string, length: number) => ({
  ...{ name, content: 'ans', length },
  pad: { side: 'right', with: ' ' },
})
const prefix = { bytes: 1 }

export const DIALECT = {
  name: 'harbour',
  mti: { encoding: 'bcd' },
  bitmap: { encoding: 'hex-ebcdic', count: 2 },
  defaults: { encoding: 'ebcdic-037', prefixEncoding: 'binary' },
  fields: {
    '2': {
      ...{ name: 'Card number', content: 'n', encoding: 'bcd', mask: 'pan' },
      ...{ length: { min: 12, max: 19, prefix, unit: 'bytes' } },
      pad: { side: 'right', with: 'F' },
    },
    '3': digits('Processing code', 6),
    '4': digits('Amount', 12),
    '7': { name: 'Sent at', content: 'MMDDhhmmss', encoding: 'bcd', length: 10 },
    '11': digits('Trace number', 6),
    '12': { name: 'Time', content: 'hhmmss', encoding: 'bcd', length: 6 },
    '13': { name: 'Date', content: 'MMDD', encoding: 'bcd', length: 4 },
    '14': { name: 'Expiry', content: 'YYMM', encoding: 'bcd', length: 4, mask: 'secret' },
    '15': { name: 'Settlement', content: 'MMDD', encoding: 'bcd', length: 4 },
    '22': digits('Entry mode', 3),
    '32': { ...digits('Acquirer', 11), length: { max: 11, prefix } },
    '37': { name: 'Reference', content: 'an', length: 12 },
    '38': { name: 'Approval code', content: 'an', length: 6 },
    '39': { name: 'Response code', content: 'an', length: 2 },
    '41': text('Terminal', 8),
    '42': text('Merchant', 15),
    '43': text('Name', 30),
    '44': { name: 'What came of the check', content: 'n', length: 1 },
    '48': { name: 'CVV2', content: 'n', length: { min: 3, max: 4, prefix }, mask: 'sad' },
    '49': digits('Currency', 3),
    '70': digits('Network function', 3),
    '90': {
      name: 'Original',
      length: 11,
      composite: {
        kind: 'positional',
        parts: [
          { key: 'mti', ...digits('Type', 4) },
          { key: 'stan', ...digits('Trace number', 6) },
          { key: 'sentAt', ...digits('Sent at', 10) },
          { key: 'zero', ...digits('Zero', 2) },
        ],
      },
    },
  },
}

const from = (source: string, more = {}) => ({ use: 'mandatory', from: source, ...more })
const echoed = { use: 'echoed' }

export const MAPPING = {
  host: 'harbour',
  exchange: { timeZone: 'UTC', rrn: 'HB{YY}{MM}{stan}' },
  tables: {
    entry: { values: { ecommerce: '081', manual: '012' }, otherwise: null },
    cvv2: { values: { '1': 'match', '0': 'no-match' }, otherwise: 'not-checked' },
  },
  responseCodes: {
    approved: ['00'],
    partial: [],
    declined: ['05', '14', '30', '51', '54'],
    unknown: ['94', '96'],
  },
  messages: {
    'payment.sale': {
      mti: '0200',
      answerMti: '0210',
      refuses: ['request.address', 'request.threeDS', 'request.storedCredential'],
      untold: ['request.initiator'],
      request: {
        '2': from('request.card.pan'),
        '3': { use: 'mandatory', value: '000000' },
        '4': from('request.amount.value', { format: 'zeros' }),
        '7': from('exchange.transmittedAt'),
        '11': from('exchange.stan'),
        '14': from('request.card.expiry'),
        '22': from('request.card.entryMode', { table: 'entry' }),
        '32': from('exchange.acquirer'),
        '37': from('exchange.rrn'),
        '41': from('exchange.terminal'),
        '42': from('merchant.acceptorId'),
        '43': from('merchant.name', { format: 'cut' }),
        '48': { use: 'conditional', from: 'request.card.cvv2' },
        '49': from('request.amount.currency', { format: 'currency-numeric' }),
      },
      answer: {
        '2': echoed,
        '3': echoed,
        '4': echoed,
        '7': echoed,
        '11': echoed,
        '15': { use: 'conditional', to: 'settlementDate' },
        '37': echoed,
        '38': {
          use: 'mandatory',
          unlessVerdict: ['declined', 'unknown'],
          to: 'approvalCode',
          carry: true,
        },
        '39': { use: 'mandatory', to: 'responseCode' },
        '41': echoed,
        '44': { use: 'conditional', to: 'checks.cvv2', table: 'cvv2' },
        '49': echoed,
      },
    },
    'payment.authorize': { like: 'payment.sale', mti: '0100', answerMti: '0110' },
    'payment.reverse': {
      mti: '0400',
      answerMti: '0410',
      request: {
        '2': from('original.2'),
        '3': from('original.3'),
        '4': from('original.4'),
        '7': from('exchange.transmittedAt'),
        '11': from('exchange.stan'),
        '37': from('original.37'),
        '41': from('original.41'),
        '49': from('original.49'),
        '90.mti': from('original.mti'),
        '90.stan': from('original.11'),
        '90.sentAt': from('original.7'),
        '90.zero': { use: 'mandatory', value: '00' },
      },
      answer: {
        '4': echoed,
        '7': echoed,
        '11': echoed,
        '37': echoed,
        '39': { use: 'mandatory', to: 'responseCode' },
      },
    },
  },
}

export const LINK = {
  header: { length: { bytes: 4, encoding: 'binary', includesItself: true } },
  frameBytesMax: 2048,
  matchKey: ['11', '37'],
  stanUniqueWith: ['7'],
  answerTimeoutMs: 10000,
  lateAnswerMaxMs: 20000,
  echoIdleMs: 30000,
  echoMissesMax: 2,
  network: {
    mti: '0820',
    elements: {
      transmissionTime: ['7', '12', '13'],
      stan: '11',
      function: '70',
      response: '39',
      settlementDate: '15',
    },
    constants: {},
    echoed: ['7', '11', '70'],
    signOn: '071',
    signOff: '072',
    echo: '073',
    cutover: '074',
    successCode: '00',
    notSupportedCode: '05',
    formatErrorCode: '30',
    refusalEchoed: ['11', '37'],
  },
}
