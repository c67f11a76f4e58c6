import test from 'ava'
import type { Message } from '#iso8583'
import {
  networkRequest,
  readHostRequest,
} from '../../../src/communication/host/network-messages.ts'
import { dialect, profile, transcript } from './meridian.ts'

const { network } = profile
const time = { '7': '1122100000', '11': '900001' }

for (const [name, at, nowMs, stan] of [
  ['01-sign-on', 0, Date.UTC(2026, 10, 22, 9, 59, 58), '000001'],
  ['02-echo', 0, Date.UTC(2026, 10, 22, 9, 59, 59), '000002'],
  ['18-sign-off', 0, Date.UTC(2026, 10, 22, 23, 59, 59), '000004'],
] as const) {
  test(`our request is, byte for byte, the one of transcript ${name}`, (t) => {
    const step = transcript(name).steps[at]
    const code = String(step?.fields['70'])
    const message = networkRequest(code, { stan, nowMs }, network)
    t.is(dialect.pack(message).toString('hex'), String(step?.hex).toLowerCase())
  })
}

for (const [name, at] of [
  ['02-echo', 2],
  ['11-cutover-from-host', 0],
  ['12-network-code-unsupported', 0],
] as const) {
  test(`our answer is, byte for byte, the one of transcript ${name}`, (t) => {
    const { steps } = transcript(name)
    const request = dialect.unpack(Buffer.from(steps[at]?.hex ?? '', 'hex'))
    const read = readHostRequest(request, network)
    if (!('answer' in read)) return t.fail()
    t.is(dialect.pack(read.answer).toString('hex'), String(steps[at + 1]?.hex).toLowerCase())
  })
}

const REQUESTS: readonly [
  what: string,
  request: Message,
  kind: string,
  mti?: string,
  code?: string,
][] = [
  ['sign-on', { mti: '0800', fields: { ...time, '70': '001' } }, 'sign-on', '0810', '00'],
  ['sign-off', { mti: '0800', fields: { ...time, '70': '002' } }, 'sign-off', '0810', '00'],
  ['echo as an advice', { mti: '0820', fields: { ...time, '70': '301' } }, 'echo', '0830', '00'],
  ['an echo repeated', { mti: '0801', fields: { ...time, '70': '301' } }, 'echo', '0810', '00'],
  ['key exchange', { mti: '0800', fields: { ...time, '70': '161' } }, 'refused', '0810', '40'],
  ['no code', { mti: '0800', fields: time }, 'refused', '0810', '30'],
  ['cutover undated', { mti: '0800', fields: { ...time, '70': '201' } }, 'refused', '0810', '30'],
  ['a payment', { mti: '0200', fields: { ...time, '41': 'T' } }, 'refused', '0210', '40'],
  ['a reversal repeated', { mti: '0421', fields: time }, 'refused', '0430', '40'],
  ['a request in 1993', { mti: '1804', fields: time }, 'refused', '1814', '40'],
  ['a type that nothing answers', { mti: '0280', fields: time }, 'unanswerable'],
]

for (const [what, request, kind, mti, code] of REQUESTS) {
  test(`${what} (${request.mti}) is ${kind}${mti ? `: ${mti} with ${code}` : ''}`, (t) => {
    const read = readHostRequest(request, network)
    t.is(read.kind, kind as typeof read.kind)
    if (!('answer' in read)) return
    t.is(read.answer.mti, String(mti))
    t.is(read.answer.fields['39'], code)
    t.is(read.answer.fields['11'], '900001')
  })
}

test('a cutover tells its date', (t) => {
  const fields = { ...time, '15': '1123', '70': '201' }
  const read = readHostRequest({ mti: '0800', fields }, network)
  t.is(read.kind === 'cutover' && read.settlementDate, '1123')
})

test('the moment is written in the layout of its element, or not at all', (t) => {
  const nowMs = Date.UTC(2026, 10, 22, 9, 5, 7)
  const trace = { stan: '000001', nowMs }
  const layouts = { YYMMDDhhmmss: '261122090507', YYYYMMDD: '20261122', MMDDhhmm: '11220905' }
  for (const [layout, text] of Object.entries(layouts)) {
    const rules = { ...network, moments: [{ element: '12', layout }] }
    t.is(networkRequest('301', trace, rules).fields['12'], text)
  }
  const silent = networkRequest('301', trace, { ...network, moments: [] })
  t.deepEqual(silent.fields, { '11': '000001', '70': '301' })
})

test('a host may want the moment in several elements, each with its part of it', (t) => {
  const moments = [
    { element: '7', layout: 'MMDDhhmmss' },
    { element: '12', layout: 'hhmmss' },
    { element: '13', layout: 'MMDD' },
  ]
  const trace = { stan: '000001', nowMs: Date.UTC(2026, 10, 22, 9, 5, 7) }
  const { fields } = networkRequest('301', trace, { ...network, moments })
  t.like(fields, { '7': '1122090507', '12': '090507', '13': '1122' })
})

test('a request we start carries the constants that the host wants', (t) => {
  const rules = { ...network, constants: { '33': '123456' } }
  t.is(networkRequest('301', { stan: '000001', nowMs: 0 }, rules).fields['33'], '123456')
})
