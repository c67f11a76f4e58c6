import test from 'ava'
import type { Exchange } from '#host-emulator'
import { crashRounds, disagreements } from './crash-rounds.ts'
import { startHost } from './gateway-under-test.ts'
import type { JournalRow } from './journal.ts'
import { makeSite } from './site.ts'

test('killed ten times under load, what merchants were told is so, and nothing is asked twice', async (t) => {
  const site = await makeSite()
  const host = await startHost(site)
  t.teardown(async () => {
    await host.kill()
    site.remove()
  })
  const report = await crashRounds(site, host, { times: 10, inFlight: 24, lifeMsMax: 120 })
  t.log(`${report.told} told, ${report.lost} lost, ${report.leftUnknown} left unknown`)
  t.deepEqual(report.faults, [])
  t.true(report.told > 100 && report.lost > 10 && report.leftUnknown > 0, 'the kills hit the work')
})

const row: JournalRow = {
  merchant: 'M-1001',
  id: 'order-1',
  state: 'approved',
  reason: null,
  stan: 1,
  rrn: '632700000001',
  amountMinor: 1250,
  responseCode: '00',
  approvalCode: '123456',
}
const { rrn, responseCode, approvalCode } = row
const answer = { outcome: 'approved', rrn, responseCode, approvalCode }
const exchange: Exchange = {
  key: '1123005411-000001-12345678901',
  mti: '0200',
  pan: '4111111111111111',
  amountMinor: 1250n,
  approvedMinor: 1250n,
  currency: '840',
  rrn: '632700000001',
  terminal: 'T0000001',
  responseCode: '00',
  approvalCode: '123456',
  effect: 'posted',
  lapsesAtMs: 0,
  arrivals: 1,
}

interface Seen {
  readonly answer: Readonly<Record<string, unknown>>
  readonly journal: readonly JournalRow[]
  readonly book: readonly Exchange[]
}

const GOOD: Seen = { answer, journal: [row], book: [exchange] }

const faultsOf = ({ answer, journal, book }: Seen) =>
  disagreements({ told: new Map([['order-1', { text: '', answer }]]), journal, book })

const PLANTED: readonly (readonly [string, Partial<Seen>, string])[] = [
  [
    'a told payment that is gone',
    { journal: [], book: [] },
    'order-1 was told and is not in the journal',
  ],
  [
    'another outcome',
    { answer: { ...answer, outcome: 'declined' } },
    'order-1 was told otherwise than the journal has it',
  ],
  [
    'another approval code at the host',
    { book: [{ ...exchange, approvalCode: '654321' }] },
    'order-1 is approved otherwise than the host has it',
  ],
  [
    'one message that came twice',
    { book: [{ ...exchange, arrivals: 2 }] },
    'order-1 reached the host twice',
  ],
  [
    'one payment under two trace numbers',
    { book: [exchange, { ...exchange, key: '1123005411-000002-12345678901' }] },
    'order-1 reached the host twice',
  ],
  [
    'a payment that only the host knows',
    { book: [exchange, { ...exchange, amountMinor: 1n, key: 'stranger' }] },
    'stranger reached the host and is not in the journal',
  ],
]

test('a sweep without a fault finds none', (t) => {
  t.deepEqual(faultsOf(GOOD), [])
})

for (const [what, planted, fault] of PLANTED) {
  test(`the sweep finds ${what}`, (t) => {
    t.deepEqual(faultsOf({ ...GOOD, ...planted }), [fault])
  })
}
