import test from 'ava'
import type { Message } from '#iso8583'
import { openHost, payment } from './meridian.ts'

const SIGNED_ON = { signedOn: true }
const POOR = '4000000000009995'

type Changes = Parameters<typeof payment>[2]

const verify = (stan: number, changes: Changes = {}) =>
  payment('0100', stan, { 3: '330000', 4: '000000000000', ...changes })
const balance = (stan: number, changes: Changes = {}) =>
  payment('0100', stan, { 3: '310000', 4: '000000000000', ...changes })

/** A host, how it answers, and what is in its book. */
function opened() {
  const { host, book } = openHost()
  const answer = (message: Message) => host.answer(message, SIGNED_ON)?.answer.fields ?? {}
  const codeOf = (message: Message) => answer(message)['39']
  return { host, book, answer, codeOf }
}

const group = (type: string, amount: string) => ({ account: '00', type, currency: '840', amount })

test('a verification is judged as a payment of nothing, and tells its checks', (t) => {
  const { answer } = opened()
  const fields = answer(verify(1, { 48: { 82: '10001', 92: '123' } }))
  t.like(fields, { 4: '000000000000', 38: '107919', 39: '00' })
  t.deepEqual(fields['48'], { 83: 'Z', 87: 'M' })
  t.is(fields['15'], undefined)
})

for (const [what, changes, code] of [
  ['a lost card', { 2: '4000000000000119' }, '41'],
  ['an expired card', { 2: '4000000000000069', 14: '2001' }, '54'],
  ['a card of nobody', { 2: '4242424242424242' }, '14'],
  ['another CVV2', { 48: { 92: '999' } }, '05'],
  ['another currency', { 49: '978' }, '57'],
  ['an amount', { 4: '000000000001' }, '13'],
  ['a CAVV that fails', { 48: { 43: `${'A'.repeat(27)}=` } }, '00'],
  ['an element too many', { 52: '0'.repeat(16) }, '30'],
] as const) {
  test(`a verification with ${what} is answered ${code}`, (t) => {
    t.is(opened().codeOf(verify(1, changes)), code)
  })
}

test('funds are nothing to a verification', (t) => {
  const { codeOf } = opened()
  t.is(codeOf(payment('0200', 1, { 2: POOR, 4: '000000001000' })), '00')
  t.is(codeOf(verify(2, { 2: POOR })), '00')
})

test('a balance is what payments and holds have left of it', (t) => {
  const { answer, codeOf } = opened()
  codeOf(payment('0200', 1, { 2: POOR, 4: '000000000300' }))
  codeOf(payment('0100', 2, { 2: POOR, 4: '000000000100' }))
  t.deepEqual(answer(balance(3, { 2: POOR }))['54'], {
    1: group('01', 'C000000000700'),
    2: group('02', 'C000000000600'),
  })
})

test('what the cardholder owes is told as a debit', (t) => {
  const { book, answer } = opened()
  book.record({
    ...{ key: 'forced', mti: '0200', pan: POOR, amountMinor: 1500n, approvedMinor: 1500n },
    ...{ currency: '840', rrn: '', terminal: '', responseCode: '00', approvalCode: '' },
    ...{ original: '', effect: 'posted', lapsesAtMs: 0 },
  })
  t.like(answer(balance(1, { 2: POOR }))['54'], { 1: group('01', 'D000000000500') })
})

test('a balance that is declined is not told', (t) => {
  const fields = opened().answer(balance(1, { 2: '4000000000000119' }))
  t.like(fields, { 39: '41', 54: undefined })
})

test('questions are not recorded, however often they come, and are counted apart', (t) => {
  const { host, book, codeOf } = opened()
  for (const message of [verify(1), verify(1), balance(1), balance(1)]) t.is(codeOf(message), '00')
  t.is(codeOf(payment('0100', 1)), '00')
  t.is(codeOf(verify(1)), '00')
  t.is(book.exchanges().length, 1)
  t.like(host.counts, { questions: 5, payments: 1, approved: 1, duplicates: 0 })
})

test('before sign-on nothing is told', (t) => {
  const { host } = opened()
  t.is(host.answer(balance(1), { signedOn: false })?.answer.fields['39'], '91')
})
