import test from 'ava'
import type { Composite, FieldValue } from '#iso8583'
import { exchangeFacts } from '#processing'
import { fullSale, host, mapping, merchant, NOW_MS, payment } from '../meridian.ts'

const written = mapping.toHost(payment(fullSale), merchant, exchangeFacts(NOW_MS, 101, host))
if (written.kind === 'refused') throw new Error('refused')
const sent = written.message

const ECHOED = ['2', '3', '4', '7', '11', '12', '13', '32', '37', '41', '42', '49']
const echoes = Object.fromEntries(ECHOED.map((element) => [element, sent.fields[element] ?? '']))
const approval: Composite = {
  ...echoes,
  '15': '1122',
  '38': '899819',
  '39': '00',
  '48': { '45': '2', '83': 'A', '87': 'M' },
  '63': 'M11221000000101',
}

function read(change: Readonly<Record<string, FieldValue | undefined>>, mti = '0210') {
  const changed = Object.entries({ ...approval, ...change })
  const fields = Object.fromEntries(changed.filter(([, value]) => value !== undefined))
  // What was filtered out were the values that are not there.
  return mapping.readAnswer('payment.sale', sent, { mti, fields: fields as Composite })
}

test('an approval is read with its findings', (t) => {
  t.deepEqual(read({}), {
    kind: 'verdict',
    verdict: 'approved',
    findings: {
      responseCode: '00',
      approvalCode: '899819',
      checks: { cavv: 'valid', address: 'street-only', cvv2: 'match' },
      details: { settlementDate: '1122', networkReference: 'M11221000000101' },
      carried: { '38': '899819', '63': 'M11221000000101' },
    },
  })
})

const declined = { '38': undefined, '15': undefined, '63': undefined }
for (const [code, verdict] of [
  ['05', 'declined'],
  ['91', 'declined'],
  ['68', 'unknown'],
  ['94', 'unknown'],
  ['96', 'unknown'],
  ['ZZ', 'unknown'],
  ['11', 'unknown'],
] as const) {
  test(`response code ${code} means ${verdict}`, (t) => {
    t.like(read({ ...declined, '39': code }), { verdict, findings: { responseCode: code } })
  })
}

test('a part of the amount is approved when the host says so', (t) => {
  t.like(read({ '39': '10', '4': '000000001249' }), {
    verdict: 'partial',
    findings: { approvedMinor: 1249n },
  })
  t.like(read({ '39': '10', '4': '000000000001' }), { findings: { approvedMinor: 1n } })
})

test('a whole approval has no approved part', (t) => {
  const reading = read({})
  t.false(reading.kind === 'verdict' && 'approvedMinor' in reading.findings)
})

const MISMATCHED: readonly [
  title: string,
  change: Readonly<Record<string, FieldValue | undefined>>,
  path: string,
][] = [
  ['another amount', { '4': '000000001251' }, '4'],
  ['a part that is the whole', { '39': '10' }, '4'],
  ['a part that is more', { '39': '10', '4': '000000001251' }, '4'],
  ['a part of nothing', { '39': '10', '4': '000000000000' }, '4'],
  ['no amount', { '4': undefined }, '4'],
  ['another card', { '2': '4111111111111111' }, '2'],
  ['another trace number', { '11': '000102' }, '11'],
  ['another terminal', { '41': 'TERM0001' }, '41'],
  ['another currency', { '49': '978' }, '49'],
  ['no response code', { '39': undefined }, '39'],
  ['an approval without its code', { '38': undefined }, '38'],
  ['an element that no answer has', { '14': '3012' }, '14'],
  ['a part that no answer has', { '48': { '87': 'M', '92': '737' } }, '48.92'],
  ['an element of the next bitmap', { '90': { mti: '0200' } }, '90'],
]

for (const [title, change, path] of MISMATCHED) {
  test(`an answer with ${title} is none to what was sent`, (t) => {
    const reading = read(change)
    t.like(reading, { kind: 'mismatched', path })
    t.false(/4539578763621486|4111111111111111|737|1250|1251/.test(JSON.stringify(reading)))
  })
}

test('an answer of another kind is none to what was sent', (t) => {
  t.like(read({}, '0110'), { kind: 'mismatched', path: 'mti' })
})

test('filling that a host keeps is no difference', (t) => {
  t.like(read({ '42': 'CORNERBOOKS01  ' }), { kind: 'verdict' })
  t.like(read({ '42': '  CORNERBOOKS01' }), { kind: 'mismatched', path: '42' })
})

test('a letter that no table knows is not checked rather than no answer', (t) => {
  t.like(read({ '48': { '87': 'Q', '83': 'Q', '45': '9' } }), {
    findings: { checks: { cvv2: 'not-checked', address: 'not-checked', cavv: 'not-checked' } },
  })
})

test('a settlement date alone makes no checks', (t) => {
  const reading = read({ '48': undefined })
  t.false(reading.kind === 'verdict' && 'checks' in reading.findings)
})
