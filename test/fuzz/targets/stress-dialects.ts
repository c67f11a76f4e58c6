/**
 * Dialects of nobody, that set everything that can be set: every encoding of lengths and values,
 * every composite, nested as deep as they go, as long as they get.
 */
interface Settings {
  readonly [setting: string]: unknown
}

export const LENGTH_MAX = 99_999

const ascii = { encoding: 'ascii', prefixEncoding: 'ascii' }

function dialect(name: string, fields: Settings, rest: Settings = {}): Settings {
  return {
    name,
    mti: { encoding: 'ascii' },
    bitmap: { encoding: 'hex', count: 2 },
    defaults: ascii,
    fields,
    ...rest,
  }
}

const long = (digits = 5, max = LENGTH_MAX) => ({ min: 0, max, prefix: { digits } })
const text = (rest: Settings = {}) => ({ name: 'text', content: 'ans', length: long(), ...rest })
const raw = (max = LENGTH_MAX) => ({
  name: 'raw',
  content: 'b',
  encoding: 'binary',
  length: { min: 0, max },
})
const packed = (rest: Settings = {}) => ({
  name: 'packed',
  content: 'n',
  encoding: 'bcd',
  length: { min: 0, max: 19 },
  ...rest,
})

const chipParts = {
  '9F26': { ...raw(8), length: 8 },
  '5A': packed({ pad: { side: 'right', with: 'F' }, mask: 'pan' }),
  '57': packed({ content: 'z', length: { min: 1, max: 37 }, pad: { side: 'right', with: 'F' } }),
  '82': raw(2),
  DF8101: raw(),
  '9F1E': { name: 'serial', content: 'an', length: { min: 0, max: 8 } },
}

/** A template within a template, three deep below the element. */
const template = (depth: number): Settings => ({
  name: 'template',
  length: { min: 0, max: LENGTH_MAX },
  composite: {
    kind: 'ber',
    parts: { ...chipParts, ...(depth === 0 ? {} : { E1: template(depth - 1) }) },
    other: raw(),
  },
})

const ber = (encoding: string) => ({
  name: 'chip',
  length: { ...long(), min: 1 },
  composite: {
    kind: 'ber',
    ...(encoding === 'binary' ? {} : { encoding }),
    parts: { ...chipParts, E1: template(2) },
    other: raw(),
  },
})

const tagged = (length: Settings, depth: number, rest: Settings = {}): Settings => ({
  name: 'tagged',
  length,
  composite: {
    kind: 'tagged',
    tag: { content: 'an', length: 2 },
    prefix: { digits: 3 },
    parts: {
      '10': { name: 'ten', content: 'n', length: { min: 1, max: 12 } },
      '02': { name: 'two', content: 'ans', length: { min: 0, max: 99 }, mask: 'secret' },
      ZZ: { name: 'date', content: 'YYMMDD', length: 6 },
      PN: packed(),
      ...(depth === 0 ? {} : { SU: tagged({ min: 0, max: 999 }, depth - 1) }),
    },
    other: { name: 'other', content: 'ans', length: { min: 0, max: 900 } },
    ...rest,
  },
})

const positional = (depth: number): Settings => ({
  name: 'positional',
  length: { min: 1, max: 999, prefix: { digits: 3 } },
  composite: {
    kind: 'positional',
    parts: [
      { key: 'sign', name: 'sign', content: 'x+n', length: 9 },
      {
        key: 'padded',
        name: 'padded',
        content: 'ans',
        length: 12,
        pad: { side: 'right', with: ' ' },
      },
      { key: 'varying', ...text({ length: long(2, 40) }) },
      { key: 'hex', name: 'hex', content: 'b', encoding: 'hex', length: 4 },
      ...(depth === 0 ? [] : [{ key: 'inner', ...positional(depth - 1) }]),
    ],
  },
})

