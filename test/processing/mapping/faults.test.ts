import test from 'ava'
import { applyEdits, modify } from 'jsonc-parser'
import { compileDialect, type SpecFault } from '#iso8583'
import { compileMapping, compileMessages, locateFaults, MappingError } from '#processing'
import {
  dialect,
  dialectSpec,
  mappingSchema,
  mappingText,
  markedSensitive,
  messages,
  schemas,
} from '../meridian.ts'

type Path = SpecFault['path']
type Edit = readonly [path: Path, value: unknown]

const R = ['messages', 'payment.authorize', 'request']
const A = ['messages', 'payment.authorize', 'answer']
const V = ['messages', 'payment.reverse', 'request']
const C = ['messages', 'payment.capture', 'request']
const B = ['messages', 'card.balance', 'answer']
const Q = ['messages', 'card.verify']

function edited(edits: readonly Edit[]): string {
  const apply = (text: string, [path, value]: Edit) =>
    applyEdits(text, modify(text, [...path], value, {}))
  return edits.reduce(apply, mappingText)
}

function faultsOf(edits: readonly Edit[], by = messages): readonly SpecFault[] {
  const document: unknown = JSON.parse(edited(edits))
  try {
    compileMapping(document, { dialect, messages: by, schema: mappingSchema })
    return []
  } catch (error) {
    if (error instanceof MappingError) return error.faults
    throw error
  }
}

const from = (source: string, more = {}) => ({ use: 'conditional', from: source, ...more })

