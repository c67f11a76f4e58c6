import test from 'ava'
import { type AskedMessage, keyFaults } from '../../../src/communication/host/key-faults.ts'

const SALE: AskedMessage = {
  kind: 'sale',
  always: new Set(['2', '4', '7', '11', '41']),
  elements: new Set(['2', '4', '7', '11', '41', '48']),
  traces: new Set(['11']),
  echoed: new Set(['7', '11', '41', '48']),
  answered: new Set(['4', '7', '11', '38', '41', '48']),
  bytesMin: 100,
}

const REVERSAL: AskedMessage = { ...SALE, kind: 'reversal', traces: new Set(['11', '62']) }

const KEYS = { matchKey: ['11', '7', '41'], stanUniqueWith: ['7'], stan: '11' }

const CASES: readonly [what: string, changed: Partial<typeof KEYS>, faults: readonly string[]][] = [
  ['a key of what is sent and repeated', {}, []],
  ['an element that neither side has', { matchKey: ['11', '24'] }, []],
  [
    'no trace number',
    { matchKey: ['7', '41'] },
    ['matchKey: must have the trace number, 11: without it two requests have one key'],
  ],
  [
    'another element for the trace number than messages have',
    { matchKey: ['12', '41'], stan: '12' },
    ['matchKey: has no element from exchange.stan in requests of sale, reversal'],
  ],
  [
    'an element that a request may lack',
    { matchKey: ['11', '48'] },
    [
      'matchKey.1: element 48 is not mandatory in the request of sale, not mandatory in the ' +
        'request of reversal: a key has what is mandatory in a request and echoed in its answer',
    ],
  ],
  [
    'an element that makes no request unique, for one may lack it',
    { stanUniqueWith: ['7', '48'] },
    ['stanUniqueWith.1: element 48 is not mandatory in each request of sale, reversal'],
  ],
]

for (const [what, changed, faults] of CASES) {
  test(`${what}: ${faults.length === 0 ? 'no fault' : 'a fault where it stands'}`, (t) => {
    const found = keyFaults({ ...KEYS, ...changed }, [SALE, REVERSAL])
    t.deepEqual(
      found.map(({ path, reason }) => `${path.join('.')}: ${reason}`),
      faults,
    )
  })
}

test('each kind of message that does not fit a key is named once, with why', (t) => {
  const matchKey = ['11', '4', '38']
  const told = keyFaults({ ...KEYS, matchKey }, [SALE, { ...REVERSAL, answered: new Set(['11']) }])
  t.deepEqual(
    told.map(({ path }) => path.join('.')),
    ['matchKey.1', 'matchKey.2'],
  )
  t.regex(told[0]?.reason ?? '', /not echoed, always, in the answer of sale, .* of reversal/)
  t.regex(told[1]?.reason ?? '', /^element 38 is only in the answer of sale: /)
})

test('of a host that is asked nothing that is known only the trace number is demanded', (t) => {
  t.deepEqual(keyFaults({ ...KEYS, matchKey: ['11', '38'] }, []), [])
  t.is(keyFaults({ ...KEYS, matchKey: ['38'] }, []).length, 1)
})
