import test from 'ava'
import { deriveConduct } from '#host-emulator'
import type { Message } from '#iso8583'
import { LANTERN, LANTERN_DOCUMENTS } from './lantern.ts'
import { fakeClock, openHost } from './meridian.ts'

/** A host that acts as lantern, each message read and written by its dialect on the way. */
function openLantern() {
  const conduct = deriveConduct(LANTERN_DOCUMENTS, LANTERN)
  const clock = fakeClock()
  const { host, book } = openHost({ conduct, clock })
  const session = { signedOn: true }
  const ask = (message: Message): Message => {
    const answer = host.answer(LANTERN.unpack(LANTERN.pack(message)), session)?.answer
    if (answer === undefined) throw new Error('nothing was answered')
    return LANTERN.unpack(LANTERN.pack(answer))
  }
  return { ask, book, conduct, host, session, nowMs: clock.nowMs() }
}

const sale = (stan: number, changes: Readonly<Record<string, string>> = {}): Message => ({
  mti: '2200',
  fields: {
    2: '4539578763621486',
    3: '001000',
    4: '1250',
    7: '1122100000',
    11: String(stan).padStart(12, '0'),
    12: '20261122190000',
    24: '200',
    32: '445566',
    37: `261122${String(stan).padStart(6, '0')}`,
    41: 'LANTERN1',
    49: 'JPY',
    ...changes,
  },
})

const authorization = (stan: number, changes: Readonly<Record<string, string>> = {}): Message => ({
  mti: '2100',
  fields: { ...sale(stan).fields, 24: '100', ...changes },
})

const reversalOf = ({ mti, fields }: Message, changes = {}, type = '2420'): Message => {
  const text = (element: string): string => String(fields[element])
  return {
    mti: type,
    fields: {
      2: text('2'),
      4: text('4'),
      7: '1122100030',
      11: '000000009999',
      12: '20261122190030',
      37: text('37'),
      56: { type: mti, stan: text('11'), moment: text('12'), acquirer: text('32') },
      ...changes,
    },
  }
}

test('a made-up host approves in its own types, codes, dates and places', (t) => {
  const { ask, book } = openLantern()
  t.deepEqual(ask(sale(7, { 121: '123' })), {
    mti: '2210',
    fields: {
      4: '1250',
      11: '000000000007',
      17: '261122',
      37: '261122000007',
      38: '5433',
      39: '0000',
      62: '11221000000000000007',
      122: 'OK',
    },
  })
  t.like(book.exchanges()[0], { effect: 'posted', currency: 'JPY', approvedMinor: 1250n })
})

const OUTCOMES: readonly {
  readonly claim: string
  readonly request: Message
  readonly fields: Readonly<Record<string, string>>
}[] = [
  {
    claim: 'declines for want of funds with the standard’s code of its edition',
    request: sale(1, { 2: '4000000000009995' }),
    fields: { 39: '1016' },
  },
  {
    claim: 'declines what the standard has a code for that the mapping does not list by the first',
    request: sale(1, { 2: '4000000000000119' }),
    fields: { 39: '1999' },
  },
  {
    claim: 'approves in part, in the element that the mapping reads it from',
    request: authorization(1, { 2: '4000000000009995' }),
    fields: { 4: '1250', 6: '00001000', 39: '0002' },
  },
  {
    claim: 'declines a CVV2 that does not match and says so',
    request: sale(1, { 121: '999' }),
    fields: { 39: '1999', 122: 'KO' },
  },
  {
    claim: 'refuses a constant that is not the mapping’s',
    request: sale(1, { 3: '002000' }),
    fields: { 39: '9102' },
  },
  {
    claim: 'answers with a code that it does not know when a card asks for it',
    request: sale(1, { 2: '4000000000000465' }),
    fields: { 39: '9999' },
  },
]

for (const { claim, request, fields } of OUTCOMES) {
  test(`a made-up host ${claim}`, (t) => {
    const conduct = deriveConduct(LANTERN_DOCUMENTS, LANTERN)
    const { host } = openHost({ conduct })
    const answer = host.answer(request, { signedOn: true })?.answer
    t.like(answer?.fields, { ...fields, 17: '261122' })
  })
}

test('a made-up host takes a currency as its dialect writes it, and keeps its accounts in any', (t) => {
  const { ask } = openLantern()
  for (const [index, currency] of ['JPY', 'BRL', 'KWD'].entries()) {
    t.is(ask(sale(index + 1, { 49: currency })).fields['39'], '0000')
  }
})

test('a made-up host finds a reversal’s original by all that the reversal says of it', (t) => {
  const { ask, book } = openLantern()
  t.is(ask(sale(7)).fields['39'], '0000')
  t.is(ask(sale(8)).fields['39'], '0000')
  t.is(ask(sale(7)).fields['39'], '9113')
  t.is(ask(reversalOf(sale(7), { 4: '1251' })).fields['39'], '9102')
  const undone = { mti: '2430', fields: { 11: '000000009999', 17: '261122', 39: '4000' } }
  t.deepEqual(ask(reversalOf(sale(7))), undone)
  t.deepEqual(ask(reversalOf(sale(7), {}, '2421')), undone)
  t.deepEqual(
    book.exchanges().map(({ effect }) => effect),
    ['reversed', 'posted'],
  )
})

test('a made-up host remembers a reversal whose original comes late', (t) => {
  const { ask } = openLantern()
  t.deepEqual(ask(reversalOf(sale(9))).fields, { 11: '000000009999', 39: '9114' })
  t.is(ask(sale(9)).fields['39'], '9102')
})

test('a made-up host signs on and off, answers an echo, and announces its next day', (t) => {
  const { ask, conduct, nowMs, session } = openLantern()
  const network = (code: string): Message => ({
    mti: '2804',
    fields: { 11: '000000000001', 12: '20261122100000', 24: code, 41: 'LANTERN1' },
  })
  const codes = ['802', '831', '850', '801'].map((code) => ask(network(code)).fields['39'])
  t.deepEqual(codes, ['8000', '8000', '9102', '8000'])
  t.true(session.signedOn)
  const asked = { code: '821', stan: 900_001, nowMs, settlementDate: '2026-12-31' }
  const fields = { 11: '000000900001', 12: '20261122100000', 17: '261231', 24: '821' }
  t.deepEqual(conduct.network.ask(asked), { mti: '2804', fields: { ...fields, 41: 'LANTERN1' } })
})
