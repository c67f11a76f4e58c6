import test from 'ava'
import { SALE } from './golden.ts'
import { factsAt, HOSTS, type Host, merchant, messages, PROFILES } from './profile.ts'

const wide = { ...merchant, currencies: ['USD', 'EUR'], terminals: ['T0000001', 'T0000002'] }

const { address: _, threeDS, initiator: __, ...BARE } = SALE
const card = (entryMode: string, more = {}) => ({
  card: { pan: SALE.card.pan, expiry: '3012', entryMode, ...more },
})
const stored = (storedCredential: string) => ({
  ...card('stored'),
  initiator: 'merchant',
  storedCredential,
})
const transactionId = '00000000-0000-0000-0000-000000000000'

/** For each thing that a merchant can say, ways to say it of which no two mean the same. */
const SAYINGS: Readonly<Record<string, readonly object[]>> = {
  operation: [{}, { type: 'payment.authorize' }],
  amount: [{}, { amount: { value: '1251', currency: 'USD' } }],
  currency: [{}, { amount: { value: '1250', currency: 'EUR' } }],
  terminal: [{}, { terminal: 'T0000002' }],
  'card number': [{}, card('ecommerce', { pan: '5555555555554444' })],
  expiry: [card('ecommerce'), card('ecommerce', { expiry: '2911' })],
  CVV2: [card('ecommerce'), ...['123', '9876'].map((cvv2) => card('ecommerce', { cvv2 }))],
  'entry mode': [card('ecommerce'), card('moto'), card('manual'), stored('recurring')],
  street: [{}, { address: { street: '1 Main Street' } }, { address: { street: '2 Side Street' } }],
  'postal code': [{}, { address: { postcode: '10001' } }, { address: { postcode: 'SW1A 1AA' } }],
  indicator: [{}, { threeDS }, { threeDS: { ...threeDS, eci: '06' } }],
  'authentication value': [
    { threeDS },
    { threeDS: { ...threeDS, cavv: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' } },
    { threeDS: { eci: '05', transactionId: threeDS.transactionId } },
  ],
  'directory server': [{ threeDS }, { threeDS: { ...threeDS, transactionId } }],
  initiator: [{}, { initiator: 'cardholder' }],
  'credential to be stored': [{}, { storedCredential: 'initial' }],
  'reason of the merchant': [stored('unscheduled'), stored('recurring'), stored('instalment')],
}

/** What a host refuses of {@link SAYINGS}: where, and how many of them. */
const REFUSED: Readonly<Record<Host, Readonly<Record<string, readonly string[]>>>> = {
  borealis: {},
  pampas: {
    'entry mode': ['storedCredential'],
    street: ['address', 'address'],
    'postal code': ['address', 'address'],
    'credential to be stored': ['storedCredential'],
    'reason of the merchant': ['storedCredential', 'storedCredential', 'storedCredential'],
  },
  kestrel: { 'reason of the merchant': ['storedCredential'] },
}

/** The message in hex, or the member that the host cannot be told. */
function toldTo(host: Host, over: object): { readonly hex: string } | { readonly field: string } {
  const validated = messages.validateRequest(JSON.stringify({ ...BARE, ...over }), {
    merchant: wide,
  })
  if (
    validated.kind === 'refused' ||
    !('pan' in validated.request && 'amount' in validated.request)
  ) {
    throw new Error(JSON.stringify(validated))
  }
  const { dialect, mapping } = PROFILES[host]
  const told = mapping.toHost(validated.request, wide, factsAt(host, 7))
  if (told.kind === 'written') return { hex: dialect.pack(told.message).toString('hex') }
  const { code, field = '' } = told.refusal
  if (code !== 'NOT_SUPPORTED_BY_HOST') throw new Error(code)
  return { field }
}

for (const host of HOSTS) {
  for (const [what, ways] of Object.entries(SAYINGS)) {
    test(`what a merchant says as ${what} reaches ${host}, or is refused`, (t) => {
      const told = ways.map((way) => toldTo(host, way))
      const written = told.flatMap((it) => ('hex' in it ? [it.hex] : []))
      const refused = told.flatMap((it) => ('field' in it ? [it.field] : []))
      t.deepEqual(refused, REFUSED[host][what] ?? [])
      t.is(new Set(written).size, written.length)
    })
  }
}

test('a stored card is refused by a host that knows none', (t) => {
  const told = toldTo('pampas', { ...card('stored'), initiator: 'cardholder' })
  t.deepEqual(told, { field: 'card.entryMode' })
})
