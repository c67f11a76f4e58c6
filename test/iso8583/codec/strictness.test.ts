import test from 'ava'
import { decodeFault, dialectOf, encodeFault, HEAD, meridian } from '../dialects.ts'

const dialect = meridian()
const PAN = '4111111111111111'

/** Bytes of a message with the bitmap given and this body. */
const bytesOf = (bitmap: string, body: string) => Buffer.from(`0200${bitmap}${body}`, 'latin1')
const PAN_ONLY = '4000000000000000'

const DAMAGED: readonly [what: string, bytes: Buffer, fault: string][] = [
  ['nothing at all', Buffer.alloc(0), 'TRUNCATED 0 mti'],
  ['half a message type', Buffer.from('02'), 'TRUNCATED 0 mti'],
  ['a letter in the message type', Buffer.from(`02X0${PAN_ONLY}16${PAN}`), 'CONTENT_INVALID 2 mti'],
  ['no bitmap', Buffer.from('0200'), 'TRUNCATED 4 bitmap'],
  ['half a bitmap', Buffer.from('020040000000'), 'TRUNCATED 4 bitmap'],
  [
    'a character in the bitmap that is no hex',
    bytesOf('400000000000000G', `16${PAN}`),
    'BITMAP_INVALID 19 bitmap',
  ],
  ['trailing bytes', bytesOf(PAN_ONLY, `16${PAN}X`), 'TRAILING_BYTES 38 message'],
  ['a value cut off', bytesOf(PAN_ONLY, `16${PAN.slice(1)}`), 'TRUNCATED 22 2'],
  ['a length cut off', bytesOf(PAN_ONLY, '1'), 'TRUNCATED 20 2'],
  ['a length with a sign', bytesOf(PAN_ONLY, `+9${PAN}`), 'LENGTH_INVALID 20 2'],
  ['a length with a space', bytesOf(PAN_ONLY, ` 9${PAN}`), 'LENGTH_INVALID 20 2'],
  ['a length with a letter', bytesOf(PAN_ONLY, `1x${PAN}`), 'LENGTH_INVALID 20 2'],
  ['a length over the maximum', bytesOf(PAN_ONLY, `20${PAN}1111`), 'LENGTH_OVER_MAX 20 2'],
  ['a length under the minimum', bytesOf(PAN_ONLY, '1141111111111'), 'LENGTH_UNDER_MIN 20 2'],
  ['a letter in a number', bytesOf(PAN_ONLY, `16411111111111111A`), 'CONTENT_INVALID 37 2'],
  [
    'a byte above ASCII in a text',
    bytesOf('0000000000800000', 'TERM000\xe9'),
    'CONTENT_INVALID 27 41',
  ],
  ['a month of 13', bytesOf('0008000000000000', '1301'), 'CONTENT_INVALID 20 13'],
  ['a length with an underscore', bytesOf('0000000000010000', '1_0'), 'LENGTH_INVALID 20 48'],
  ['a tag that is not listed', bytesOf('0000000000010000', '0059901x'), 'TAG_UNKNOWN 23 48'],
  ['a tag that is no number', bytesOf('0000000000010000', '005x201x'), 'TAG_INVALID 23 48'],
  [
    'a tag that comes twice',
    bytesOf('0000000000010000', '010450114501 1'.replace(' ', '')),
    'TAG_DUPLICATE 28 48.45',
  ],
  [
    'a tag that reaches past its element',
    bytesOf('0000000000010000', '006920512'),
    'LENGTH_OVER_MAX 25 48.92',
  ],
  ['a tag cut off by its element', bytesOf('0000000000010000', '0069204123'), 'TRUNCATED 27 48.92'],
  [
    'a bit without a field in the dialect',
    bytesOf('C000000000000000', `800000000000000016${PAN}`),
    'FIELD_UNKNOWN 20 65',
  ],
  [
    'a second bitmap that is empty',
    bytesOf('C000000000000000', `000000000000000016${PAN}`),
    'BITMAP_INVALID 20 bitmap',
  ],
  ['a second bitmap that is missing', bytesOf('8000000000000000', '12'), 'TRUNCATED 20 bitmap'],
]

for (const [what, bytes, fault] of DAMAGED) {
  test(`${what} is refused: ${fault}`, (t) => t.is(decodeFault(dialect, bytes), fault))
}

test('the same message undamaged is read, and lower-case bitmap hex with it', (t) => {
  t.is(decodeFault(dialect, bytesOf(PAN_ONLY, `16${PAN}`)), 'accepted')
  t.is(decodeFault(dialect, bytesOf('000000000080000a'.replace('a', '0'), 'TERM0001')), 'accepted')
  const lower = Buffer.from('08000220000000800000123456TERM0001'.replace('0220', '0020'))
  t.is(decodeFault(dialect, lower), 'accepted')
})

