import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import test from 'ava'
import { ConductError, compileConduct } from '#host-emulator'
import {
  APPROVING,
  CONDUCT,
  capture,
  changed,
  DIALECT,
  json,
  openHost,
  payment,
  reversal,
} from './meridian.ts'

const SCHEMA = JSON.parse(readFileSync('specs/conduct.schema.json', 'utf8'))
const MACS = JSON.parse(readFileSync('specs/mac.schema.json', 'utf8'))
const fitsSchema = new Ajv2020({ strictRequired: false }).addSchema(MACS).compile(SCHEMA)

const SIGNED_ON = { signedOn: true }

/** Meridian's conduct with other values at some paths; undefined takes a member out. */
const damaged = (changes: Readonly<Record<string, unknown>>) =>
  changed(json('conduct.json'), changes)

test('meridian’s conduct is of the form that specs/conduct.schema.json gives', (t) => {
  t.true(fitsSchema(json('conduct.json')), JSON.stringify(fitsSchema.errors))
})

test('the host’s own requests may have the moment in several elements', (t) => {
  const document = damaged({ 'network/elements/transmissionTime': ['7', '12', '13'] })
  t.true(fitsSchema(document), JSON.stringify(fitsSchema.errors))
  const { network } = compileConduct(document, DIALECT)
  const nowMs = Date.UTC(2026, 10, 22, 9, 5, 7)
  const { fields } = network.ask({ code: '301', stan: 900_001, nowMs })
  t.like(fields, { '7': '1122090507', '12': '090507', '13': '1122', '70': '301' })
  t.throws(
    () => compileConduct(damaged({ 'network/elements/transmissionTime': ['7', '300'] }), DIALECT),
    {
      instanceOf: ConductError,
    },
  )
})

test('a setting that is none is told with those that are', (t) => {
  const error = t.throws(() => compileConduct(damaged({ sulks: true }), DIALECT), {
    instanceOf: ConductError,
  })
  t.regex(error.faults[0]?.reason ?? '', /is not a setting here; known are .*network/)
})

const FAULTS: readonly {
  readonly what: string
  readonly changes: Readonly<Record<string, unknown>>
  /** Where faults are told; where the changes are, when absent. */
  readonly at?: readonly string[]
  /** Whether an editor with the schema, which knows no dialect, does not see it. */
  readonly unseenBySchema?: true
}[] = [
  { what: 'a member that does not exist', changes: { sulks: true } },
  { what: 'a note where editors know of none', changes: { 'network/note': 'by hand' } },
  {
    what: 'an element that the dialect lacks',
    changes: { 'reversals/elements/rrn': '48.99' },
    unseenBySchema: true,
  },
  {
    what: 'a composite where text is carried',
    changes: { 'payments/0/elements/terminal': '48' },
    unseenBySchema: true,
  },
  { what: 'no element for the PAN', changes: { 'payments/0/elements/pan': undefined } },
  {
    what: 'an amount that is no number',
    changes: { 'payments/0/elements/amount': '41' },
    unseenBySchema: true,
  },
  {
    what: 'a response code too long for its element',
    changes: { 'responseCodes/lost': '410' },
    unseenBySchema: true,
  },
  { what: 'no code for a reason', changes: { 'responseCodes/stolen': undefined } },
  {
    what: 'a date in an element that holds none',
    changes: { 'reversals/answer/dates/0/element': '63' },
    unseenBySchema: true,
  },
  {
    what: 'an original that is named by too little',
    changes: { 'reversals/original/identity': ['90.stan'] },
    unseenBySchema: true,
  },
  {
    what: 'a capture whose original is named by too little',
    changes: { 'captures/original/identity': ['90.stan'] },
    unseenBySchema: true,
  },
  { what: 'captures of no amount', changes: { 'captures/elements/amount': undefined } },
  {
    what: 'one type for two kinds of message',
    changes: { 'network/types/1/request': '0420' },
    at: ['network/types/1'],
    unseenBySchema: true,
  },
  {
    what: 'requests of its own of a type that it does not list',
    changes: { 'network/ownType': '0840' },
    unseenBySchema: true,
  },
  {
    what: 'a word that no check finds',
    changes: { 'payments/0/answer/checks/cavv/values/maybe': '3' },
  },
  {
    what: 'a code for approvals where there is no room for digits',
    changes: { 'payments/0/answer/approvalCode/element': '48.61' },
    unseenBySchema: true,
  },
  {
    what: 'two kinds of payment that nothing tells apart',
    changes: { 'payments/1': json('conduct.json', 'payments/0') },
    at: ['payments/1/types/0', 'payments/1/types/1'],
    unseenBySchema: true,
  },
  {
    what: 'balances in an element of one amount',
    changes: { 'payments/4/answer/balances/element': '4' },
    unseenBySchema: true,
  },
  {
    what: 'a type of balance that nobody is told',
    changes: { 'payments/4/answer/balances/types/credit': '03' },
  },
  {
    what: 'a supported value that its element cannot hold',
    changes: { 'payments/0/supported/3': ['000000', '00000A'] },
    unseenBySchema: true,
  },
]

