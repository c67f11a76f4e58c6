import test from 'ava'
import { compileDialect, readSpecification } from '#iso8583'
import { projectJson } from '../dialects.ts'
import { base, composite, digit, element, faultsAt, faultsOf, variable } from './specifications.ts'

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
    /another bitmap follows/,
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
    'a pad beyond one byte',
    element({ content: 'ans', length: 5, pad: { side: 'left', with: '\u01ac' } }),
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
    'a meaning that is no text',
    element({ content: 'n', length: 1, meanings: { 1: 2 } }),
    'fields.4.meanings.1',
    /text/,
  ],
  [
    'meanings of a name that it lacks',
    element({ content: 'n', length: 1, meanings: 'constructor' }),
    'fields.4.meanings',
    /names no meanings/,
  ],
  [
    'a fault in its named meanings',
    {
      ...element({ content: 'n', length: 1, meanings: 'signs' }),
      meanings: { signs: [{ from: 2, to: 1, of: 'sign', values: {} }] },
    },
    'meanings.signs.0.to',
    /greater than from/,
  ],
  [
    'an empty name for a stretch',
    element({ content: 'n', length: 1, meanings: [{ from: 0, to: 1, of: '', values: {} }] }),
    'fields.4.meanings.0.of',
    /text/,
  ],
  [
    'a note that is no text',
    element({ content: 'n', length: 1, note: 1 }),
    'fields.4.note',
    /text/,
  ],
  ['a schema that is no text', { ...base, fields: {}, $schema: 1 }, '$schema', /text/],
  [
    'a leniency that is not known',
    element({ content: 'n', length: 1, lenient: ['all'] }),
    'fields.4.lenient.0',
    /content, pad, length/,
  ],
  [
    'a leniency alone',
    element({ content: 'n', length: 1, lenient: 'pad' }),
    'fields.4.lenient',
    /list/,
  ],
  [
    'a sign of its own for what is no packed amount',
    element({ content: 'x+n', length: 2, sign: 'ascii' }),
    'fields.4.sign',
    /only a packed x\+n has a sign/,
  ],
  [
    'a sign of no character set',
    element({ content: 'x+n', encoding: 'bcd', length: 3, sign: 'bcd' }),
    'fields.4.sign',
    /must be one of ascii, ebcdic-037, ebcdic-1047/,
  ],
  [
    'lenient content of packed digits',
    element({ content: 'n', encoding: 'bcd', length: 1, lenient: ['content'] }),
    'fields.4.lenient',
    /in text only/,
  ],
  [
    'lenient content of hex text',
    element({ content: 'b', encoding: 'hex', length: 1, lenient: ['content'] }),
    'fields.4.lenient',
    /in text only/,
  ],
  [
    'a lenient pad of text',
    element({ content: 'n', length: 1, lenient: ['pad'] }),
    'fields.4.lenient',
    /packed values/,
  ],
  [
    'a lenient length without a prefix',
    element({ content: 'n', length: 1, lenient: ['length'] }),
    'fields.4.lenient',
    /prefix in ASCII/,
  ],
  [
    'a lenient length in binary',
    element({
      content: 'n',
      length: { max: 9, prefix: { bytes: 1, encoding: 'binary' } },
      lenient: ['length'],
    }),
    'fields.4.lenient',
    /prefix in ASCII/,
  ],
  [
    'a pad that is kept and outside the class',
    element({ content: 'n', length: 5, pad: { side: 'left', with: ' ', kept: true } }),
    'fields.4.pad',
    /n lacks it/,
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
    const found = faultsAt(specification, path)
    t.is(found.length, 1, faultsOf(specification).join('\n'))
    t.regex(found[0] ?? '', reason)
  })
}

test('keys that every object has are keys like any other, and no way into one', (t) => {
  const spoilt = JSON.parse(
    JSON.stringify({ ...base, fields: { key: digit }, meanings: { key: { 1: 'one' } } }).replaceAll(
      'key',
      '__proto__',
    ),
  )
  t.deepEqual(
    faultsOf(spoilt).map((fault) => fault.split(':')[0]),
    ['fields.__proto__'],
  )
  t.is(Object.getPrototypeOf({}), Object.prototype)
  const parts = ['constructor', 'toString', 'hasOwnProperty'].map((key) => ({ ...digit, key }))
  const dialect = compileDialect(composite({ kind: 'positional', parts }))
  const message = {
    mti: '0200',
    fields: { 4: { constructor: '1', toString: '2', hasOwnProperty: '3' } },
  }
  t.deepEqual(dialect.unpack(dialect.pack(message)), message)
  const missing = () => dialect.pack({ mti: '0200', fields: { 4: {} } })
  t.throws(missing, { message: /PART_MISSING, 4.constructor/ })
})

test('named meanings are those of every field and message type that names them', (t) => {
  const plan = readSpecification({
    ...base,
    title: 'A title',
    meanings: {
      currency: { 840: 'USD' },
      mti: [{ from: 0, to: 1, of: 'edition', values: { 0: '1987' } }],
    },
    mti: { encoding: 'ascii', meanings: 'mti' },
    fields: {
      4: { ...digit, meanings: 'currency' },
      5: {
        name: 'x',
        length: 1,
        composite: { kind: 'repeated', max: 1, part: { ...digit, meanings: 'currency' } },
      },
      6: digit,
    },
  })
  t.is(plan.title, 'A title')
  const currency = [{ of: undefined, from: 0, to: undefined, values: new Map([['840', 'USD']]) }]
  t.deepEqual(plan.fields[0]?.meanings, currency)
  const [, repeated] = plan.fields
  t.deepEqual(repeated?.body.kind === 'repeated' && repeated.body.part.meanings, currency)
  t.deepEqual(plan.fields[2]?.meanings, [])
  t.deepEqual(plan.mti.meanings, [
    { of: 'edition', from: 0, to: 1, values: new Map([['0', '1987']]) },
  ])
})
