import test from 'ava'
import fc from 'fast-check'
import {
  compileDialect,
  compileFrameHeader,
  DIAGNOSED_BYTES_MAX,
  DIAGNOSED_CANDIDATES_MAX,
  type DialectCandidate,
  diagnose,
  type FrameHeader,
} from '#iso8583'
import { DIAGNOSED_READINGS_MAX } from '../../../src/iso8583/diagnosis/diagnose.ts'
import { messagesOf } from '../arbitrary-messages.ts'
import { meridian, projectJson } from '../dialects.ts'
import { packet6Of, packetOf, SALE } from './captures.ts'

const header = compileFrameHeader({ length: { bytes: 2, encoding: 'binary' } })
const home: DialectCandidate = { name: 'meridian', dialect: meridian(), header }
const NAMES = ['iso87ascii', 'iso87binary', 'iso93ascii', 'iso93binary']
const others = NAMES.map((name) => ({
  name,
  dialect: compileDialect(projectJson(`test/vectors/${name}.dialect.json`)),
}))
const candidates = [...others, home]
const hex = (bytes: Uint8Array) => diagnose([{ how: 'hex', bytes }], candidates)

const length = (bytes: number, encoding: string, more: object = {}) => ({
  length: { bytes, encoding, ...more },
})
const tpdu = { tpdu: { id: '60', destination: '0001', source: '0203' } }

const FRAMES: readonly [name: string, header: FrameHeader][] = [
  ['2-byte binary length', header],
  [
    '2-byte binary length that counts itself',
    compileFrameHeader(length(2, 'binary', { includesItself: true })),
  ],
  ['4-digit ASCII length', compileFrameHeader(length(4, 'ascii'))],
  [
    '4-digit ASCII length that counts itself',
    compileFrameHeader(length(4, 'ascii', { includesItself: true })),
  ],
  ['2-byte packed length', compileFrameHeader(length(2, 'bcd'))],
  ['4-byte binary length', compileFrameHeader(length(4, 'binary'))],
  ['2-byte binary length and TPDU', compileFrameHeader({ ...length(2, 'binary'), ...tpdu })],
  ['2-byte packed length and TPDU', compileFrameHeader({ ...length(2, 'bcd'), ...tpdu })],
]

for (const [name, frame] of FRAMES) {
  test(`a message behind a ${name} is recognised with it`, (t) => {
    const [best] = hex(frame.wrap(SALE)).verdicts
    t.is(best?.kind, 'fit')
    t.like(best?.frame, { header: name, at: frame.bytes, bytes: SALE.length, missingBytes: 0 })
    t.is(best?.candidate.name, 'meridian')
  })
}

test('a message without a header, behind a TPDU alone, or in a packet is recognised', (t) => {
  t.is(hex(SALE).verdicts[0]?.frame.header, 'no header')
  const bare = Buffer.concat([Buffer.from('6000010002', 'hex'), SALE])
  t.is(hex(bare).verdicts[0]?.frame.header, 'TPDU')
  const framed = header.wrap(SALE)
  for (const packet of [packetOf(framed), packet6Of(framed)]) {
    t.is(hex(packet).verdicts[0]?.kind, 'fit')
    t.is(hex(packet).verdicts[0]?.frame.header, 'TCP segment, 2-byte binary length')
  }
})

test('what the capture lacks of a frame, or has behind it, is counted', (t) => {
  const two = Buffer.concat([header.wrap(SALE), header.wrap(SALE)])
  t.like(hex(two).verdicts[0], { kind: 'fit', frame: { restBytes: SALE.length + 2 } })
  const cut = header.wrap(SALE).subarray(0, -10)
  t.like(hex(cut).verdicts[0], { kind: 'misfit', code: 'TRUNCATED', frame: { missingBytes: 10 } })
  t.regex(hex(cut).hints.join('\n'), /2-byte binary length would ask for 10 bytes more/)
})

