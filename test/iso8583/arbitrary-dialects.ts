import fc from 'fast-check'

type Json = Record<string, unknown>

/**
 * Any dialect of one element, with every setting chosen apart from the others. Some choices do not
 * fit one another: a dialect may be refused.
 */
export function dialects(): fc.Arbitrary<Json> {
  const encodings = fc.constantFrom('ascii', 'ebcdic-037', 'ebcdic-1047', 'bcd')
  return fc.record({
    name: fc.constant('any'),
    mti: encodings.map((encoding) => ({ encoding })),
    bitmap: fc.record({
      encoding: byteEncodings(),
      count: fc.constantFrom(2, 3),
      secondary: fc.constantFrom('needed', 'always'),
    }),
    fields: fc
      .tuple(fieldsOf(2, 'line'), fc.constantFrom(2, 64, 66, 128))
      .map(([element, number]) => ({ [number]: element })),
  })
}

function byteEncodings(): fc.Arbitrary<string> {
  return fc.constantFrom('binary', 'hex', 'hex-ebcdic')
}

/** Whether a field has its own prefix, and whether it is settled what a length counts. */
type Around = 'line' | 'tagged' | 'ber' | 'end'

function fieldsOf(depth: number, around: Around): fc.Arbitrary<Json> {
  const values = [texts(around), packed(around), binaries(around)]
  const composite = depth === 0 ? [] : [composites(depth, around)]
  return fc.oneof(...values, ...composite, ...composite, ...composite).map(named)
}

const named = (field: Json) => ({ name: 'x', ...field })

function sets(): fc.Arbitrary<string> {
  return fc.constantFrom('ascii', 'ebcdic-037', 'ebcdic-1047')
}

function prefixes(): fc.Arbitrary<Json> {
  return fc.oneof(
    fc.record({
      digits: fc.integer({ min: 2, max: 6 }),
      encoding: fc.constantFrom('ascii', 'ebcdic', 'bcd'),
    }),
    fc.record({ bytes: fc.integer({ min: 1, max: 4 }), encoding: fc.constant('binary') }),
  )
}

function lengths(
  around: Around,
  units: readonly string[],
  least = { min: 0, max: 4 },
): fc.Arbitrary<unknown> {
  const fixed = fc.integer({ min: 2, max: 20 })
  const limits = { min: fc.integer(least), max: fc.integer({ min: 4, max: 20 }) }
  if (around === 'ber' || around === 'end')
    return fc.oneof<fc.Arbitrary<unknown>[]>(fixed, fc.record(limits))
  const unit = fc.constantFrom(...units)
  const varying =
    around === 'tagged'
      ? fc.record({ ...limits, unit })
      : fc.record({ ...limits, unit, prefix: prefixes() })
  return fc.oneof<fc.Arbitrary<unknown>[]>(fixed, varying)
}

const DATES = ['MMDD', 'DDMM', 'YYMM', 'YYYYMM', 'DDhhmmss', 'YYMMDDhhmm', 'YYYYMMDDhhmmss']

function texts(around: Around): fc.Arbitrary<Json> {
  const contents = ['n', 'a', 's', 'an', 'ap', 'anp', 'as', 'ns', 'ans', 'z', 'x+n']
  const dated = fc.constantFrom(...DATES).map((content) => ({
    content,
    length: content.length,
  }))
  const padded = fc.record({
    content: fc.constantFrom(...contents),
    length: fc.integer({ min: 4, max: 12 }),
    pad: fc.record({
      side: fc.constantFrom('left', 'right'),
      with: fc.constantFrom(' ', '0', '*', 'F'),
      kept: fc.boolean(),
    }),
  })
  const plain = fc.record({
    content: fc.constantFrom(...contents),
    length: lengths(around, ['bytes', 'characters']),
  })
  return fc
    .tuple(fc.oneof(plain, padded, dated), sets())
    .map(([field, encoding]) => ({ ...field, encoding }))
}

