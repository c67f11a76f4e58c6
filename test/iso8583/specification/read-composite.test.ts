import test from 'ava'
import { compileDialect } from '#iso8583'
import {
  base,
  composite,
  digit,
  element,
  faultsAt,
  faultsOf,
  tagged,
  variable,
} from './specifications.ts'

const TO_END = { name: 'x', content: 'n', length: { max: 4 } }

const FAULTY: readonly [what: string, specification: unknown, path: string, reason: RegExp][] = [
  [
    'a composite of no kind',
    element({ length: 4, composite: { kind: 'json' } }),
    'fields.4.composite.kind',
    /positional, repeated, bitmap, tagged, ber/,
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
    'a last part to the end of an element of fixed width',
    element({ length: 4, composite: { kind: 'positional', parts: [{ key: 'a', ...TO_END }] } }),
    'fields.4.length',
    /runs to its end/,
  ],
  [
    'a part to the end that is not the last',
    element({
      length: variable(99, 2),
      composite: {
        kind: 'positional',
        parts: [
          { key: 'a', ...TO_END },
          { key: 'b', ...digit },
        ],
      },
    }),
    'fields.4.composite.parts.0.length',
    /needs a prefix/,
  ],
  [
    'a part to the end whose length counts digits',
    element({
      length: variable(99, 2),
      composite: {
        kind: 'positional',
        parts: [{ key: 'a', ...TO_END, encoding: 'bcd', length: { max: 9, unit: 'digits' } }],
      },
    }),
    'fields.4.composite.parts.0.length',
    /bytes on the line/,
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
    'a bitmap of seventeen bytes',
    composite({ kind: 'bitmap', bitmap: { encoding: 'hex', bytes: 17 }, parts: {} }),
    'fields.4.composite.bitmap.bytes',
    /1 to 16/,
  ],
  [
    'four bitmaps in a composite',
    composite({ kind: 'bitmap', bitmap: { encoding: 'hex', count: 4 }, parts: {} }),
    'fields.4.composite.bitmap.count',
    /1 to 3/,
  ],
  [
    'two bitmaps of four bytes',
    composite({ kind: 'bitmap', bitmap: { encoding: 'hex', bytes: 4, count: 2 }, parts: {} }),
    'fields.4.composite.bitmap',
    /have 8 bytes/,
  ],
  [
    'a part beyond its bitmap',
    composite({ kind: 'bitmap', bitmap: { encoding: 'hex', bytes: 2 }, parts: { 17: digit } }),
    'fields.4.composite.parts.17',
    /from 1 to 16/,
  ],
  [
    'a part of bit 0',
    composite({ kind: 'bitmap', bitmap: { encoding: 'hex' }, parts: { 0: digit } }),
    'fields.4.composite.parts.0',
    /from 1 to 64/,
  ],
  [
    'a part where another bitmap is announced',
    composite({ kind: 'bitmap', bitmap: { encoding: 'hex', count: 2 }, parts: { 1: digit } }),
    'fields.4.composite.parts.1',
    /another bitmap follows/,
  ],
  [
    'a bitmap longer than its composite',
    element({
      length: 15,
      composite: { kind: 'bitmap', bitmap: { encoding: 'hex' }, parts: { 1: digit } },
    }),
    'fields.4.length',
    /bitmap alone takes 16/,
  ],
  [
    'a part of a bitmap with a key',
    composite({
      kind: 'bitmap',
      bitmap: { encoding: 'hex' },
      parts: { 1: { ...digit, key: 'a' } },
    }),
    'fields.4.composite.parts.1.key',
    /not a setting/,
  ],
  [
    'a part that repeats too often',
    composite({ kind: 'repeated', max: 1000, part: digit }),
    'fields.4.composite.max',
    /1 to 999/,
  ],
  [
    'no part to repeat',
    composite({ kind: 'repeated', max: 2 }),
    'fields.4.composite',
    /setting part/,
  ],
  [
    'repeated parts that never fill it',
    element({ length: 7, composite: { kind: 'repeated', max: 9, part: { ...digit, length: 2 } } }),
    'fields.4.length',
    /never take 7/,
  ],
  [
    'too few repeats to fill it',
    element({ length: 8, composite: { kind: 'repeated', max: 3, part: { ...digit, length: 2 } } }),
    'fields.4.length',
    /never take 8/,
  ],
  [
    'a part that repeats without a length',
    composite({ kind: 'repeated', max: 2, part: { ...digit, length: { max: 3 } } }),
    'fields.4.composite.part.length',
    /needs a prefix/,
  ],
  [
    'a tag of letters in packed digits',
    tagged({ content: 'a', length: 2, encoding: 'bcd' }, {}),
    'fields.4.composite.tag.encoding',
    /a cannot be encoded as bcd/,
  ],
  [
    'a packed tag of three digits',
    tagged({ content: 'n', length: 3, encoding: 'bcd' }, {}),
    'fields.4.composite.tag.length',
    /even count/,
  ],
  [
    'a raw tag in lower case',
    tagged({ content: 'b', length: 1, encoding: 'binary' }, { '5f': digit }),
    'fields.4.composite.parts.5f',
    /not a tag/,
  ],
  [
    'a tag of seventeen characters',
    tagged({ content: 'n', length: 17 }, {}),
    'fields.4.composite.tag.length',
    /1 to 16/,
  ],
  [
    'a tagged part longer than its prefix can say',
    tagged({ content: 'n', length: 1 }, { 1: { ...digit, length: { max: 10 } } }),
    'fields.4.composite.parts.1.length',
    /too short/,
  ],
  [
    'BER-TLV in an encoding of text',
    composite({ kind: 'ber', encoding: 'ascii', parts: {} }),
    'fields.4.composite.encoding',
    /binary, hex, hex-ebcdic/,
  ],
  [
    'a length in BER-TLV that counts digits',
    composite({
      kind: 'ber',
      parts: { C1: { ...digit, encoding: 'bcd', length: { max: 9, unit: 'digits' } } },
    }),
    'fields.4.composite.parts.C1.length',
    /counts the bytes on the line/,
  ],
  [
    'a composite that counts characters and is not hex',
    element({
      length: { max: 4, unit: 'characters', prefix: { digits: 1 } },
      composite: { kind: 'ber', parts: {} },
    }),
    'fields.4.length',
    /characters of one in hex/,
  ],
]

