import test from 'ava'
import { REVERSAL_CAUSES, type ReversalCause } from '#domain'
import type { Composite, Message } from '#iso8583'
import { compileMapping, exchangeFacts, type Mapping, MappingError } from '#processing'
import {
  dialect,
  host,
  mapping,
  mappingSchema,
  mappingText,
  merchant,
  messages,
  NOW_MS,
} from '../meridian.ts'

const original: Message = {
  mti: '0200',
  fields: {
    ...{ 2: '4539578763621486', 3: '000000', 4: '000000001250', 7: '1122095900', 11: '000101' },
    ...{ 12: '095900', 13: '1122', 18: '5942', 19: '840', 22: '812', 25: '59', 32: '445566' },
    ...{ 37: '632609000101', 41: 'TERM0001', 42: 'CORNERBOOKS01', 49: '840' },
  },
}
const facts = exchangeFacts(NOW_MS, 202, host)

interface Wish {
  readonly cause?: ReversalCause
  readonly isRepeat?: boolean
}

function reversal(by: Mapping, { cause = 'host-silent', isRepeat = false }: Wish = {}): Message {
  const image = by.storedImage(original)
  const kept = { image, terminal: 'TERM0001', cause, isRepeat }
  const written = by.owed.reversal.write(kept, merchant, facts)
  if (written.kind === 'refused') throw new Error(written.refusal.reason)
  return written.message
}

function changed(change: (document: Record<string, never>) => void): Mapping {
  const document = JSON.parse(mappingText)
  change(document)
  return compileMapping(document, { dialect, messages, schema: mappingSchema })
}

test('a repeat is the same message under the type of a repeat', (t) => {
  const [first, again] = [reversal(mapping), reversal(mapping, { isRepeat: true })]
  t.deepEqual([first.mti, again.mti], ['0420', '0421'])
  t.deepEqual(again.fields, first.fields)
  t.notThrows(() => dialect.pack(again))
})

const echo = { 2: 0, 3: 0, 4: 0, 7: 0, 11: 0, 32: 0, 37: 0, 41: 0, 42: 0, 49: 0 }

function answer(sent: Message, change: Composite): Message {
  const fields = Object.fromEntries(
    Object.keys(echo).map((number) => [number, sent.fields[number] ?? '']),
  )
  return { mti: '0430', fields: { ...fields, ...change } }
}

for (const [code, kind] of [
  ['00', 'acknowledged'],
  ['25', 'not-found'],
  ['12', 'refused'],
  ['96', 'undecided'],
  ['10', 'undecided'],
  ['ZZ', 'undecided'],
] as const) {
  test(`an answer with ${code} to a reversal is read as ${kind}, to its repeat too`, (t) => {
    for (const isRepeat of [false, true]) {
      const sent = reversal(mapping, { isRepeat })
      const read = mapping.owed.reversal.read(sent, answer(sent, { 39: code }))
      t.deepEqual(read, { kind, responseCode: code })
    }
  })
}

test('an answer that is not to this reversal is mismatched', (t) => {
  const sent = reversal(mapping)
  t.like(mapping.owed.reversal.read(sent, answer(sent, { 39: '00', 4: '000000000001' })), {
    kind: 'mismatched',
    path: '4',
  })
  const { mti: _, ...rest } = answer(sent, { 39: '00' })
  t.like(mapping.owed.reversal.read(sent, { mti: '0410', ...rest }), {
    kind: 'mismatched',
    path: 'mti',
  })
})

test('without codes that say so, no original is ever not found', (t) => {
  const silent = changed((document) => delete document['originalNotFound'])
  const sent = reversal(silent)
  t.like(silent.owed.reversal.read(sent, answer(sent, { 39: '25' })), { kind: 'refused' })
})

/** Meridian, telling why in DE63. */
function tellingWhy(table: object): Mapping {
  return changed((document) => {
    const { tables, messages: kinds } = document as Record<string, Record<string, unknown>>
    Object.assign(tables ?? {}, { why: table })
    const reverse = kinds?.['payment.reverse'] as { request: Record<string, object> }
    reverse.request['63'] = { use: 'mandatory', from: 'reversal.cause', table: 'why' }
  })
}

test('the host is told why by a table of the causes', (t) => {
  const telling = tellingWhy({ values: { 'merchant-asked': 'M' }, otherwise: 'X' })
  for (const cause of REVERSAL_CAUSES) {
    const expected = cause === 'merchant-asked' ? 'M' : 'X'
    t.is(reversal(telling, { cause }).fields['63'], expected)
  }
})

test('a table that has no word for a cause is a fault, for what is owed cannot be refused', (t) => {
  const error = t.throws(() => tellingWhy({ values: { 'merchant-asked': 'M' }, otherwise: null }), {
    instanceOf: MappingError,
  })
  t.regex(error?.faults[0]?.reason ?? '', /cannot be refused: host-silent/)
})

test('a word that is no cause is a fault', (t) => {
  const error = t.throws(() => tellingWhy({ values: { boredom: 'M' }, otherwise: 'X' }), {
    instanceOf: MappingError,
  })
  t.deepEqual(error?.faults[0]?.path, ['tables', 'why', 'values', 'boredom'])
})

test('a code that the element cannot hold is a fault of originalNotFound', (t) => {
  const error = t.throws(
    () => changed((document) => Object.assign(document, { originalNotFound: ['25', '255'] })),
    { instanceOf: MappingError },
  )
  t.deepEqual(error?.faults[0]?.path, ['originalNotFound', 1])
})
