import test from 'ava'
import { compileDialect, DialectError, type SpecFault } from '#iso8583'
import { projectJson } from '../dialects.ts'

function faultsOf(specification: unknown): string[] {
  try {
    compileDialect(specification)
    return []
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    return error.faults.map((fault: SpecFault) => `${fault.path.join('.')}: ${fault.reason}`)
  }
}

const base = {
  name: 'x',
  mti: { encoding: 'ascii' },
  bitmap: { encoding: 'hex', count: 2 },
  defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
}
const element = (settings: Record<string, unknown>) => ({
  ...base,
  fields: { 4: { name: 'x', ...settings } },
})
const variable = (max: number, digits: number) => ({ max, prefix: { digits } })

test('the reference host is a dialect without a fault', (t) => {
  t.deepEqual(faultsOf(projectJson('specs/hosts/meridian/dialect.json')), [])
})

test('every fault is reported at once, each with its path', (t) => {
  const faults = faultsOf({
    mti: { encoding: 'utf8' },
    bitmap: { encoding: 'hex', count: 4 },
    fields: {
      1: { name: 'x', content: 'n', encoding: 'ascii', length: 1 },
      2: { name: '', content: 'nn', encoding: 'ascii', length: { min: 1, max: 0 } },
      3: { name: 'x', content: 'n', encoding: 'ascii', lenght: 6 },
    },
  })
  t.deepEqual(faults.map((fault) => fault.split(':')[0]).sort(), [
    '',
    'bitmap.count',
    'fields.2.content',
    'fields.2.length.max',
    'fields.2.name',
    'fields.3',
    'fields.3.lenght',
    'mti.encoding',
  ])
})

