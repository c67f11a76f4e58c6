import test from 'ava'
import { dialectOf, dialectOfLongTags, HEAD, meridian } from './dialects.ts'

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

const PAN = '4539578763621486'
const NUMBER = { name: 'Number', content: 'n', length: 1 }

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
  ['a key that only looks like a number', { ' 2': PAN, '02': PAN, '2e0': PAN }],
  ['a list', { 2: [PAN], 43: [PAN] }],
  ['a text of more than the element takes', { 63: `${'X'.repeat(2_000)}${PAN}` }],
  ['a tag that is a card number', { 48: { [PAN]: '1' } }],
  ['an order of tags that is none', { 48: { 92: '123', $order: PAN } }],
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
    null,
    '4539578763621486',
    { mti: '0200', fields: '4539578763621486' },
    { mti: '0200', fields: ['4539578763621486'] },
    { mti: '0200', fields: { 43: endless() } },
    { mti: '0200', fields: {}, lenient: '4539578763621486' },
    { mti: '0200', fields: { 4: '1' }, lenient: [null, { path: '4', code: PAN, offset: 1 }] },
    { mti: '0200', fields: { 4: '1' }, lenient: [{ path: '4', code: 'A', offset: Number(PAN) }] },
  ]) {
    t.notThrows(() => dialect.describe(message as never, { unmasked: true }))
    t.notThrows(() => dialect.describe(message as never))
    t.notRegex(JSON.stringify(dialect.describe(message as never)), /4539/)
  }
})

/** An object that is a part of itself. */
function endless(): object {
  const value: Record<string, unknown> = { name: 'Corner Books' }
  value['city'] = value
  return value
}

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

const FREE_TEXT: readonly [what: string, text: string, shown: string][] = [
  ['a card number', `CARD ${PAN}`, 'CARD 453957******1486'],
  ['a card number in groups', 'CARD 4539 5787 6362 1486', 'CARD ********'],
  ['a card number in groups far apart', 'CARD 4539 - 5787 - 6362 - 1486', 'CARD ********'],
  ['a track', `T2 ${PAN}=30121010000012345678`, '********'],
  ['a card number in hex', Buffer.from(PAN).toString('hex'), '********'],
]

for (const [what, text, shown] of FREE_TEXT) {
  test(`an element without a mask does not show ${what}`, (t) => {
    t.like(lineOf({ 63: text }, '63'), { value: shown, masked: true })
    t.is(
      dialect.describe({ mti: '0200', fields: { 63: text } }, { unmasked: true })[1]?.value,
      text,
    )
  })
}

test('bytes without a mask do not show a card number', (t) => {
  t.is(lineOf({ 64: PAN }, '64')?.value, '********')
  t.is(lineOf({ 64: '0011223344556677' }, '64')?.value, '0011223344556677')
})

test('a date is shown whatever its Luhn digit', (t) => {
  const times = dialectOf(
    NUMBER,
    {},
    {
      12: { name: 'Time', content: 'YYYYMMDDhhmmss', length: 14 },
      13: { name: 'Number', content: 'n', length: 14 },
    },
  )
  const hidden = { 12: 0, 13: 0 }
  for (let second = 10; second < 60; second += 1) {
    const value = `202611221000${second}`
    const lines = times.describe({ mti: '0200', fields: { 12: value, 13: value } })
    if (lines[1]?.masked) hidden[12] += 1
    if (lines[2]?.masked) hidden[13] += 1
  }
  t.deepEqual(hidden, { 12: 0, 13: 5 })
})

const silent = (element: string) =>
  dialectOf(
    NUMBER,
    { bitmap: { encoding: 'hex', count: 2 } },
    { [element]: { name: 'X', content: 'ans', length: { max: 99, prefix: { digits: 2 } } } },
  )

test('card numbers, expiry dates, accounts, tracks, PIN blocks and chip data are masked for want of a setting', (t) => {
  for (const element of ['14', '34', '35', '36', '45', '52', '53', '55', '102', '103']) {
    const lines = silent(element).describe({ mti: '0200', fields: { [element]: '12345678' } })
    t.is(lines[1]?.value, '********', element)
  }
  t.is(silent('37').describe({ mti: '0200', fields: { 37: '12345678' } })[1]?.value, '12345678')
})