const BER = dialect('ber in binary', { 2: packed({ length: long(2, 19) }), 55: ber('binary') })
const BER_HEX = dialect('ber in hex', { 55: ber('hex'), 56: ber('hex-ebcdic') })
const TAGGED = dialect('tags', {
  46: positional(3),
  48: tagged(long(), 3),
  60: tagged(long(), 0, {
    prefix: { bytes: 2, encoding: 'binary' },
    tag: { content: 'an', length: 4 },
    parts: {},
  }),
  61: tagged(long(), 0, {
    prefix: { digits: 3, encoding: 'bcd' },
    tag: { content: 'a', length: 1 },
    parts: {},
  }),
  62: tagged(long(), 0, { prefix: { digits: 3, encoding: 'ebcdic' } }),
})

const prefixed = (encoding: string, size: number, { unit, ...value }: Settings) => {
  const greatest = encoding === 'binary' ? 256 ** size - 1 : 10 ** size - 2
  return {
    name: `${encoding} ${size}`,
    ...value,
    length: {
      min: 0,
      max: Math.min(value['content'] === 'b' ? Math.floor(greatest / 2) : greatest, 4000),
      prefix: { encoding, [encoding === 'binary' ? 'bytes' : 'digits']: size },
      ...(unit === undefined ? {} : { unit }),
    },
  }
}

/** Every prefix with every encoding of values, over three bitmaps. */
function prefixes(): Settings {
  const values = [
    { content: 'ans', encoding: 'ascii' },
    { content: 'an', encoding: 'ebcdic-037' },
    { content: 'as', encoding: 'ebcdic-1047' },
    { content: 'n', encoding: 'bcd', pad: { side: 'left', with: '0' } },
    { content: 'z', encoding: 'bcd', pad: { side: 'right', with: 'F' }, unit: 'bytes' },
    { content: 'n', encoding: 'bcd', pad: { side: 'right', with: 'F', counted: true } },
    { content: 'n', encoding: 'bcd', pad: { side: 'left', with: '0' }, unit: 'bytes' },
    { content: 'b', encoding: 'binary' },
    { content: 'b', encoding: 'binary', unit: 'digits' },
    { content: 'b', encoding: 'hex' },
    { content: 'b', encoding: 'hex-ebcdic', unit: 'characters' },
  ]
  const fields: Record<string, unknown> = {}
  let number = 2
  for (const encoding of ['ascii', 'ebcdic', 'bcd', 'binary']) {
    for (const size of [2, 3, 4]) {
      for (const value of values) {
        if (number === 65 || number === 129) number += 1
        fields[number] = prefixed(encoding, size, value)
        number += 1
      }
    }
  }
  return fields
}

const PREFIXES = dialect('prefixes', prefixes(), {
  mti: { encoding: 'bcd' },
  bitmap: { encoding: 'binary', count: 3 },
})

const fixed = (content: string, encoding: string, length: number, rest: Settings = {}) => ({
  name: content,
  content,
  encoding,
  length,
  ...rest,
})
const FIXED = dialect(
  'fixed widths in EBCDIC',
  {
    3: fixed('n', 'ebcdic-037', 6),
    4: fixed('n', 'bcd', 11, { pad: { side: 'right', with: 'F' } }),
    5: fixed('x+n', 'bcd', 8, { pad: { side: 'left', with: '0' } }),
    6: fixed('x+n', 'ebcdic-037', 9),
    7: fixed('MMDDhhmmss', 'bcd', 10),
    12: fixed('YYYYMMDDhhmmss', 'ebcdic-1047', 14),
    13: fixed('MMDD', 'ascii', 4),
    41: fixed('ans', 'ebcdic-1047', 8, { pad: { side: 'right', with: ' ' } }),
    42: fixed('an', 'ebcdic-037', 15, { pad: { side: 'left', with: '0', kept: true } }),
    43: fixed('ns', 'ascii', 5, { pad: { side: 'left', with: ' ' } }),
    52: fixed('b', 'hex-ebcdic', 8),
    64: fixed('b', 'binary', 8),
    128: fixed('b', 'hex', 8),
  },
  {
    mti: { encoding: 'ebcdic-037' },
    bitmap: { encoding: 'hex-ebcdic', count: 2, secondary: 'always' },
  },
)