const FAULTS: readonly [title: string, edit: Edit, fault: readonly [Path, RegExp]][] = [
  [
    'a balance that nobody hears of',
    [[...B, '54'], { use: 'conditional' }],
    [[...B, '54'], /has parts/],
  ],
  [
    'an answer without balances',
    [[...B, '54'], undefined],
    [['messages', 'card.balance'], /no element that goes `to` balances/],
  ],
  [
    'balances in an element of one amount',
    [[...B, '4'], { use: 'mandatory', to: 'balances', table: 'balance' }],
    [[...B, '4'], /must repeat a part with type, currency and amount/],
  ],
  [
    'balances of no type',
    [[...B, '54', 'table'], undefined],
    [[...B, '54', 'table'], /need a table/],
  ],
  [
    'balances that are echoed',
    [[...B, '54', 'use'], 'echoed'],
    [[...B, '54', 'use'], /not echoed/],
  ],
  [
    'balances that are carried on',
    [[...B, '54', 'carry'], true],
    [[...B, '54', 'carry'], /means nothing for balances/],
  ],
  [
    'a type of balance that merchants know nothing of',
    [['tables', 'balance', 'values', '03'], 'credit'],
    [['tables', 'balance', 'values', '03'], /neither ledger nor available/],
  ],
  [
    'the balances of a payment',
    [[...A, '54'], { use: 'conditional', to: 'balances', table: 'balance' }],
    [[...A, '54', 'to'], /payment.answer has no member balances/],
  ],
  [
    'an approved part of nothing',
    [[...Q, 'answer', '4', 'to'], 'approvedAmount'],
    [[...Q, 'answer', '4', 'to'], /card.inquiry.answer has no member approvedAmount/],
  ],
  [
    'a question that has no amount',
    [[...Q, 'request', '4'], from('request.amount.value')],
    [[...Q, 'request', '4', 'from'], /no source request.amount.value/],
  ],
  [
    'a question that loses what it was asked',
    [[...Q, 'request', '48.82'], { use: 'forbidden' }],
    [Q, /no element takes request.address.postcode/],
  ],
  [
    'a question that refuses what it cannot be asked',
    [[...Q, 'refuses'], ['request.threeDS']],
    [[...Q, 'refuses', 0], /no member of the request/],
  ],
  [
    'an unknown source',
    [[...R, '48.80'], from('request.nothing')],
    [[...R, '48.80', 'from'], /no source request.nothing/],
  ],
  [
    'an unknown member of the record',
    [[...R, '42', 'from'], 'merchant.shoeSize'],
    [[...R, '42', 'from'], /no source/],
  ],
  [
    'an element that the dialect lacks',
    [[...R, '48.99'], from('request.address.street')],
    [[...R, '48.99'], /no element 48.99/],
  ],
  [
    'a composite as a whole',
    [[...R, '43'], from('merchant.name')],
    [[...R, '43'], /has parts: name them, e.g. 43.name/],
  ],
  [
    'a constant of another class',
    [[...R, '3', 'value'], '00000A'],
    [[...R, '3', 'value'], /is not n, as element 3 is/],
  ],
  [
    'a constant of another length',
    [[...R, '3', 'value'], '0000000'],
    [[...R, '3', 'value'], /has not the length of element 3/],
  ],
  [
    'a date that is none',
    [[...R, '13'], { use: 'mandatory', value: '1332' }],
    [[...R, '13', 'value'], /is not MMDD/],
  ],
  [
    'a table’s output of another class',
    [['tables', 'entry-mode', 'values', 'moto'], 'X12'],
    [['tables', 'entry-mode', 'values', 'moto'], /is not n, as element 22 is/],
  ],
  [
    'a table’s output of another length',
    [['tables', 'condition', 'otherwise'], '8'],
    [['tables', 'condition', 'otherwise'], /length of element 25/],
  ],
  [
    'a word that no request has',
    [['tables', 'entry-mode', 'values', 'swipe'], '021'],
    [['tables', 'entry-mode', 'values', 'swipe'], /no such word/],
  ],
  [
    'a table that is not there',
    [[...R, '22', 'table'], 'modes'],
    [[...R, '22', 'table'], /no table modes/],
  ],
  [
    'a mandatory element that can be absent',
    [[...R, '48.80', 'use'], 'mandatory'],
    [[...R, '48.80', 'from'], /can be absent/],
  ],
  [
    'a default that does not fit',
    [[...R, '48.61', 'default'], '1'],
    [[...R, '48.61', 'default'], /is not a/],
  ],
  [
    'both source and constant',
    [[...R, '3', 'from'], 'exchange.stan'],
    [[...R, '3'], /either `from` or `value`/],
  ],
  [
    'neither source nor constant',
    [[...R, '3', 'value'], undefined],
    [[...R, '3'], /either `from` or `value`/],
  ],
  [
    'a format beside a constant',
    [[...R, '3', 'format'], 'zeros'],
    [[...R, '3', 'format'], /means nothing/],
  ],
  [
    'an unknown format',
    [[...R, '4', 'format'], 'pounds'],
    [[...R, '4', 'format'], /no format pounds; known are zeros/],
  ],
  [
    'a format of another type',
    [[...R, '43.name', 'format'], 'zeros'],
    [[...R, '43.name', 'format'], /takes digits/],
  ],
  [
    'a currency format for an amount',
    [[...R, '4', 'format'], 'currency-numeric'],
    [[...R, '4', 'format'], /currency code/],
  ],
  [
    'a moment without a format',
    [[...R, '12', 'format'], undefined],
    [[...R, '12', 'format'], /needs a date format/],
  ],
  [
    'a moment in another format',
    [[...R, '12', 'format'], 'MMDD'],
    [[...R, '12', 'format'], /is MMDD/],
  ],
  [
    'a date format for a text',
    [[...R, '37', 'format'], 'MMDD'],
    [[...R, '37', 'format'], /takes a moment/],
  ],
  [
    'a format beside a table',
    [[...R, '22', 'format'], 'zeros'],
    [[...R, '22', 'format'], /means nothing beside `table`/],
  ],
  [
    'a word without a table',
    [[...R, '48.61', 'table'], undefined],
    [[...R, '48.61', 'from'], /name a `table`/],
  ],
  [
    'an object as a source',
    [[...R, '48.80', 'from'], 'request.address'],
    [[...R, '48.80', 'from'], /x-value/],
  ],
  [
    'a text too long for its element',
    [[...R, '48.82', 'from'], 'request.address.street'],
    [[...R, '48.82', 'from'], /has 1 to 40/],
  ],
  [
    'an amount without its zeros',
    [[...R, '4', 'format'], undefined],
    [[...R, '4', 'from'], /has 1 to 12/],
  ],
  [
    'a text that is no number',
    [[...R, '48.92', 'from'], 'request.address.postcode'],
    [[...R, '48.92', 'from'], /is ans/],
  ],
  [
    'a verification value in the open',
    [[...R, '48.80', 'from'], 'request.card.cvv2'],
    [[...R, '48.80', 'from'], /sensitive authentication data/],
  ],
  [
    'a card number in the open',
    [[...R, '48.80', 'from'], 'request.card.pan'],
    [[...R, '48.80', 'from'], /a card number/],
  ],
  [
    'a condition on a mandatory element',
    [[...R, '3', 'when'], { 'request.address': true }],
    [[...R, '3', 'when'], /conditional/],
  ],
  [
    'a condition on nothing',
    [[...R, '48.80', 'when'], { 'request.nothing': true }],
    [[...R, '48.80', 'when', 'request.nothing'], /no source/],
  ],
  [
    'a condition that never holds',
    [[...R, '48.80', 'when'], { 'request.initiator': ['nobody'] }],
    [[...R, '48.80', 'when', 'request.initiator', 0], /is never nobody/],
  ],
  [
    'a condition on the text of what has none',
    [[...R, '48.80', 'when'], { 'request.threeDS': ['05'] }],
    [[...R, '48.80', 'when', 'request.threeDS'], /has no text: say true/],
  ],
  [
    'a member of the request that no element takes',
    [[...R, '48.63'], undefined],
    [['messages', 'payment.authorize'], /^no element takes request.storedCredential: name/],
  ],
  [
    'a member that only a forbidden element takes',
    [[...R, '48.63', 'use'], 'forbidden'],
    [['messages', 'payment.authorize'], /no element takes request.storedCredential/],
  ],
  [
    'leave to withhold what no request has',
    [['messages', 'payment.sale', 'untold'], ['request.nothing']],
    [['messages', 'payment.sale', 'untold', 0], /no member of the request/],
  ],
  [
    'a refusal of what no request has',
    [['messages', 'payment.sale', 'refuses'], ['request.nothing']],
    [['messages', 'payment.sale', 'refuses', 0], /no member of the request/],
  ],
  [
    'a refusal of what is no member of the request',
    [['messages', 'payment.sale', 'refuses'], ['merchant.name']],
    [['messages', 'payment.sale', 'refuses', 0], /must match pattern/],
  ],
  [
    'an element that takes the token of a card',
    [[...R, '18', 'from'], 'request.card.token'],
    [[...R, '18', 'from'], /there is no source/],
  ],
  [
    'a refusal of every request',
    [
      ['messages', 'payment.sale', 'refuses'],
      ['request.threeDS', 'request.card'],
    ],
    [['messages', 'payment.sale', 'refuses', 1], /every request has request.card/],
  ],
  [
    'a refusal by a reversal, which has no request',
    [['messages', 'payment.reverse', 'refuses'], ['request.threeDS']],
    [['messages', 'payment.reverse', 'refuses', 0], /no member of the request/],
  ],
  [
    'a capture that does not say how much',
    [[...C, '4'], { use: 'mandatory', from: 'original.4' }],
    [['messages', 'payment.capture'], /no element takes capture.amount/],
  ],
  [
    'a capture with a member of the request',
    [[...C, '18', 'from'], 'request.card.expiry'],
    [[...C, '18', 'from'], /is not kept; a capture has original., carried., capture., /],
  ],
  [
    'a capture with the cause of a reversal',
    [[...C, '25'], { use: 'mandatory', from: 'reversal.cause', table: 'condition' }],
    [[...C, '25', 'from'], /no source reversal.cause/],
  ],
  [
    'a capture with what only some approvals carry',
    [[...C, '63', 'use'], 'mandatory'],
    [[...C, '63', 'from'], /can be absent/],
  ],
  [
    'a reversal with the amount of a capture',
    [[...V, '4', 'from'], 'capture.amount'],
    [[...V, '4', 'from'], /no source capture.amount/],
  ],
  [
    'a kind like one that is not described',
    [['messages', 'payment.capture'], { like: 'payment.refund', mti: '0220', answerMti: '0230' }],
    [['messages', 'payment.capture', 'like'], /must be one of .*payment.capture/],
  ],
  [
    'a date that its element has not',
    [[...A, '15', 'format'], 'hhmm'],
    [[...A, '15', 'format'], /no date to be found in element 15 \(MMDD\)/],
  ],
  [
    'a date out of a text',
    [[...A, '63', 'format'], 'MMDD'],
    [[...A, '63', 'format'], /no date to be found/],
  ],
  [
    'a date that its member cannot hold',
    [[...A, '7'], { use: 'conditional', to: 'settlementDate', format: 'MMDDhhmmss' }],
    [[...A, '7', 'to'], /does not fit settlementDate/],
  ],
  [
    'a format beside a table in an answer',
    [[...A, '48.87', 'format'], 'MMDD'],
    [[...A, '48.87', 'format'], /means nothing beside `table`/],
  ],
  [
    'a format without a target',
    [[...A, '15'], { use: 'conditional', format: 'MMDD' }],
    [[...A, '15', 'format'], /needs a `to`/],
  ],
  [
    'an echo of what was not sent',
    [[...A, '24'], { use: 'echoed' }],
    [[...A, '24'], /the request does not have it/],
  ],
  [
    'an answer’s element that the dialect lacks',
    [[...A, '48.99'], { use: 'conditional' }],
    [[...A, '48.99'], /no element/],
  ],
  ['an answer’s composite', [[...A, '48'], { use: 'conditional' }], [[...A, '48'], /has parts/]],
  [
    'a target that no answer has',
    [[...A, '15', 'to'], 'weather'],
    [[...A, '15', 'to'], /no member weather/],
  ],
  [
    'a target that is not the host’s',
    [[...A, '15', 'to'], 'outcome'],
    [[...A, '15', 'to'], /no member outcome/],
  ],
  [
    'a target that is too narrow',
    [[...A, '63', 'to'], 'approvalCode'],
    [[...A, '63', 'to'], /does not fit approvalCode/],
  ],
  [
    'a word without a table in an answer',
    [[...A, '48.87', 'table'], undefined],
    [[...A, '48.87', 'to'], /name a `table`/],
  ],
  [
    'a word that no answer has',
    [['tables', 'cvv2-result', 'values', 'N'], 'no'],
    [['tables', 'cvv2-result', 'values', 'N'], /no such word/],
  ],
  [
    'an answer’s table that refuses',
    [['tables', 'cvv2-result', 'otherwise'], null],
    [['tables', 'cvv2-result', 'otherwise'], /must have a word/],
  ],
  [
    'a table without a target',
    [[...A, '48.87', 'to'], undefined],
    [[...A, '48.87', 'table'], /needs a `to`/],
  ],
  ['two response codes', [[...A, '38', 'to'], 'responseCode'], [A, /exactly one element/]],
  ['no response code', [[...A, '39', 'to'], undefined], [A, /exactly one element/]],
  [
    'a response code that may lack',
    [[...A, '39', 'use'], 'conditional'],
    [[...A, '39'], /is mandatory/],
  ],
  [
    'a verdict for a conditional element',
    [[...A, '15', 'unlessVerdict'], ['declined']],
    [[...A, '15', 'unlessVerdict'], /is for mandatory/],
  ],
  [
    'a card number told',
    [[...A, '2', 'to'], 'networkReference'],
    [[...A, '2', 'to'], /is marked pan/],
  ],
  ['a card number carried', [[...A, '2', 'carry'], true], [[...A, '2', 'carry'], /is marked pan/]],
  [
    'track data told',
    [[...A, '35'], { use: 'conditional', to: 'networkReference' }],
    [[...A, '35', 'to'], /is marked sad/],
  ],
  [
    'a response code listed twice',
    [['responseCodes', 'declined', 0], '00'],
    [['responseCodes', 'declined', 0], /listed as approved before/],
  ],
  [
    'a response code that does not fit',
    [['responseCodes', 'unknown', 1], '9'],
    [['responseCodes', 'unknown', 1], /length of element 39/],
  ],
  [
    'a partial approval of no amount',
    [[...A, '4', 'to'], undefined],
    [['responseCodes', 'partial'], /approvedAmount/],
  ],
  [
    'a reversal of what is not kept',
    [[...V, '48.92'], from('original.48.92')],
    [[...V, '48.92'], /a reversal cannot have it/],
  ],
  [
    'a reversal that tells what is not kept',
    [[...V, '120'], from('original.48.92')],
    [[...V, '120', 'from'], /not kept; a reversal cannot have it/],
  ],
  [
    'a reversal from the request',
    [[...V, '4', 'from'], 'request.amount.value'],
    [[...V, '4', 'from'], /is not kept/],
  ],
  [
    'a reversal of an element never sent',
    [[...V, '4', 'from'], 'original.6'],
    [[...V, '4', 'from'], /no source original.6/],
  ],
  [
    'a reversal of an element not carried',
    [[...V, '38', 'from'], 'carried.15'],
    [[...V, '38', 'from'], /no source carried.15/],
  ],
  [
    'a reversal that needs what may lack',
    [[...V, '38', 'use'], 'mandatory'],
    [[...V, '38', 'from'], /can be absent/],
  ],
  [
    'a composite without one of its parts',
    [[...V, '90.stan'], undefined],
    [V, /PART_MISSING at 90/],
  ],
  [
    'a likeness that comes back',
    [['messages', 'payment.authorize', 'like'], 'payment.sale'],
    [['messages', 'payment.authorize', 'like'], /comes back to itself/],
  ],
  [
    'an answer of another class',
    [['messages', 'payment.sale', 'answerMti'], '0110'],
    [['messages', 'payment.sale', 'answerMti'], /^must be 0210, the answer to 0200$/],
  ],
  [
    'an answer of another version',
    [['messages', 'payment.sale', 'answerMti'], '1210'],
    [['messages', 'payment.sale', 'answerMti'], /^must be 0210/],
  ],
  [
    'an answer that asks',
    [['messages', 'payment.reverse', 'answerMti'], '0420'],
    [['messages', 'payment.reverse', 'answerMti'], /^must be 0430/],
  ],
  [
    'a request that answers',
    [['messages', 'payment.sale', 'mti'], '0210'],
    [['messages', 'payment.sale', 'mti'], /is no type that is answered/],
  ],
  [
    'a request that nothing answers',
    [['messages', 'payment.sale', 'mti'], '0280'],
    [['messages', 'payment.sale', 'mti'], /is no type that is answered/],
  ],
  [
    'a request that is always a repeat',
    [['messages', 'payment.reverse', 'mti'], '0421'],
    [['messages', 'payment.reverse', 'mti'], /type of a repeat/],
  ],
  [
    'a moment in a format that is none',
    [[...R, '12', 'format'], 'hhss'],
    [[...R, '12', 'format'], /known are YYYYMMDDhhmmss, .*MMDDhhmm, .*hhmm$/],
  ],
  [
    'a time zone of nowhere',
    [['exchange', 'timeZone'], 'Atlantis/Capital'],
    [['exchange', 'timeZone'], /no time zone/],
  ],
  [
    'a short reference number',
    [['exchange', 'rrn'], '{stan}'],
    [['exchange', 'rrn'], /6 characters/],
  ],
  [
    'an unknown setting',
    [[...R, '3', 'usee'], 'x'],
    [[...R, '3', 'usee'], /no such setting; known are use, from/],
  ],
  [
    'an unknown use',
    [[...R, '3', 'use'], 'perhaps'],
    [[...R, '3', 'use'], /must be one of mandatory/],
  ],
  ['a missing use', [[...R, '3', 'use'], undefined], [[...R, '3'], /needs use/]],
  ['a path that is none', [[...R, 'x9'], from('merchant.name')], [[...R, 'x9'], /no element path/]],
  [
    'a missing kind',
    [['messages', 'payment.reverse'], undefined],
    [['messages'], /needs payment.reverse/],
  ],
]

