import test from 'ava'
import fc from 'fast-check'
import { CAPTURE_CHARACTERS_MAX, readingsOf } from '../../../src/cli/message/capture.ts'
import { RECORDED } from './recorded-dumps.ts'

const BYTES = Buffer.from('0800822000000000000004000000000000001122100000000001301', 'latin1')
const HEX = BYTES.toString('hex')

const PLAIN: readonly [what: string, text: string][] = [
  ['plain', HEX],
  ['upper case', HEX.toUpperCase()],
  ['with spaces', HEX.replace(/../g, '$& ')],
  ['with colons', HEX.replace(/..(?!$)/g, '$&:')],
  ['as a list', HEX.replace(/../g, '0x$&, ')],
  ['as escapes', HEX.replace(/../g, '\\x$&')],
  ['in lines', HEX.replace(/.{32}/g, '$&\r\n')],
]

for (const [what, text] of PLAIN) {
  test(`hex ${what} is read`, (t) => t.deepEqual(readingsOf(text)[0], { how: 'hex', bytes: BYTES }))
}

/** 16 bytes a line: the offset, the bytes, the same as text. */
function dumped(line: (offset: number, bytes: Buffer, text: string) => string): string {
  const lines: string[] = []
  for (let at = 0; at < BYTES.length; at += 16) {
    const bytes = BYTES.subarray(at, at + 16)
    lines.push(line(at, bytes, bytes.toString('latin1')))
  }
  return `${lines.join('\n')}\n`
}

const offset = (at: number, digits: number) => at.toString(16).padStart(digits, '0')
const pairs = (bytes: Buffer) => bytes.toString('hex').replace(/..(?!$)/g, '$& ')
const fours = (bytes: Buffer) => bytes.toString('hex').replace(/....(?!$)/g, '$& ')

const DUMPS: readonly [what: string, text: string][] = [
  [
    'hexdump -C',
    dumped((at, bytes, text) => {
      const halves = [bytes.subarray(0, 8), bytes.subarray(8)].map(pairs).join('  ')
      return `${offset(at, 8)}  ${halves.padEnd(48)}  |${text}|`
    }).concat(offset(BYTES.length, 8)),
  ],
  ['xxd', dumped((at, bytes, text) => `${offset(at, 8)}: ${fours(bytes).padEnd(39)}  ${text}`)],
  [
    'tcpdump',
    dumped((at, bytes, text) => `\t0x${offset(at, 4)}:  ${fours(bytes).padEnd(39)}  ${text}`),
  ],
  [
    'Wireshark',
    dumped((at, bytes, text) => `${offset(at, 4)}   ${pairs(bytes).padEnd(47)}   ${text}`),
  ],
  ['Wireshark without text', dumped((at, bytes) => `${offset(at, 4)}  ${pairs(bytes)}`)],
]

for (const [what, text] of DUMPS) {
  test(`a dump as ${what} makes it is read`, (t) => {
    t.deepEqual(readingsOf(text), [{ how: 'dump', bytes: BYTES }])
  })
}

for (const [index, [program, hex, text]] of RECORDED.entries()) {
  test(`what ${program} wrote is read, recording ${index + 1} of ${hex.length / 2} bytes`, (t) => {
    t.deepEqual(readingsOf(text)[0]?.bytes, Buffer.from(hex, 'hex'))
  })
}

test('lines that hexdump left out are filled in', (t) => {
  const text = '00000000  30 30 30 30 30 30 30 30  30 30 30 30 30 30 30 30  |0000000000000000|\n*\n'
  const end = '00000030  31                                                |1|\n00000031\n'
  const expected = Buffer.concat([Buffer.alloc(48, '0'), Buffer.from('1')])
  t.deepEqual(readingsOf(text + end)[0]?.bytes, expected)
})

test('hex of hex is tried too, and text as it stands', (t) => {
  const twice = readingsOf(Buffer.from(HEX).toString('hex'))
  t.deepEqual(
    twice.map(({ how }) => how),
    ['hex', 'hex of hex', 'text'],
  )
  t.deepEqual(twice[1]?.bytes, BYTES)
  t.deepEqual(readingsOf('0800 ...\n'), [{ how: 'text', bytes: Buffer.from('0800 ...') }])
})

test('an empty text has no reading', (t) => {
  for (const text of ['', '\n', '   \n*\n'.slice(3)]) {
    t.deepEqual(
      readingsOf(text).filter(({ how }) => how !== 'text'),
      [],
      text,
    )
  }
})

test('any text is read or not, in time in proportion to it', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f *\n:]*$/)), (text) => {
      t.true(readingsOf(text).every(({ bytes }) => bytes.byteLength > 0))
    }),
  )
  const size = CAPTURE_CHARACTERS_MAX
  const started = performance.now()
  for (const unit of ['\n', ' ', '0', '0 ', '0000 ', '00000000  30\n*\n', '*\n']) {
    readingsOf(`${unit.repeat(size / unit.length)}x`)
  }
  const squeezed = Array.from({ length: 20_000 }, (_, line) =>
    line % 2 === 0 ? `${(200_000 * line).toString(16).padStart(8, '0')}  30` : '*',
  )
  readingsOf(squeezed.join('\n'))
  t.true(performance.now() - started < 4_000)
})

test('an offset that is wrong makes it no dump', (t) => {
  t.is(readingsOf('0000  30 31\n0003  32\n')[0]?.how, 'hex')
  t.is(readingsOf('0000  30 31\n0002  xx\n')[0]?.how, 'text')
})