test('no refusal carries bytes of the message', (t) => {
  for (const [, bytes] of DAMAGED) {
    const error = t.throws(() => dialect.unpack(bytes), { name: 'DecodeError' })
    t.notRegex(error.message, /411|TERM|x20|1x|\+9/)
  }
})

const REFUSED: readonly [what: string, fields: unknown, fault: string][] = [
  ['a number with a letter', { 2: '411111111111111A' }, 'CONTENT_INVALID 2'],
  ['a value over its maximum', { 2: '4'.repeat(20) }, 'LENGTH_OVER_MAX 2'],
  ['a value under its minimum', { 2: '4'.repeat(11) }, 'LENGTH_UNDER_MIN 2'],
  ['a short fixed value', { 4: '1000' }, 'LENGTH_UNDER_MIN 4'],
  ['a character beyond one byte', { 41: 'TERM\u0141' }, 'CONTENT_INVALID 41'],
  ['a control character', { 41: 'TERM\n' }, 'CONTENT_INVALID 41'],
  ['a padded value that is all padding', { 41: '   ' }, 'LENGTH_UNDER_MIN 41'],
  ['a day of 32', { 7: '1132000000' }, 'CONTENT_INVALID 7'],
  ['binary with an odd count of digits', { 64: '0'.repeat(15) }, 'CONTENT_INVALID 64'],
  ['binary that is no hex', { 64: 'G'.repeat(16) }, 'CONTENT_INVALID 64'],
  ['an amount with another sign', { 28: 'X00000000' }, 'CONTENT_INVALID 28'],
  ['an element the dialect does not have', { 65: '1' }, 'FIELD_UNKNOWN 65'],
  ['an element beyond the bitmaps', { 129: '1' }, 'FIELD_UNKNOWN 129'],
  ['a key that is no element', { [PAN]: '1' }, 'FIELD_UNKNOWN message'],
  ['a key with a leading zero', { '04': '000000000000' }, 'FIELD_UNKNOWN message'],
  ['a number for a value', { 4: 1000 }, 'VALUE_TYPE 4'],
  ['nothing for a value', { 4: undefined }, 'VALUE_TYPE 4'],
  ['null for a value', { 4: null }, 'VALUE_TYPE 4'],
  ['a composite for a text', { 4: {} }, 'VALUE_TYPE 4'],
  ['a text for a composite', { 43: 'Shop' }, 'VALUE_TYPE 43'],
  ['a list for a composite', { 48: ['1'] }, 'VALUE_TYPE 48'],
  ['a composite without a part', { 43: { name: 'Shop', city: 'Rome' } }, 'PART_MISSING 43.country'],
  [
    'a composite with a strange part',
    { 43: { name: 'S', city: 'R', country: 'IT', zip: '1' } },
    'PART_UNKNOWN 43',
  ],
  ['a composite without a tag', { 48: {} }, 'LENGTH_UNDER_MIN 48'],
  ['a tag that is not listed', { 48: { 99: 'x' } }, 'TAG_UNKNOWN 48'],
  ['a tag with a wrong value', { 48: { 92: '12a' } }, 'CONTENT_INVALID 48.92'],
  ['a tag over its maximum', { 48: { 92: '12345' } }, 'LENGTH_OVER_MAX 48.92'],
  ['no fields', undefined, 'VALUE_TYPE message'],
  ['a list of fields', [], 'VALUE_TYPE message'],
]

for (const [what, fields, fault] of REFUSED) {
  test(`packing refuses ${what}: ${fault}`, (t) => t.is(encodeFault(dialect, fields), fault))
}

test('packing refuses a message type that is not four digits', (t) => {
  t.is(encodeFault(dialect, {}, '020'), 'LENGTH_UNDER_MIN mti')
  t.is(encodeFault(dialect, {}, '02000'), 'LENGTH_OVER_MAX mti')
  t.is(encodeFault(dialect, {}, '02O0'), 'CONTENT_INVALID mti')
})

test('a length is accepted at its limits and refused one past them', (t) => {
  const element = { name: 'x', content: 'ans', length: { min: 2, max: 5, prefix: { digits: 2 } } }
  const limited = dialectOf(element)
  const of = (length: number) =>
    Buffer.from(`${HEAD}${String(length).padStart(2, '0')}${'x'.repeat(length)}`)
  t.deepEqual(
    [1, 2, 5, 6].map((length) => decodeFault(limited, of(length)).split(' ')[0]),
    ['LENGTH_UNDER_MIN', 'accepted', 'accepted', 'LENGTH_OVER_MAX'],
  )
  t.deepEqual(
    [1, 2, 5, 6].map((length) => encodeFault(limited, { 2: 'x'.repeat(length) }).split(' ')[0]),
    ['LENGTH_UNDER_MIN', 'accepted', 'accepted', 'LENGTH_OVER_MAX'],
  )
})
