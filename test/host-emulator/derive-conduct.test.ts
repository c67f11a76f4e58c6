import test from 'ava'
import fc from 'fast-check'
import { ConductError, compileConduct, deriveConduct, type HostDocuments } from '#host-emulator'
import type { Message } from '#iso8583'
import { LANTERN, LANTERN_DOCUMENTS } from './lantern.ts'
import {
  capture,
  changed,
  DIALECT,
  json,
  openHost,
  payment,
  reversal,
  TRANSCRIPTS,
} from './meridian.ts'
import { play } from './playing.ts'

const MERIDIAN = deriveConduct({ mapping: json('mapping.json'), link: json('link.json') }, DIALECT)

/**
 * Where a conduct that is derived from meridian's mapping and link does otherwise than the bank's
 * interface says: elements of the host's messages, by transcript and step.
 *
 * DE63 begins with the bank's own letter M, which no mapping has a reason to know.
 */
const NOT_DERIVABLE: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  '03-sale-approved': { 2: ['63'] },
  '05-authorization-approved': { 2: ['63'] },
  '06-authorization-partial': { 2: ['63'] },
  '07-sale-ecommerce-3ds': { 2: ['63'] },
  '08-sale-merchant-initiated-recurring': { 2: ['63'] },
  '14-sale-duplicate': { 2: ['63'] },
  '19-capture-in-part': { 2: ['63'] },
  '20-capture-refused': { 4: ['63'] },
  '21-refund-in-part': { 2: ['63'], 4: ['63'] },
  '22-authorization-increased': { 2: ['63'], 4: ['63'] },
  '23-captured-then-reversed': { 2: ['63'] },
  '24-sale-with-pin': { 2: ['63'] },
  '26-account-verified': { 2: ['63'] },
}

for (const transcript of TRANSCRIPTS) {
  const { name } = transcript
  const differing = NOT_DERIVABLE[name] ?? {}
  const but = Object.keys(differing).length === 0 ? '' : ', but for what nobody could derive'
  test(`${name} is played by meridian’s derived conduct${but}`, async (t) => {
    const { said, verdicts } = await play(transcript, { conduct: MERIDIAN })
    const found = said.flatMap(({ step, hex, expected }) => {
      const elements = difference(messageOf(hex), messageOf(expected))
      return elements.length === 0 ? [] : [[step, elements] as const]
    })
    t.deepEqual(Object.fromEntries(found), differing)
    t.deepEqual(verdicts, (await play(transcript)).verdicts)
  })
}

test('a PIN in a format that the emulated host does not read decides nothing', async (t) => {
  const mapping = changed(json('mapping.json'), { pin: { format: 'iso-3' } })
  const conduct = deriveConduct({ mapping, link: json('link.json') }, DIALECT)
  const wrong = TRANSCRIPTS.find(({ name }) => name === '25-sale-wrong-pin')
  if (wrong === undefined) return t.fail()
  const { said } = await play(wrong, { conduct })
  t.is(messageOf(said.at(-1)?.hex ?? '').fields['39'], '00')
})

const messageOf = (hex: string): Message => DIALECT.unpack(Buffer.from(hex, 'hex'))

/** Elements, or `mti`, in which two messages differ. */
function difference(a: Message, b: Message): string[] {
  const elements = new Set([...Object.keys(a.fields), ...Object.keys(b.fields)])
  const differing = [...elements].filter(
    (element) => JSON.stringify(a.fields[element]) !== JSON.stringify(b.fields[element]),
  )
  return a.mti === b.mti ? differing : ['mti', ...differing]
}

const anyAct = fc.record({
  kind: fc.constantFrom('0100', '0200', 'reverse', 'repeat', 'capture', '310000', '330000'),
  stan: fc.integer({ min: 1, max: 5 }),
  changes: fc.record(
    {
      2: fc.constantFrom(
        '4000000000009995',
        '4000000000000119',
        '4000000000000069',
        '4242424242424242',
      ),
      3: fc.constantFrom('010000'),
      4: fc.constantFrom('000000000000', '000000000900'),
      14: fc.constantFrom(undefined, '2001'),
      48: fc.constantFrom({ 92: '123' }, { 92: '999', 80: '1 Main Street' }, { 43: 'x', 82: '1' }),
      63: fc.constantFrom('?'),
    },
    { requiredKeys: [] },
  ),
})

