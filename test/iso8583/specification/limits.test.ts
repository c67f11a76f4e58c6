import test from 'ava'
import { base, composite, digit, element, faultsOf, tagged, variable } from './specifications.ts'

const LIMITS: readonly [what: string, least: unknown, most: unknown, over: unknown][] = [
  [
    'length',
    element({ content: 'n', length: 1 }),
    element({ content: 'n', length: 99_999 }),
    element({ content: 'n', length: 100_000 }),
  ],
  [
    'prefix in digits',
    element({ content: 'n', length: variable(9, 1) }),
    element({ content: 'n', length: variable(9, 6) }),
    element({ content: 'n', length: variable(9, 7) }),
  ],
  ['prefix in bytes', binaryPrefix(1), binaryPrefix(4), binaryPrefix(5)],
  [
    'composite bitmap',
    composite({
      kind: 'bitmap',
      bitmap: { encoding: 'binary', bytes: 1 },
      parts: { 1: digit, 8: digit },
    }),
    composite({ kind: 'bitmap', bitmap: { encoding: 'binary', bytes: 16 }, parts: { 128: digit } }),
    composite({ kind: 'bitmap', bitmap: { encoding: 'binary', bytes: 16 }, parts: { 129: digit } }),
  ],
  [
    'chain of composite bitmaps',
    composite({ kind: 'bitmap', bitmap: { encoding: 'binary', count: 1 }, parts: { 1: digit } }),
    composite({
      kind: 'bitmap',
      bitmap: { encoding: 'binary', count: 3 },
      parts: { 129: digit, 192: digit },
    }),
    composite({ kind: 'bitmap', bitmap: { encoding: 'binary', count: 3 }, parts: { 193: digit } }),
  ],
  [
    'number of repeats',
    composite({ kind: 'repeated', max: 1, part: digit }),
    composite({ kind: 'repeated', max: 999, part: digit }),
    composite({ kind: 'repeated', max: 0, part: digit }),
  ],
  [
    'tag',
    tagged({ content: 'n', length: 1 }, {}),
    tagged({ content: 'n', length: 16 }, { '0123456789012345': digit }),
    tagged({ content: 'n', length: 0 }, {}),
  ],
  ['key of a part', positional('a'), positional('a'.repeat(32)), positional('a'.repeat(33))],
  [
    'last element of three bitmaps',
    { ...base, bitmap: { encoding: 'hex', count: 3 }, fields: { 2: digit } },
    { ...base, bitmap: { encoding: 'hex', count: 3 }, fields: { 129: digit, 192: digit } },
    { ...base, bitmap: { encoding: 'hex', count: 3 }, fields: { 193: digit } },
  ],
]

function binaryPrefix(bytes: number): unknown {
  return element({ content: 'n', length: { max: 9, prefix: { bytes, encoding: 'binary' } } })
}

function positional(key: string): unknown {
  return composite({ kind: 'positional', parts: [{ ...digit, key }] })
}

for (const [what, least, most, over] of LIMITS) {
  test(`the ${what} is taken at its limits and refused past them`, (t) => {
    t.deepEqual(faultsOf(least), [])
    t.deepEqual(faultsOf(most), [])
    t.is(faultsOf(over).length, 1)
  })
}
