/** What others accept in silence, damaged in the same ways in every encoding of a message. */
import test from 'ava'
import { compileDialect } from '#iso8583'
import { decodeFault, encodeFault } from '../dialects.ts'

/** Often enough for readers of their own. */
const OFTEN = 40

const TEXTS = ['ascii', 'ebcdic-037', 'bcd'] as const
const PREFIXES = ['ascii', 'ebcdic', 'bcd', 'binary'] as const
const BITMAPS = ['binary', 'hex', 'hex-ebcdic'] as const

interface Line {
  readonly text: (typeof TEXTS)[number]
  readonly prefix: (typeof PREFIXES)[number]
  readonly bitmap: (typeof BITMAPS)[number]
}

const LINES: readonly Line[] = TEXTS.flatMap((text) =>
  PREFIXES.flatMap((prefix) => BITMAPS.map((bitmap) => ({ text, prefix, bitmap }))),
)

/** Of an odd count of digits, so that packed it has a filler. */
const PAN = '4111111111119'
const MESSAGE = { mti: '0200', fields: { 2: PAN, 11: '000123', 48: { '01': '5678' } } }
const BITMAP = '4020000000010000'

/** The pieces of the message by name, worked out apart from the codec. */
function piecesOf(line: Line): Map<string, Buffer> {
  const digits = (value: string) => digitsIn(line.text, value)
  const tag = [digits('01'), countIn(line.prefix, 2, line.text === 'bcd' ? 2 : 4), digits('5678')]
  return new Map([
    ['mti', digits('0200')],
    ['bitmap', bytesIn(line.bitmap, BITMAP)],
    ['2 length', countIn(line.prefix, 2, PAN.length)],
    ['2', digits(line.text === 'bcd' ? `0${PAN}` : PAN)],
    ['11', digits('000123')],
    ['48 length', countIn(line.prefix, 3, Buffer.concat(tag).length)],
    ['48', Buffer.concat(tag)],
  ])
}

function digitsIn(text: Line['text'], value: string): Buffer {
  if (text === 'bcd') return Buffer.from(value, 'hex')
  return Buffer.from(value.replace(/./g, text === 'ascii' ? '3$&' : 'f$&'), 'hex')
}

function countIn(prefix: Line['prefix'], digits: number, count: number): Buffer {
  if (prefix === 'binary') return Buffer.of(count)
  const decimal = String(count).padStart(digits, '0')
  if (prefix === 'bcd') return Buffer.from(decimal.padStart(digits + (digits % 2), '0'), 'hex')
  return digitsIn(prefix === 'ascii' ? 'ascii' : 'ebcdic-037', decimal)
}

function bytesIn(bitmap: Line['bitmap'], hex: string): Buffer {
  if (bitmap === 'binary') return Buffer.from(hex, 'hex')
  return bitmap === 'hex' ? Buffer.from(hex) : digitsIn('ebcdic-037', hex)
}

const prefixOf = ({ prefix }: Line, digits: number) =>
  prefix === 'binary' ? { bytes: 1, encoding: prefix } : { digits, encoding: prefix }

const compiled = (line: Line) =>
  compileDialect({
    name: 'any line',
    mti: { encoding: line.text },
    bitmap: { encoding: line.bitmap, count: 1 },
    defaults: { encoding: line.text },
    fields: {
      2: { name: 'x', content: 'n', length: { min: 12, max: 19, prefix: prefixOf(line, 2) } },
      11: { name: 'x', content: 'n', length: 6 },
      48: {
        name: 'x',
        length: { max: 99, prefix: prefixOf(line, 3) },
        composite: {
          kind: 'tagged',
          tag: { content: 'n', length: 2 },
          prefix: prefixOf(line, 2),
          parts: { '01': { name: 'x', content: 'n', length: 4 } },
        },
      },
    },
  })

interface Damage {
  readonly what: string
  readonly piece: string
  /** What stands in place of the piece; undefined where the line cannot have such damage. */
  readonly bytes: (line: Line, piece: Buffer) => Buffer | undefined
  /** Code, bytes from the start of the piece, path. */
  readonly fault: (line: Line, piece: Buffer) => string
}

/** The bytes by the encoding of a prefix. */
const lengthOf = (bytes: Partial<Record<Line['prefix'], string>>) => (line: Line) => {
  const hex = bytes[line.prefix]
  return hex === undefined ? undefined : Buffer.from(hex, 'hex')
}

const withLast = (piece: Buffer, byte: number) =>
  Buffer.concat([piece.subarray(0, -1), Buffer.of(byte)])