for (const [title, edit, [path, reason]] of FAULTS) {
  test(`${title} is a fault at its own place`, (t) => {
    const faults = faultsOf([edit])
    const found = faults.find((fault) => JSON.stringify(fault.path) === JSON.stringify(path))
    t.truthy(found, JSON.stringify(faults))
    t.regex(found?.reason ?? '', reason)
  })
}

test('the mapping as it stands has no fault', (t) => {
  t.deepEqual(faultsOf([]), [])
})

test('all faults are told at once, an inherited one only where it is written', (t) => {
  const faults = faultsOf([
    [[...R, '48.80', 'from'], 'request.nothing'],
    [['exchange', 'rrn'], '{stan}'],
    [['responseCodes', 'declined', 0], '00'],
  ])
  t.deepEqual(
    faults.map(({ path }) => path),
    [
      ['exchange', 'rrn'],
      ['responseCodes', 'declined', 0],
      [...R, '48.80', 'from'],
    ],
  )
})

const LIKENESSES = [
  ['payment.sale', 'payment.reverse'],
  ['payment.authorize', 'payment.reverse'],
  ['payment.reverse', 'payment.sale'],
  ['payment.reverse', 'payment.capture'],
  ['payment.capture', 'payment.authorize'],
  ['payment.sale', 'payment.capture'],
] as const