test('a conduct with a type of balance that its element cannot hold is refused', (t) => {
  const place = 'payments/4/answer/balances/types/ledger'
  const document = damaged({ [place]: 'L' })
  const error = t.throws(() => compileConduct(document, DIALECT), { instanceOf: ConductError })
  t.deepEqual(pathsOf(error), [place])
})

for (const { what, changes, at, unseenBySchema } of FAULTS) {
  test(`a conduct with ${what} is refused with just that`, (t) => {
    const document = damaged(changes)
    const error = t.throws(() => compileConduct(document, DIALECT), { instanceOf: ConductError })
    t.deepEqual(pathsOf(error), [...(at ?? Object.keys(changes))])
    t.is(fitsSchema(document), unseenBySchema === true)
  })
}

test('all faults are told at once, each in a line', (t) => {
  const document = damaged(Object.assign({}, ...FAULTS.map(({ changes }) => changes)))
  const error = t.throws(() => compileConduct(document, DIALECT), { instanceOf: ConductError })
  const expected = FAULTS.flatMap(({ at, changes }) => at ?? Object.keys(changes))
  t.deepEqual(pathsOf(error).sort(), expected.sort())
  t.is(error?.message.split('\n').length, expected.length)
})

const NO_OBJECTS: Readonly<Record<string, unknown>> = {
  network: 'x',
  'network/constants': 'x',
  'payments/0': null,
  'payments/0/supported': 5,
  'payments/0/answer/checks': [],
  'payments/0/answer/checks/cavv/values': [],
  'payments/0/answer/approvedAmount': true,
  'reversals/elements': [],
}

for (const [path, value] of Object.entries(NO_OBJECTS)) {
  test(`${JSON.stringify(value)} is no object for ${path}, which is told there, and once`, (t) => {
    const document = damaged({ [path]: value })
    const error = t.throws(() => compileConduct(document, DIALECT), { instanceOf: ConductError })
    t.true(error.message.includes(`${path.replaceAll('/', '.')}: must be an object`))
    t.deepEqual(
      pathsOf(error).filter((it) => it.startsWith(path)),
      [path],
    )
    t.false(fitsSchema(document))
  })
}

test('an object or nothing is no text, whatever a text may be', (t) => {
  for (const value of [{}, [], null]) {
    const path = 'payments/0/answer/references/0/prefix'
    const error = t.throws(() => compileConduct(damaged({ [path]: value }), DIALECT), {
      instanceOf: ConductError,
    })
    t.deepEqual(pathsOf(error), [path])
  }
})

