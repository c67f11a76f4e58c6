import test from 'ava'
import type { Message } from '#iso8583'
import { type Host, PROFILES, saleAt, written } from './profile.ts'

/** Answers to the golden sale: what the host adds to what it echoes, and what that means. */
const ANSWERS: readonly [Host, string, Message['fields'], object][] = [
  [
    'borealis',
    'approves and tells every check',
    {
      15: '1122',
      38: 'A1B2C3',
      39: '00',
      48: { RAD: 'A', RAV: '2', RC2: 'N' },
      63: 'MDS0001234561122',
    },
    {
      verdict: 'approved',
      findings: {
        checks: { address: 'street-only', cavv: 'valid', cvv2: 'no-match' },
        details: { settlementDate: '1122', networkReference: 'MDS0001234561122' },
        carried: { 38: 'A1B2C3', 63: 'MDS0001234561122' },
      },
    },
  ],
  ['borealis', 'is out of order', { 39: '96' }, { verdict: 'unknown' }],
  ['borealis', 'has seen it before', { 39: '94' }, { verdict: 'unknown' }],
  [
    'borealis',
    'adds what nobody expects',
    { 39: '05', 102: '1' },
    { kind: 'mismatched', path: '102' },
  ],
  [
    'pampas',
    'approves with a text for the receipt',
    { 38: '123456', 39: '11', 48: { 9: 'M', 10: '1' }, 63: { NR: 'X1', MS: 'GRACIAS' } },
    {
      verdict: 'approved',
      findings: {
        checks: { cvv2: 'match', cavv: 'invalid' },
        details: { networkReference: 'X1' },
        carried: { 38: '123456', '63.NR': 'X1' },
      },
    },
  ],
  ['pampas', 'has seen it before', { 39: '94' }, { verdict: 'unknown' }],
  ['pampas', 'has no such card', { 39: '14' }, { verdict: 'declined' }],
  [
    'kestrel',
    'approves, with a date that merchants hear as MMDD',
    { 15: '261123', 38: ' 9 8 7', 39: '000', 48: { RA: '0', RC: '2', RE: '0' }, 59: 'K-1' },
    {
      verdict: 'approved',
      findings: {
        approvalCode: ' 9 8 7',
        checks: { address: 'match', cvv2: 'not-checked', cavv: 'valid' },
        details: { settlementDate: '1123', networkReference: 'K-1' },
      },
    },
  ],
  [
    'kestrel',
    'approves a part',
    {
      4: '000000001000',
      30: { transaction: '000000001250', reconciliation: '000000000000' },
      38: 'AB1234',
      39: '002',
    },
    { verdict: 'partial', findings: { approvedMinor: 1000n } },
  ],
  ['kestrel', 'has not enough', { 39: '116' }, { verdict: 'declined' }],
  ['kestrel', 'heard nothing from the issuer', { 39: '911' }, { verdict: 'unknown' }],
  ['kestrel', 'says what its interface does not list', { 39: '999' }, { verdict: 'unknown' }],
]

for (const [host, what, own, reading] of ANSWERS) {
  test(`an answer in which ${host} ${what} is read as its interface says`, (t) => {
    const sent = written(host, saleAt(host))
    const echoed = Object.fromEntries(
      ECHOED[host].map((element) => [element, sent.fields[element] ?? '']),
    )
    const mti = host === 'kestrel' ? '1210' : '0210'
    const answer = { mti, fields: { ...echoed, ...own } }
    const { dialect, mapping } = PROFILES[host]
    const heard = dialect.unpack(dialect.pack(answer))
    t.like(mapping.readAnswer('payment.sale', sent, heard), reading)
  })
}

const ECHOED: Readonly<Record<Host, readonly string[]>> = {
  borealis: ['2', '3', '4', '7', '11', '12', '13', '32', '33', '37', '41', '42', '49'],
  pampas: ['3', '4', '11', '24', '37', '41', '49'],
  kestrel: ['2', '3', '4', '7', '11', '12', '32', '37', '41', '42', '49'],
}
