import test from 'ava'
import fc from 'fast-check'
import { compareMessages, type Message } from '#iso8583'
import { messagesOf } from './arbitrary-messages.ts'
import { dialectOfLongTags, meridian } from './dialects.ts'

const dialect = meridian()
const PAN = '4539578763621486'
/** Another card number that is masked alike. */
const TWIN = '4539570000001486'

type Fields = Message['fields']

function differences(a: Fields, b: Fields): (string | undefined)[][] {
  const messages = [
    { mti: '0200', fields: a },
    { mti: '0200', fields: b },
  ] as const
  return compareMessages(dialect, messages).map((it) => [
    it.kind,
    it.path,
    it.a?.value,
    it.b?.value,
  ])
}

const PAIRS: readonly [what: string, a: Fields, b: Fields, found: (string | undefined)[][]][] = [
  ['nothing', { 4: '000000001250' }, { 4: '000000001250' }, []],
  ['a value', { 11: '000001' }, { 11: '000002' }, [['value', '11', '000001', '000002']]],
  ['an element of the first', { 11: '000001' }, {}, [['only-in-a', '11', '000001', undefined]]],
  ['an element of the second', {}, { 11: '000001' }, [['only-in-b', '11', undefined, '000001']]],
  [
    'two card numbers that look alike when masked',
    { 2: PAN },
    { 2: TWIN },
    [['value', '2', '453957******1486', '453957******1486']],
  ],
  [
    'a part',
    { 43: { name: 'A', city: 'B', country: 'US' } },
    { 43: { name: 'A', city: 'C', country: 'US' } },
    [['value', '43.city', 'B', 'C']],
  ],
  [
    'a secret tag that only one has',
    { 48: { 42: '05' } },
    { 48: { 42: '05', 92: '123' } },
    [['only-in-b', '48.92', undefined, '***']],
  ],
  [
    'the order of tags',
    { 48: { 42: '05', 92: '123' } },
    { 48: { 42: '05', 92: '123', $order: '92 42' } },
    [['order', '48', '', '']],
  ],
  [
    'more than one element, in the order of their numbers',
    { 3: '000000', 49: '840' },
    { 3: '000000', 11: '000001', 49: '978' },
    [
      ['only-in-b', '11', undefined, '000001'],
      ['value', '49', '840', '978'],
    ],
  ],
]

for (const [what, a, b, found] of PAIRS) {
  test(`two messages that differ in ${what}`, (t) => t.deepEqual(differences(a, b), found))
}

test('two message types differ like two values', (t) => {
  const [found] = compareMessages(dialect, [
    { mti: '0200', fields: {} },
    { mti: '0210', fields: {} },
  ])
  t.like(found, { kind: 'value', path: 'mti', a: { value: '0200' }, b: { value: '0210' } })
})

test('unmasked shows what differs', (t) => {
  const sides = [PAN, TWIN].map((pan) => ({ mti: '0200', fields: { 2: pan } }))
  const [found] = compareMessages(dialect, [sides[0] as Message, sides[1] as Message], {
    unmasked: true,
  })
  t.deepEqual([found?.a?.value, found?.b?.value], [PAN, TWIN])
})

test('a message does not differ from itself, and differs from another in something', (t) => {
  fc.assert(
    fc.property(messagesOf(dialect), messagesOf(dialect), (a, b) => {
      t.deepEqual(compareMessages(dialect, [a, structuredClone(a)]), [])
      const isSame = dialect.pack(a).equals(dialect.pack(b))
      t.is(compareMessages(dialect, [a, b]).length === 0, isSame)
    }),
    { numRuns: 100 },
  )
})

test('a tag that is not named differs where its composite stands', (t) => {
  const tagged = dialectOfLongTags()
  const [found] = compareMessages(tagged, [
    { mti: '0200', fields: { 2: { [PAN]: '1' } } },
    { mti: '0200', fields: { 2: { [PAN]: '2' } } },
  ])
  t.like(found, { kind: 'value', path: '2' })
})