for (const [kind, other] of LIKENESSES) {
  test(`a ${kind} like a ${other} is one fault, at its likeness`, (t) => {
    const { mti, answerMti } = JSON.parse(mappingText).messages[kind]
    const faults = faultsOf([[['messages', kind], { like: other, mti, answerMti }]])
    t.deepEqual(
      faults.map(({ path }) => path.join('.')),
      [`messages.${kind}.like`],
    )
    t.regex(
      faults[0]?.reason ?? '',
      /what follows a payment is written from original\. and carried\./,
    )
  })
}

test('a kind like the capture that a host does not take is one fault', (t) => {
  const faults = faultsOf([
    [['messages', 'payment.capture'], undefined],
    [['messages', 'payment.sale', 'like'], 'payment.capture'],
  ])
  t.true(faults.some(({ path }) => path.join('.') === 'messages.payment.sale.like'))
  t.true(faults.some(({ reason }) => reason === 'payment.capture is not described'))
})

test('a length that its prefix cannot tell is found with what to do about it', (t) => {
  const document = JSON.parse(JSON.stringify(dialectSpec))
  document.fields['32'] = {
    ...{ name: 'Acquirer', content: 'n', encoding: 'bcd', pad: { side: 'right', with: '0' } },
    length: { max: 11, prefix: { digits: 2 }, unit: 'bytes' },
  }
  const parts = { dialect: compileDialect(document), messages, schema: mappingSchema }
  const error = t.throws(() => compileMapping(JSON.parse(mappingText), parts), {
    instanceOf: MappingError,
  })
  t.regex(error.message, /LENGTH_AMBIGUOUS at 32, .* filling that is no digit, such as F/)
})

