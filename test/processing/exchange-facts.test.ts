import test from 'ava'
import { createHostFacts, exchangeFacts } from '#processing'
import { rrnFault } from '../../src/processing/exchange-facts.ts'

const acquirer = { institution: '445566', country: '840' }
const rrn = '{Y}{DDD}{hh}{stan}'

test('an exchange is dated in UTC for DE7 and in the host’s zone for the rest', (t) => {
  const host = createHostFacts({ host: 'h', timeZone: 'America/New_York', rrn }, acquirer)
  t.deepEqual(exchangeFacts(Date.UTC(2026, 10, 22, 3, 4, 5, 678), 101, host), {
    atMs: Date.UTC(2026, 10, 22, 3, 4, 5, 678),
    stan: 101,
    transmittedAt: '1122030405',
    rrn: '632603000101',
    utc: '20261122030405',
    local: '20261121220405',
    businessDate: '2026-11-21',
    acquirer,
  })
})

test('facts kept for a second do not outlive it', (t) => {
  const host = createHostFacts({ host: 'h', timeZone: 'UTC', rrn }, acquirer)
  const at = (ms: number) => exchangeFacts(Date.UTC(2026, 11, 31, 23, 59, 59, ms), 999_999, host)
  t.is(at(0).rrn, '636523999999')
  t.is(at(999).rrn, '636523999999')
  t.is(at(1000).rrn, '700100999999')
  t.is(at(0).rrn, '636523999999')
})

for (const [template, made] of [
  ['{YY}{MM}{DD}{stan}', '261122000101'],
  ['{stan}{hh}{mm}{ss}', '000101030405'],
  ['AB{DDD}1{stan}', 'AB3261000101'],
] as const) {
  test(`${template} makes ${made}`, (t) => {
    const host = createHostFacts({ host: 'h', timeZone: 'UTC', rrn: template }, acquirer)
    t.is(rrnFault(template), undefined)
    t.is(exchangeFacts(Date.UTC(2026, 10, 22, 3, 4, 5), 101, host).rrn, made)
  })
}

for (const [template, reason] of [
  ['{Y}{DDD}{hh}', 'makes 6 characters, not 12'],
  ['{Y}{DDD}{hh}{stan}0', 'makes 13 characters, not 12'],
  ['{stan}{stan}', '{stan} occurs more than once'],
  ['{Q}{stan}00000', 'there is no part {Q}; known are Y, YY, DDD, MM, DD, hh, mm, ss, stan'],
  ['{stan}-----é', 'letters, digits and parts in braces only'],
] as const) {
  test(`${template} is no reference number: ${reason}`, (t) => {
    t.is(rrnFault(template), reason)
  })
}