test('every dialect has its verdict: those that fit first, then the one that got furthest', (t) => {
  const { verdicts } = hex(header.wrap(SALE))
  t.deepEqual(verdicts.map(({ candidate }) => candidate.name).sort(), [...NAMES, 'meridian'].sort())
  t.deepEqual(
    verdicts.slice(0, 2).map(({ kind, isOwnHeader }) => [kind, isOwnHeader]),
    [
      ['fit', true],
      ['fit', false],
    ],
  )
  const offsets = verdicts.flatMap((verdict) => (verdict.kind === 'misfit' ? [verdict.offset] : []))
  t.deepEqual(
    offsets,
    [...offsets].sort((a, b) => b - a),
  )
})

test('a dialect that gives the message type a meaning is likelier than one that does not', (t) => {
  t.deepEqual(
    hex(SALE)
      .verdicts.slice(0, 2)
      .map(({ candidate }) => candidate.name),
    ['meridian', 'iso87ascii'],
  )
})

test('readings are tried in their order', (t) => {
  const readings = [
    { how: 'hex', bytes: Buffer.from(SALE.toString('hex')) },
    { how: 'hex of hex', bytes: SALE },
  ]
  t.is(diagnose(readings, candidates).verdicts[0]?.how, 'hex of hex')
})

test('a reading that does not fit leaves the first one’s verdict', (t) => {
  const readings = [
    { how: 'hex', bytes: SALE.subarray(0, 4) },
    { how: 'text', bytes: SALE.subarray(0, -1) },
  ]
  t.true(diagnose(readings, candidates).verdicts.every(({ how }) => how === 'hex'))
})

test('there are hints where nothing fits, and none where something does', (t) => {
  t.deepEqual(hex(SALE).hints, [])
  const ebcdic = Buffer.from(
    SALE.map((byte) => (byte >= 0x30 && byte <= 0x39 ? byte + 0xc0 : byte)),
  )
  t.regex(hex(ebcdic).hints.join('\n'), /EBCDIC digits like a message type stand at byte 0/)
  const late = Buffer.concat([Buffer.from('HEADER'), SALE, Buffer.from('\n')])
  t.regex(hex(late).hints.join('\n'), /a message type and a bitmap in ASCII stand at byte 6/)
  t.regex(hex(late).hints.join('\n'), /line end/)
})

test('no verdict and no hint holds bytes of the message', (t) => {
  const damaged = Buffer.from(SALE)
  damaged[60] = 0x58
  const { verdicts, hints } = hex(damaged)
  const told = JSON.stringify([verdicts.map(({ candidate: _, ...told }) => told), hints])
  t.false(told.includes('4539578763621486'))
  t.regex(told, /"hint":"the bytes there look like/)
})

test('work is bounded in bytes, dialects and readings', (t) => {
  const full = [{ how: 'hex', bytes: Buffer.alloc(DIAGNOSED_BYTES_MAX) }]
  t.notThrows(() => diagnose(full, candidates))
  const over = [{ how: 'hex', bytes: Buffer.alloc(DIAGNOSED_BYTES_MAX + 1) }]
  t.throws(() => diagnose(over, candidates), { instanceOf: RangeError })
  const many = Array.from({ length: DIAGNOSED_CANDIDATES_MAX }, () => home)
  t.notThrows(() => diagnose([{ how: 'hex', bytes: SALE }], many))
  t.throws(() => diagnose([], [...many, home]), { instanceOf: RangeError })
  const readings = Array.from({ length: DIAGNOSED_READINGS_MAX + 1 }, () => full[0])
  t.notThrows(() => diagnose(readings.slice(1) as never, []))
  t.throws(() => diagnose(readings as never, []), { instanceOf: RangeError })
})

test('any bytes have a verdict', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const { verdicts } = hex(bytes)
      t.is(verdicts.length, candidates.length)
    }),
    { numRuns: 200 },
  )
})

test('any message of a dialect fits it, in its frame or bare', (t) => {
  fc.assert(
    fc.property(messagesOf(home.dialect), fc.boolean(), (message, isFramed) => {
      const bytes = home.dialect.pack(message)
      const { verdicts } = hex(isFramed ? header.wrap(bytes) : bytes)
      const own = verdicts.find(({ candidate }) => candidate === home)
      t.is(own?.kind, 'fit')
    }),
    { numRuns: 60 },
  )
})
