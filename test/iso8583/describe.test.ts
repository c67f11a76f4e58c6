import test from 'ava'
import { meridian } from './dialects.ts'

const dialect = meridian()
const lineOf = (fields: Record<string, unknown>, path: string) =>
  dialect.describe({ mti: '0200', fields: fields as never }).find((line) => line.path === path)

test('a card number shows its first six and last four digits', (t) => {
  t.is(lineOf({ 2: '4539578763621486' }, '2')?.value, '453957******1486')
})

test('sensitive authentication data is masked whole, in elements and in tags', (t) => {
  t.deepEqual(lineOf({ 48: { 92: '123' } }, '48.92'), {
    path: '48.92',
    name: 'Card verification value',
    value: '***',
    masked: true,
  })
  t.is(lineOf({ 35: '4539578763621486=3012' }, '35')?.value, '********')
  t.is(lineOf({ 52: '0011223344556677' }, '52')?.value, '********')
})

const UNREADABLE: readonly [what: string, fields: Record<string, unknown>][] = [
  ['a card number that is too short', { 2: '45395787' }],
  ['a card number with a space', { 2: '4539 5787 6362 1486' }],
  ['a card number where a STAN belongs', { 11: '4539578763621486' }],
  ['an element the dialect does not have', { 65: '4539578763621486' }],
  ['a composite with a tag it does not have', { 48: { 99: '4539578763621486' } }],
  ['a text where a composite belongs', { 48: '4539578763621486' }],
  ['a composite where a text belongs', { 4: { a: '4539578763621486' } }],
  ['a key that is no number', { '4539578763621486': '4539578763621486' }],
  ['a number', { 2: 4539578763621486 }],
]

for (const [what, fields] of UNREADABLE) {
  test(`${what} is masked whole`, (t) => {
    const lines = dialect.describe({ mti: '0200', fields: fields as never })
    t.notRegex(JSON.stringify(lines), /4539|1486/)
  })
}

test('describing never throws, whatever the message holds', (t) => {
  for (const message of [
    {},
    { mti: null, fields: null },
    { mti: '4539578763621486', fields: { 43: null } },
  ]) {
    t.notThrows(() => dialect.describe(message as never))
    t.notRegex(JSON.stringify(dialect.describe(message as never)), /4539/)
  }
})

test('meanings come from the tables of the dialect', (t) => {
  const lines = dialect.describe({
    mti: '0421',
    fields: { 3: '000000', 22: '812', 39: '51', 49: '840' },
  })
  t.deepEqual(
    lines.map(({ path, meaning }) => [path, meaning]),
    [
      ['mti', '1987, reversal, advice, from the acquirer, repeated'],
      ['3', 'purchase, default account, default account'],
      ['22', 'electronic commerce, PIN cannot be entered'],
      ['39', 'not sufficient funds'],
      ['49', 'USD'],
    ],
  )
})

test('unmasked shows values as they are, and the message is never touched', (t) => {
  const fields = Object.freeze({ 2: '4539578763621486', 48: Object.freeze({ 92: '123' }) })
  const message = Object.freeze({ mti: '0200', fields })
  t.deepEqual(
    dialect.describe(message, { unmasked: true }).map(({ value }) => value),
    ['0200', '4539578763621486', '', '123'],
  )
  t.is(dialect.describe(message)[1]?.value, '453957******1486')
})

test('the parts of a composite are shown as they stand on the line', (t) => {
  const fields = { 43: { country: 'US', name: 'Corner Books', city: 'Boston' } }
  const paths = dialect.describe({ mti: '0200', fields }).map((line) => line.path)
  t.deepEqual(paths, ['mti', '43', '43.name', '43.city', '43.country'])
})