function packed(around: Around): fc.Arbitrary<Json> {
  const signed = fc.record({
    content: fc.constant('x+n'),
    encoding: fc.constant('bcd'),
    sign: sets(),
    length: fc.integer({ min: 2, max: 20 }),
    pad: fc.record({ with: fc.constantFrom('0', 'F'), counted: fc.boolean() }),
  })
  const unsigned = fc.record({
    content: fc.constantFrom('n', 'z'),
    encoding: fc.constant('bcd'),
    length: lengths(around, ['digits', 'bytes']),
    pad: fc.record({
      side: fc.constantFrom('left', 'right'),
      with: fc.constantFrom('0', 'F', 'D', 'A', '5'),
      counted: fc.boolean(),
    }),
  })
  return fc.oneof<fc.Arbitrary<Json>[]>(unsigned, unsigned, signed)
}

function binaries(around: Around): fc.Arbitrary<Json> {
  return fc.record({
    content: fc.constant('b'),
    encoding: byteEncodings(),
    length: lengths(around, ['digits', 'bytes', 'characters']),
  })
}

/** Wide enough for its parts, as a rule. */
function composites(depth: number, around: Around): fc.Arbitrary<Json> {
  const max = fc.constant(depth === 2 ? 200 : 90)
  const length = around === 'line' ? fc.record({ max, prefix: prefixes() }) : fc.record({ max })
  const composite = fc.oneof(
    positionals(depth - 1),
    repeats(depth - 1),
    bitmapped(depth - 1),
    tagged(depth - 1),
    bers(depth - 1),
  )
  return fc.record({ length, composite })
}

function positionals(depth: number): fc.Arbitrary<Json> {
  const first = fc.array(fieldsOf(depth, 'line'), { maxLength: 2 })
  const last = fc.oneof(fieldsOf(depth, 'line'), fieldsOf(depth, 'end'))
  return fc.tuple(first, last).map(([parts, end]) => ({
    kind: 'positional',
    parts: [...parts, end].map((part, index) => ({ ...part, key: ['b', '7', '1a'][index] })),
  }))
}

function repeats(depth: number): fc.Arbitrary<Json> {
  return fc.record({
    kind: fc.constant('repeated'),
    max: fc.integer({ min: 1, max: 4 }),
    part: fieldsOf(depth, 'line'),
  })
}

function bitmapped(depth: number): fc.Arbitrary<Json> {
  const bitmap = fc.oneof(
    fc.record({ encoding: byteEncodings(), bytes: fc.integer({ min: 1, max: 16 }) }),
    fc.record({ encoding: byteEncodings(), count: fc.integer({ min: 1, max: 3 }) }),
  )
  return fc.record({
    kind: fc.constant('bitmap'),
    bitmap,
    parts: fc
      .tuple(fieldsOf(depth, 'line'), fieldsOf(depth, 'line'), fc.constantFrom(1, 8, 8, 8, 65, 192))
      .map(([two, other, number]) => ({ 2: two, [number]: other })),
  })
}

function tagged(depth: number): fc.Arbitrary<Json> {
  const tags = fc.oneof(
    fc.record({ content: fc.constantFrom('n', 'an'), encoding: sets(), length: fc.constant(2) }),
    fc.constant({ content: 'n', encoding: 'bcd', length: 2 }),
    fc.record({ content: fc.constant('b'), encoding: byteEncodings(), length: fc.constant(1) }),
  )
  return fc.record(
    {
      kind: fc.constant('tagged'),
      tag: tags,
      prefix: prefixes(),
      parts: partsBy(['92', '05', '40'], depth, 'tagged'),
      other: fieldsOf(0, 'tagged'),
    },
    { requiredKeys: ['kind', 'tag', 'prefix', 'parts'] },
  )
}

function bers(depth: number): fc.Arbitrary<Json> {
  return fc.record(
    {
      kind: fc.constant('ber'),
      encoding: byteEncodings(),
      parts: partsBy(['9F26', '82', '57'], depth, 'ber'),
      other: fieldsOf(0, 'ber'),
    },
    { requiredKeys: ['kind', 'encoding', 'parts'] },
  )
}

function partsBy(keys: readonly string[], depth: number, around: Around): fc.Arbitrary<Json> {
  return fc.record(Object.fromEntries(keys.map((key) => [key, fieldsOf(depth, around)])))
}
