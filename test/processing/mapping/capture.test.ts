import test from 'ava'
import type { Composite, Message } from '#iso8583'
import { compileMapping, exchangeFacts, type KeptPayment } from '#processing'
import { factsAt, PROFILES, saleAt, written } from '../../hosts/profile.ts'
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
  mti: '0100',
  fields: {
    ...{ 2: '4539578763621486', 3: '000000', 4: '000000001250', 7: '1122095900', 11: '000101' },
    ...{ 12: '095900', 13: '1122', 18: '5942', 19: '840', 22: '812', 25: '59', 32: '445566' },
    ...{ 37: '632609000101', 41: 'TERM0001', 42: 'CORNERBOOKS01', 49: '840' },
  },
}
const kept: KeptPayment = {
  image: mapping.storedImage(original),
  terminal: 'TERM0001',
  carried: { 38: '654321', 63: 'M11220959000101' },
  cause: 'merchant-asked',
  capture: { amountMinor: 1000n, extent: 'part' },
  isRepeat: false,
}

function written0220(change: Partial<KeptPayment> = {}): Message {
  const facts = exchangeFacts(NOW_MS, 202, host)
  const told = mapping.owed.advice?.write({ ...kept, ...change }, merchant, facts)
  if (told?.kind !== 'written') throw new Error('not written')
  return told.message
}

test('a capture has its own amount, number and moment, and the rest of its original', (t) => {
  const { mti, fields } = written0220()
  t.is(mti, '0220')
  t.like(fields, {
    ...{ 2: '4539578763621486', 4: '000000001000', 7: '1122100000', 11: '000202', 12: '100000' },
    ...{ 37: '632609000101', 38: '654321', 49: '840', 63: 'M11220959000101' },
  })
  t.like(fields['90'], { mti: '0100', stan: '000101', transmittedAt: '1122095900' })
  t.is(fields['95'], undefined)
})

test('a repeat is the same message under the type of a repeat', (t) => {
  const [first, again] = [written0220(), written0220({ isRepeat: true })]
  t.is(again.mti, '0221')
  t.deepEqual(again.fields, first.fields)
  t.notThrows(() => dialect.pack(again))
})

const ECHOED = ['2', '3', '4', '7', '11', '12', '13', '32', '37', '41', '42', '49']

function answer(sent: Message, change: Composite): Message {
  const echo = ECHOED.map((number) => [number, sent.fields[number] ?? ''])
  return { mti: '0230', fields: { ...Object.fromEntries(echo), ...change } }
}

for (const [code, kind] of [
  ['00', 'acknowledged'],
  ['12', 'refused'],
  ['25', 'refused'],
  ['96', 'undecided'],
  ['10', 'undecided'],
  ['ZZ', 'undecided'],
] as const) {
  test(`an answer with ${code} to a capture is read as ${kind}, to its repeat too`, (t) => {
    for (const isRepeat of [false, true]) {
      const sent = written0220({ isRepeat })
      const read = mapping.owed.advice?.read(sent, answer(sent, { 39: code }))
      t.deepEqual(read, { kind, responseCode: code })
    }
  })
}

test('the day that a capture settles on is read, and an answer to another amount is none', (t) => {
  const sent = written0220()
  const settled = answer(sent, { 15: '1123', 39: '00' })
  t.like(mapping.owed.advice?.read(sent, settled), { settlementDate: '1123' })
  const other = answer(sent, { 4: '000000000999', 39: '00' })
  t.like(mapping.owed.advice?.read(sent, other), { kind: 'mismatched', path: '4' })
})

test('a mapping that describes no captures has no way to tell them', (t) => {
  const document = JSON.parse(mappingText)
  delete document.messages['payment.capture']
  const without = compileMapping(document, { dialect, messages, schema: mappingSchema })
  t.is(without.owed.advice, undefined)
  t.true(without.asked.every(({ kind }) => kind !== 'payment.capture'))
})

for (const [extent, code] of [
  ['whole', '201'],
  ['part', '202'],
] as const) {
  test(`kestrel is told that a ${extent} is captured by function ${code}`, (t) => {
    const { mapping: kestrel, dialect: wire } = PROFILES.kestrel
    const authorized = written('kestrel', { ...saleAt('kestrel'), type: 'payment.authorize' })
    const payment = { ...kept, image: kestrel.storedImage(authorized), carried: { 38: '654321' } }
    const capture = { amountMinor: 1250n, extent }
    const told = kestrel.owed.advice?.write(
      { ...payment, capture },
      merchant,
      factsAt('kestrel', 8),
    )
    if (told?.kind !== 'written') return t.fail()
    t.is(told.message.fields['24'], code)
    t.notThrows(() => wire.pack(told.message))
  })
}