for (const [what, specification, path, reason] of FAULTY) {
  test(`a dialect with ${what} is refused at ${path || 'its root'}`, (t) => {
    const found = faultsAt(specification, path)
    t.is(found.length, 1, faultsOf(specification).join('\n'))
    t.regex(found[0] ?? '', reason)
  })
}

/** The deepest element inside so many composites, of each kind in turn. */
function nested(depth: number): Record<string, unknown> {
  if (depth === 0) return digit
  const part = nested(depth - 1)
  const kinds = [
    { kind: 'positional', parts: [{ ...part, key: 'a' }] },
    { kind: 'repeated', max: 1, part },
    { kind: 'bitmap', bitmap: { encoding: 'binary', bytes: 1 }, parts: { 1: part } },
    {
      kind: 'tagged',
      tag: { content: 'n', length: 1 },
      prefix: { digits: 2 },
      parts: { 1: bare(part) },
    },
    { kind: 'ber', parts: { C1: bare(part) } },
  ]
  return { name: 'x', length: variable(99, 2), composite: kinds[depth % kinds.length] }
}

/** A tag has no prefix of its own. */
function bare(part: Record<string, unknown>): Record<string, unknown> {
  return typeof part['length'] === 'number' ? part : { ...part, length: { max: 99 } }
}

test('composites nest to a depth of eight and no further', (t) => {
  const at = (depth: number) => ({ ...base, fields: { 4: nested(depth) } })
  t.deepEqual(faultsOf(at(8)), [])
  t.regex(faultsOf(at(9)).join(), /nest at most 8 deep/)
  const deepest = { 1: { 1: { 1: { a: { C1: { 1: { 1: { 1: '7' } } } } } } } }
  const dialect = compileDialect(at(8))
  const message = { mti: '0200', fields: { 4: deepest } }
  t.deepEqual(dialect.unpack(dialect.pack(message)), message)
})