const DAMAGES: readonly Damage[] = [
  {
    what: 'a length with a sign, +9',
    piece: '2 length',
    bytes: lengthOf({ ascii: '2b39', ebcdic: '4ef9', bcd: 'b9' }),
    fault: () => 'LENGTH_INVALID 0 2',
  },
  {
    what: 'a length with a space before it',
    piece: '2 length',
    bytes: lengthOf({ ascii: '2039', ebcdic: '40f9', bcd: 'f9' }),
    fault: () => 'LENGTH_INVALID 0 2',
  },
  {
    what: 'a length with a letter, 1x',
    piece: '2 length',
    bytes: lengthOf({ ascii: '3178', ebcdic: 'f1a7', bcd: '1a' }),
    fault: () => 'LENGTH_INVALID 0 2',
  },
  {
    what: 'a length with an underscore, 1_0',
    piece: '48 length',
    bytes: lengthOf({ ascii: '315f30', ebcdic: 'f16df0', bcd: '01f0' }),
    fault: () => 'LENGTH_INVALID 0 48',
  },
  {
    what: 'a length of 20 where 19 is the most',
    piece: '2 length',
    bytes: lengthOf({ ascii: '3230', ebcdic: 'f2f0', bcd: '20', binary: '14' }),
    fault: () => 'LENGTH_OVER_MAX 0 2',
  },
  {
    what: 'a length of 11 where 12 is the least',
    piece: '2 length',
    bytes: lengthOf({ ascii: '3131', ebcdic: 'f1f1', bcd: '11', binary: '0b' }),
    fault: () => 'LENGTH_UNDER_MIN 0 2',
  },
  {
    what: 'a letter in a number',
    piece: '2',
    bytes: ({ text }, piece) =>
      withLast(piece, { ascii: 0x41, 'ebcdic-037': 0xc1, bcd: 0x1a }[text]),
    fault: ({ text }, { length }) =>
      `${text === 'bcd' ? 'NIBBLE_INVALID' : 'CONTENT_INVALID'} ${length - 1} 2`,
  },
  {
    what: 'another filling half byte',
    piece: '2',
    bytes: ({ text }) => (text === 'bcd' ? digitsIn(text, `5${PAN}`) : undefined),
    fault: () => 'PAD_INVALID 0 2',
  },
  {
    what: 'a character in the bitmap that is no hex',
    piece: 'bitmap',
    bytes: ({ bitmap }, piece) =>
      bitmap === 'binary' ? undefined : withLast(piece, bitmap === 'hex' ? 0x47 : 0xc7),
    fault: () => 'BITMAP_INVALID 15 bitmap',
  },
  {
    what: 'a bit without a field in the dialect',
    piece: 'bitmap',
    bytes: ({ bitmap }) => bytesIn(bitmap, BITMAP.replace(/0$/, '1')),
    fault: (_, { length }) => `FIELD_UNKNOWN ${length - 1} 64`,
  },
  {
    what: 'a tag that is not listed',
    piece: '48',
    bytes: ({ text }, piece) => {
      const tag = digitsIn(text, '02')
      return Buffer.concat([tag, piece.subarray(tag.length)])
    },
    fault: () => 'TAG_UNKNOWN 0 48',
  },
  {
    what: 'bytes behind the end',
    piece: '48',
    bytes: (_, piece) => Buffer.concat([piece, Buffer.of(0x40)]),
    fault: (_, { length }) => `TRAILING_BYTES ${length} message`,
  },
]

for (const line of LINES) {
  const named = `${line.text} with ${line.prefix} lengths and a ${line.bitmap} bitmap`
  const pieces = piecesOf(line)
  const bytes = Buffer.concat([...pieces.values()])
  const startOf = (piece: string) =>
    [...pieces]
      .slice(0, [...pieces.keys()].indexOf(piece))
      .reduce((sum, [, { length }]) => sum + length, 0)
  const often = compiled(line)

  test(`each damage is refused at its place in ${named}`, (t) => {
    t.deepEqual(often.pack(MESSAGE), bytes)
    for (let round = 0; round < OFTEN; round += 1) t.deepEqual(often.unpack(bytes), MESSAGE)
    for (const { what, piece, bytes: damaged, fault } of DAMAGES) {
      const good = pieces.get(piece) ?? Buffer.of()
      const bad = damaged(line, good)
      if (bad === undefined) continue
      const [code, at, path] = fault(line, good).split(' ')
      const expected = `${code} ${startOf(piece) + Number(at)} ${path}`
      const message = Buffer.concat([...new Map(pieces).set(piece, bad).values()])
      t.is(decodeFault(often, message), expected, what)
      t.is(decodeFault(compiled(line), message), expected, what)
    }
  })

  test(`a message cut anywhere is cut off where a piece begins in ${named}`, (t) => {
    for (let round = 0; round < OFTEN; round += 1) often.unpack(bytes)
    for (const [piece, { length }] of pieces) {
      const from = startOf(piece)
      for (let at = from; at < from + length; at += 1) {
        const expected = `TRUNCATED ${from} ${piece.split(' ')[0]}`
        t.is(decodeFault(often, bytes.subarray(0, at)), expected)
      }
    }
  })

  test(`a tag that comes twice is refused at its place in ${named}`, (t) => {
    const object = pieces.get('48') ?? Buffer.of()
    const twice = new Map(pieces)
      .set('48 length', countIn(line.prefix, 3, 2 * object.length))
      .set('48', Buffer.concat([object, object]))
    const expected = `TAG_DUPLICATE ${startOf('48') + object.length} 48.01`
    t.is(decodeFault(often, Buffer.concat([...twice.values()])), expected)
  })

  test(`what would be refused is not written in ${named}`, (t) => {
    const { fields } = MESSAGE
    const refused: readonly [fields: unknown, fault: string][] = [
      [{ ...fields, 2: '411111111111111A' }, 'CONTENT_INVALID 2'],
      [{ ...fields, 2: '4'.repeat(20) }, 'LENGTH_OVER_MAX 2'],
      [{ ...fields, 2: '4'.repeat(11) }, 'LENGTH_UNDER_MIN 2'],
      [{ ...fields, 11: '00012' }, 'LENGTH_UNDER_MIN 11'],
      [{ ...fields, 48: { '02': '5678' } }, 'TAG_UNKNOWN 48'],
      [{ ...fields, 64: '1' }, 'FIELD_UNKNOWN 64'],
    ]
    for (const [bad, fault] of refused) t.is(encodeFault(often, bad), fault)
  })
}