const FAULTY: readonly [what: string, specification: unknown, path: string, reason: RegExp][] = [
  ['no object', 'meridian', '', /must be an object/],
  ['no list', { ...base, fields: [] }, 'fields', /must be an object/],
  [
    'element 1',
    { ...base, fields: { 1: { name: 'x', content: 'n', length: 1 } } },
    'fields.1',
    /from 2 to 128/,
  ],
  [
    'element 129 of two bitmaps',
    { ...base, fields: { 129: { name: 'x', content: 'n', length: 1 } } },
    'fields.129',
    /from 2 to 128/,
  ],
  [
    'element 65 of three bitmaps',
    {
      ...base,
      bitmap: { encoding: 'hex', count: 3 },
      fields: { 65: { name: 'x', content: 'n', length: 1 } },
    },
    'fields.65',
    /first bit/,
  ],
  [
    'a class that is not known',
    element({ content: 'nan', length: 1 }),
    'fields.4.content',
    /one of n, a/,
  ],
  [
    'letters packed',
    element({ content: 'an', encoding: 'bcd', length: 1 }),
    'fields.4.encoding',
    /an cannot be encoded as bcd/,
  ],
  [
    'binary as text',
    element({ content: 'b', length: 1 }),
    'fields.4.encoding',
    /b cannot be encoded as ascii/,
  ],
  [
    'a varying length without a prefix',
    element({ content: 'n', length: { max: 5 } }),
    'fields.4.length',
    /needs a prefix/,
  ],
  [
    'a prefix that is too short',
    element({ content: 'n', length: variable(100, 2) }),
    'fields.4.length',
    /too short/,
  ],
  [
    'a date of another length',
    element({ content: 'MMDD', length: 6 }),
    'fields.4.length',
    /fixed length 4/,
  ],
  ['a sign alone', element({ content: 'x+n', length: 1 }), 'fields.4.length', /at least 2/],
  [
    'a pad of two characters',
    element({ content: 'ans', length: 5, pad: { side: 'left', with: '00' } }),
    'fields.4.pad.with',
    /one printable/,
  ],
  [
    'a pad with a prefix',
    element({ content: 'ans', length: variable(5, 2), pad: { side: 'left', with: '0' } }),
    'fields.4.pad',
    /without a length prefix/,
  ],
  [
    'a filler that is no half byte',
    element({ content: 'n', encoding: 'bcd', length: 3, pad: { with: 'G' } }),
    'fields.4.pad.with',
    /hex digit/,
  ],
  [
    'a mask that is not known',
    element({ content: 'n', length: 3, mask: 'all' }),
    'fields.4.mask',
    /pan, sad, secret/,
  ],
  [
    'a length over any sense',
    element({ content: 'n', length: 100_000 }),
    'fields.4.length',
    /1 to 99999/,
  ],
  [
    'digits of text',
    element({ content: 'ans', length: { max: 9, prefix: { digits: 1 }, unit: 'digits' } }),
    'fields.4.length',
    /numeric/,
  ],
  [
    'a binary prefix in digits',
    element({ content: 'n', length: { max: 9, prefix: { digits: 1, encoding: 'binary' } } }),
    'fields.4.length.prefix.digits',
    /given in bytes/,
  ],
  [
    'a composite of no kind',
    element({ length: 4, composite: { kind: 'json' } }),
    'fields.4.composite.kind',
    /positional, tagged, ber/,
  ],
  [
    'parts that do not fill their element',
    element({
      length: 4,
      composite: { kind: 'positional', parts: [{ key: 'a', name: 'a', content: 'n', length: 3 }] },
    }),
    'fields.4.length',
    /parts take 3 bytes/,
  ],
  [
    'two parts of one name',
    element({
      length: 2,
      composite: {
        kind: 'positional',
        parts: [
          { key: 'a', name: 'a', content: 'n', length: 1 },
          { key: 'a', name: 'a', content: 'n', length: 1 },
        ],
      },
    }),
    'fields.4.composite.parts.1.key',
    /earlier part/,
  ],
  [
    'a tag that is none',
    element({
      length: variable(99, 2),
      composite: {
        kind: 'ber',
        parts: { '9F': { name: 'x', content: 'b', encoding: 'binary', length: 1 } },
      },
    }),
    'fields.4.composite.parts.9F',
    /not a tag/,
  ],
  [
    'a tag with a prefix of its own',
    element({
      length: variable(99, 2),
      composite: {
        kind: 'tagged',
        tag: { content: 'n', length: 1 },
        prefix: { digits: 1 },
        parts: { 1: { name: 'x', content: 'n', length: variable(9, 1) } },
      },
    }),
    'fields.4.composite.parts.1.length',
    /of its own/,
  ],
  [
    'a meaning that is no text',
    element({ content: 'n', length: 1, meanings: { 1: 2 } }),
    'fields.4.meanings.1',
    /text/,
  ],
  [
    'always a second of one bitmap',
    { ...base, bitmap: { encoding: 'hex', count: 1, secondary: 'always' }, fields: {} },
    'bitmap.secondary',
    /count of 2/,
  ],
]

for (const [what, specification, path, reason] of FAULTY) {
  test(`a dialect with ${what} is refused at ${path || 'its root'}`, (t) => {
    const found = faultsOf(specification).filter((fault) => fault.startsWith(`${path}: `))
    t.is(found.length, 1, faultsOf(specification).join('\n'))
    t.regex(found[0] ?? '', reason)
  })
}

test('composites nest to a depth of four and no further', (t) => {
  const nested = (depth: number): unknown =>
    depth === 0
      ? { key: 'a', name: 'x', content: 'n', length: 1 }
      : {
          key: 'a',
          name: 'x',
          length: 1,
          composite: { kind: 'positional', parts: [nested(depth - 1)] },
        }
  const at = (depth: number) => {
    const { key: _, ...top } = nested(depth) as Record<string, unknown>
    return faultsOf({ ...base, fields: { 4: top } })
  }
  t.deepEqual(at(4), [])
  t.regex(at(5).join(), /nest at most 4 deep/)
})