test('a host without captures knows no such messages', (t) => {
  const document = damaged({ captures: undefined })
  t.true(fitsSchema(document), JSON.stringify(fitsSchema.errors))
  const { host } = openHost({ conduct: compileConduct(document, DIALECT) })
  const held = payment('0100', 1)
  host.answer(held, SIGNED_ON)
  const reply = host.answer(capture(held), SIGNED_ON)
  t.like(reply?.answer, { mti: '0230', fields: { 39: '12' } })
})

test('a conduct that says nothing is told what to say', (t) => {
  const error = t.throws(() => compileConduct({}, DIALECT), { instanceOf: ConductError })
  for (const member of SCHEMA.required) t.true(pathsOf(error).includes(member), member)
})

const pathsOf = (error: ConductError | undefined): string[] =>
  error?.faults.map(({ path }) => path.join('/')) ?? []

test('kinds that share a type are told apart by the values that they support', (t) => {
  const kind = (at: number, code: string) =>
    changed(json('conduct.json', 'payments/0'), {
      types: [{ ...json('conduct.json', `payments/0/types/${at}`), ...SALE }],
      'supported/3': [code],
    })
  const document = damaged({ payments: [kind(0, '030000'), kind(1, '000000')] })
  const { host, book } = openHost({ conduct: compileConduct(document, DIALECT) })
  host.answer(payment('0200', 1, { 3: '030000' }), SIGNED_ON)
  host.answer(payment('0200', 2, { 3: '000000' }), SIGNED_ON)
  const other = host.answer(payment('0200', 3, { 3: '200000' }), SIGNED_ON)
  t.deepEqual(
    book.exchanges().map(({ effect }) => effect),
    ['held', 'posted', 'none'],
  )
  t.is(other?.answer.fields['39'], '12')
})

const SALE = { request: '0200', answer: '0210' }

test('an answer type is what the conduct says, whatever the standard says', (t) => {
  const document = damaged({ 'payments/0/types/1/answer': '0212' })
  const { host } = openHost({ conduct: compileConduct(document, DIALECT) })
  t.is(host.answer(payment('0200', 1), SIGNED_ON)?.answer.mti, '0212')
})

test('what a host fills on declines is there on declines, refusals and duplicates as well', (t) => {
  const always = ['approved', 'partial', 'declined']
  const document = damaged({
    'payments/0/answer/dates/0/on': always,
    'payments/0/answer/approvalCode/on': always,
  })
  const { host } = openHost({ conduct: compileConduct(document, DIALECT) })
  const declined = host.answer(payment('0200', 1, { 49: '978' }), SIGNED_ON)?.answer
  const again = host.answer(payment('0200', 1, { 49: '978' }), SIGNED_ON)?.answer
  const refused = host.answer(payment('0200', 2, { 14: undefined }), SIGNED_ON)?.answer
  t.like(declined?.fields, { 15: '1122', 38: '000000', 39: '57' })
  t.like(again?.fields, { 15: '1122', 38: '000000', 39: '94' })
  t.like(refused?.fields, { 15: '1122', 38: '000000', 39: '30' })
})

test('without a currency of its accounts a host takes any', (t) => {
  const conduct = compileConduct(damaged({ accountCurrency: undefined }), DIALECT)
  const { host, book } = openHost({ conduct })
  const sale = payment('0200', 1, { 49: '986' })
  t.is(host.answer(sale, SIGNED_ON)?.answer.fields['39'], '00')
  t.is(book.card(APPROVING)?.currency, '')
  t.is(host.answer(reversal(sale, { 49: '978' }), SIGNED_ON)?.answer.fields['39'], '12')
  t.is(host.answer(reversal(sale), SIGNED_ON)?.answer.fields['39'], '00')
})

test('a response code has room when its length and its characters do', (t) => {
  t.true(CONDUCT.hasRoomFor('Q1'))
  for (const code of ['Q', 'Q12', 'é1', '']) t.false(CONDUCT.hasRoomFor(code), code)
})