test('a trial goes round what a host refuses, and still finds what cannot be packed', (t) => {
  const refuses: Edit = [
    ['messages', 'payment.authorize', 'refuses'],
    ['request.threeDS', 'request.address.street'],
  ]
  t.deepEqual(faultsOf([refuses]), [])
  t.deepEqual(
    faultsOf([refuses, [[...V, '90.stan'], undefined]]).map(({ path }) => path),
    [V],
  )
})

for (const list of ['refuses', 'untold']) {
  for (const named of ['request.address', 'request.address.street']) {
    test(`what no element takes may be named as ${named} under ${list}`, (t) => {
      const edits: Edit[] = [
        [[...R, '48.80'], undefined],
        [['messages', 'payment.authorize', list], [named]],
      ]
      t.deepEqual(faultsOf(edits), [])
    })
  }
}

test('a condition on a member tells it, too', (t) => {
  const when = { 'request.storedCredential': ['initial', 'recurring'] }
  const edit: Edit = [[...R, '48.63'], { use: 'conditional', value: 'R', when }]
  t.deepEqual(faultsOf([edit]), [])
})

test('a fault is found in its file by line and column', (t) => {
  const edits: Edit[] = [[[...R, '48.80', 'from'], 'request.nothing']]
  const text = edited(edits)
  const [found] = locateFaults(text, faultsOf(edits))
  const line = text.split('\n')[(found?.line ?? 0) - 1]
  t.true(line?.includes('request.nothing'))
  t.is(line?.slice((found?.column ?? 0) - 1).startsWith('"from"'), true)
})

test('marking a member of the request as sensitive is enough to have its element refused', (t) => {
  const definitions = markedSensitive('card', 'expiry')
  const faults = faultsOf([], compileMessages({ ...schemas, definitions }))
  t.deepEqual(faults[0]?.path, [...R, '14', 'from'])
})

test('the error names every place and no value', (t) => {
  const error = t.throws(() => compileMapping({}, { dialect, messages, schema: mappingSchema }), {
    instanceOf: MappingError,
  })
  t.is(error?.code, 'MAPPING_INVALID')
  t.regex(error?.message ?? '', /\(document\): needs host/)
})