/** Of element 62 and of parts: bitmaps, and the same part again and again. */
const bitmaps = (rest: Settings, parts: Settings) => ({
  name: 'bitmap',
  length: { min: 1, max: 999, prefix: { digits: 3 } },
  composite: { kind: 'bitmap', bitmap: rest, parts },
})
const amount = {
  name: 'amount',
  length: 20,
  composite: {
    kind: 'positional',
    parts: [
      { key: 'account', name: 'account', content: 'n', length: 2 },
      { key: 'type', name: 'type', content: 'an', length: 5 },
      { key: 'amount', name: 'amount', content: 'x+n', length: 13 },
    ],
  },
}
const COMPOSITES = dialect('bitmaps and repeated parts', {
  54: {
    name: 'amounts',
    length: { min: 1, max: 120, prefix: { digits: 3 } },
    composite: { kind: 'repeated', max: 6, part: amount },
  },
  57: {
    name: 'texts',
    length: { min: 1, max: 9999, prefix: { digits: 4 } },
    composite: { kind: 'repeated', max: 99, part: text({ length: long(2, 99) }) },
  },
  62: bitmaps(
    { encoding: 'binary', bytes: 8 },
    { 1: text({ length: long(2, 20) }), 7: packed({ length: 7 }), 64: { ...raw(8), length: 8 } },
  ),
  63: bitmaps(
    { encoding: 'hex', bytes: 8, count: 3 },
    { 2: text({ length: long(2, 20) }), 66: amount, 192: text({ length: long(2, 20) }) },
  ),
  126: bitmaps({ encoding: 'hex-ebcdic', bytes: 3 }, { 1: packed({ length: 2 }), 24: amount }),
})

/** The longest values that there can be. */
const LONG = dialect('long values', {
  2: text(),
  3: text({ encoding: 'ebcdic-1047' }),
  4: packed({ length: { ...long(), unit: 'bytes' }, pad: { side: 'right', with: 'F' } }),
  5: { ...raw(), length: long() },
  6: {
    ...raw(LENGTH_MAX >> 1),
    encoding: 'hex',
    length: { ...long(5, LENGTH_MAX >> 1), unit: 'characters' },
  },
  57: {
    name: 'texts',
    length: { min: 1, max: LENGTH_MAX, prefix: { digits: 5 } },
    composite: { kind: 'repeated', max: 999, part: text({ length: long(2, 99) }) },
  },
})

const LENIENT = dialect('lenient readings', {
  2: packed({ length: long(2, 19), pad: { side: 'left', with: '0' }, lenient: ['pad', 'length'] }),
  7: { name: 'time', content: 'MMDDhhmmss', length: 10, lenient: ['content'] },
  11: { name: 'stan', content: 'n', length: 6, lenient: ['content'] },
  35: packed({
    content: 'z',
    length: { min: 1, max: 37, prefix: { digits: 2 } },
    pad: { side: 'right', with: 'F' },
    lenient: ['pad', 'length'],
  }),
  37: { name: 'rrn', content: 'an', encoding: 'ebcdic-037', length: 12, lenient: ['content'] },
  44: text({ length: long(2, 25), lenient: ['length'] }),
  48: tagged(long(), 1),
  60: { ...text({ length: long(3, 60), content: 'an' }), lenient: ['content', 'length'] },
})

export const STRESS_DIALECTS: Readonly<Record<string, Settings>> = {
  ber: BER,
  'ber-hex': BER_HEX,
  tagged: TAGGED,
  prefixes: PREFIXES,
  fixed: FIXED,
  long: LONG,
  composites: COMPOSITES,
  lenient: LENIENT,
}