test('whatever meridian is asked, its derived conduct answers as its own, but for DE63', (t) => {
  const own = compileConduct(changed(json('conduct.json'), { accountCurrency: undefined }), DIALECT)
  const bare = (answer: Message | undefined) => ({ ...answer?.fields, mti: answer?.mti, 63: '' })
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 12, size: 'max' }), (acts) => {
      const hosts = [openHost({ conduct: own }), openHost({ conduct: MERIDIAN })]
      for (const { kind, stan, changes } of acts) {
        const original = payment('0200', stan, changes)
        const request = () => {
          if (kind === '0100' || kind === '0200') return payment(kind, stan, changes)
          const asked = { ...changes, 3: kind, 4: '000000000000' }
          if (/0000$/.test(kind)) return payment('0100', stan, asked)
          if (kind === 'capture') return capture(payment('0100', stan, changes))
          return reversal(original, {}, kind === 'repeat' ? '0421' : '0420')
        }
        const [a, b] = hosts.map(({ host }) => host.answer(request(), { signedOn: true })?.answer)
        t.deepEqual(bare(a), bare(b))
      }
      const [ownBook, derivedBook] = hosts.map(({ book }) => [
        book.exchanges().map(({ key, ...exchange }) => exchange),
        book.cards(),
      ])
      t.deepEqual(ownBook, derivedBook)
    }),
    { numRuns: 60 },
  )
})

/** A capture as lantern could have it. */
const CAPTURE = {
  mti: '2220',
  answerMti: '2230',
  request: {
    '2': { use: 'mandatory', from: 'original.2' },
    '4': { use: 'mandatory', from: 'capture.amount' },
    '11': { use: 'mandatory', from: 'exchange.stan' },
    '37': { use: 'mandatory', from: 'original.37' },
    '56.stan': { use: 'mandatory', from: 'original.11' },
    '56.moment': { use: 'mandatory', from: 'original.12' },
    '56.acquirer': { use: 'mandatory', from: 'original.32' },
  },
  answer: { '11': { use: 'echoed' }, '39': { use: 'mandatory', to: 'responseCode' } },
} as const

test('captures are derived where the mapping has them, and name what reversals name', (t) => {
  const mapping = changed(LANTERN_DOCUMENTS.mapping, { 'messages/payment.capture': CAPTURE })
  const conduct = deriveConduct({ mapping, link: LANTERN_DOCUMENTS.link }, LANTERN)
  const rules = conduct.rulesFor({ mti: '2221', fields: {} })
  t.is(rules.kind, 'capture')
  const none = deriveConduct(LANTERN_DOCUMENTS, LANTERN)
  t.is(none.rulesFor({ mti: '2220', fields: {} }).kind, 'unlisted')
})

const UNDERIVABLE: readonly {
  readonly what: string
  readonly mapping?: Readonly<Record<string, unknown>>
  readonly link?: Readonly<Record<string, unknown>>
  readonly faults: readonly string[]
}[] = [
  {
    what: 'no place for the card number',
    mapping: { 'messages/payment.sale/request/2': undefined },
    faults: ['mapping/messages/payment.authorize/request', 'mapping/messages/payment.sale/request'],
  },
  {
    what: 'no trace number or reference of the original in reversals',
    mapping: {
      'messages/payment.reverse/request/37': undefined,
      'messages/payment.reverse/request/56.stan': undefined,
    },
    faults: ['mapping/messages/payment.reverse/request'],
  },
  {
    what: 'captures that name their original by less than reversals do',
    mapping: {
      'messages/payment.capture': changed(CAPTURE, { 'request/56.moment': undefined }),
    },
    faults: ['mapping/messages/payment.capture/request'],
  },
  {
    what: 'captures that do not say how much',
    mapping: { 'messages/payment.capture': changed(CAPTURE, { 'request/4': undefined }) },
    faults: ['mapping/messages/payment.capture/request'],
  },
  {
    what: 'a filled element that nothing explains',
    mapping: { 'messages/payment.reverse/answer/12': { use: 'mandatory' } },
    faults: ['mapping/messages/payment.reverse/answer/12'],
  },
  {
    what: 'no code for a decline',
    mapping: { 'responseCodes/declined': [] },
    faults: ['mapping/responseCodes/declined'],
  },
  {
    what: 'a text for a table, a number for constants and no list of response codes',
    mapping: { 'tables/cvv2/values': 'OK', 'responseCodes/partial': '0002' },
    link: { 'network/constants': 5 },
    faults: [
      'link/network/constants',
      'mapping/responseCodes/partial',
      'mapping/tables/cvv2/values',
    ],
  },
  {
    what: 'no network codes',
    link: { 'network/signOn': undefined, 'network/elements/function': undefined },
    faults: ['link/network/elements/function', 'link/network/signOn'],
  },
]

for (const { what, mapping = {}, link = {}, faults } of UNDERIVABLE) {
  test(`from documents with ${what} no conduct is derived, and the reason is told`, (t) => {
    const documents: HostDocuments = {
      mapping: changed(LANTERN_DOCUMENTS.mapping, mapping),
      link: changed(LANTERN_DOCUMENTS.link, link),
    }
    const error = t.throws(() => deriveConduct(documents, LANTERN), { instanceOf: ConductError })
    t.deepEqual(error?.faults.map(({ path }) => path.join('/')).sort(), [...faults].sort())
    for (const { reason } of error?.faults ?? []) t.true(reason.length > 8, reason)
  })
}