const CHIP = {
  name: 'Chip data',
  length: { max: 255, prefix: { digits: 3 } },
  composite: {
    kind: 'ber',
    parts: Object.fromEntries(
      ['57', '5A', '5F24', '9F1F', '9F26'].map((tag) => [
        tag,
        { name: `Tag ${tag}`, content: 'b', length: { max: 20 }, encoding: 'binary' },
      ]),
    ),
    other: { name: 'Not listed', content: 'b', length: { max: 20 }, encoding: 'binary' },
  },
}
const chip = dialectOf(NUMBER, {}, { 55: CHIP })

test('tags that carry card data are masked whatever the dialect says, and those not listed', (t) => {
  const fields = {
    55: {
      '57': `${PAN}D3012101`,
      '5A': PAN,
      '5F24': '301231',
      '9F1F': '303132',
      '9F26': '0011223344556677',
      '9F10': '0102',
    },
  }
  t.deepEqual(
    chip.describe({ mti: '0200', fields }).map(({ path, value }) => [path, value]),
    [
      ['mti', '0200'],
      ['55', ''],
      ['55.57', '********'],
      ['55.5A', '453957******1486'],
      ['55.5F24', '******'],
      ['55.9F1F', '******'],
      ['55.9F26', '0011223344556677'],
      ['55.9F10', '****'],
    ],
  )
})

test('tags are shown in the order of the line, which is no part itself', (t) => {
  const fields = { 55: { '57': '01', '5A': '02', '9F26': '03', $order: '9F26 57 5A' } }
  const paths = chip.describe({ mti: '0200', fields }).map((line) => line.path)
  t.deepEqual(paths, ['mti', '55', '55.9F26', '55.57', '55.5A'])
})

test('a mask on a composite holds for every part, and for their parts', (t) => {
  const part = { name: 'Part', content: 'n', length: 2 }
  const inner = { kind: 'positional', parts: [{ key: 'b', ...part }] }
  const outer = [
    { key: 'a', ...part, meanings: { '12': 'twelve' } },
    { key: 'c', name: 'Inner', length: 2, composite: inner },
  ]
  const masked = dialectOf({
    name: 'Secret',
    length: 4,
    mask: 'secret',
    composite: { kind: 'positional', parts: outer },
  })
  const lines = masked.describe({ mti: '0200', fields: { 2: { a: '12', c: { b: '34' } } } })
  t.deepEqual(
    lines.map(({ path, value, meaning }) => [path, value, meaning]),
    [
      ['mti', '0200', undefined],
      ['2', '', undefined],
      ['2.a', '***', undefined],
      ['2.c', '', undefined],
      ['2.c.b', '***', undefined],
    ],
  )
})

test('an unlisted tag that is a card number is not named, and is in clear', (t) => {
  const tagged = dialectOfLongTags()
  const message = { mti: '0200', fields: { 2: { [PAN]: '1', '0000000000000001': '2' } } }
  const paths = tagged.describe(message).map((line) => line.path)
  t.deepEqual(paths, ['mti', '2', '2.?', '2.0000000000000001'])
  t.is(tagged.describe(message, { unmasked: true })[2]?.path, `2.${PAN}`)
})

test('what was read leniently is noted at its line, and hides what could not be written', (t) => {
  const lenient = dialectOf({
    name: 'Number',
    content: 'n',
    length: 4,
    lenient: ['content'],
    mask: 'pan',
  })
  const message = lenient.unpack(Buffer.from(`${HEAD}12A4`))
  const [, line] = lenient.describe(message)
  t.deepEqual(line?.lenient, [{ code: 'CONTENT_INVALID', offset: 22 }])
  t.is(line?.value, '****')
  const elsewhere = { ...message, lenient: [{ path: '2.7.x', code: 'PAD_INVALID', offset: 9 }] }
  t.is(lenient.describe(elsewhere as never)[1]?.lenient?.[0]?.offset, 9)
})
