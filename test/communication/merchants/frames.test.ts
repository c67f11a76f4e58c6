import test from 'ava'
import fc from 'fast-check'
import {
  createFrameReader,
  type Frame,
  FrameViolation,
  type FrameViolationCode,
  joinFrames,
} from '../../../src/communication/merchants/frames.ts'

const frames = fc.array(
  fc.record({
    correlation: fc.nat(0xffffffff),
    payload: fc.uint8Array({ minLength: 1, maxLength: 2000 }),
  }),
  { maxLength: 8 },
)

function readAll(pieces: Iterable<Buffer>, frameBytesMax = 4096): Frame[] {
  const reader = createFrameReader(frameBytesMax)
  const read: Frame[] = []
  for (const piece of pieces) {
    reader.push(piece)
    for (let frame = reader.next(); frame; frame = reader.next()) read.push(frame)
  }
  return read
}

function plain(list: readonly Frame[]) {
  return list.map(({ correlation, payload }) => [correlation, Buffer.from(payload).toString('hex')])
}

function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((it) => it % (whole.length + 1)).sort((a, b) => a - b)]
  return [...places, whole.length].flatMap((end, index, all) =>
    index === 0 ? [] : [whole.subarray(all[index - 1], end)],
  )
}

test('the same frames come out however the stream is cut', (t) => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 12 }), (sent, cuts) => {
      t.deepEqual(plain(readAll(pieces(joinFrames(sent), cuts))), plain(sent))
    }),
  )
})

test('the same frames come out of one-byte segments', (t) => {
  const sent = [1, 2, 3].map((correlation) => ({ correlation, payload: Buffer.alloc(600, 7) }))
  const bytes = joinFrames(sent)
  t.deepEqual(plain(readAll([...bytes].map((byte) => Buffer.of(byte)))), plain(sent))
})

test('a frame reads as the protocol says: length, correlation number, payload', (t) => {
  const bytes = Buffer.from('00000007deadbeef616263', 'hex')
  t.deepEqual(plain(readAll([bytes])), [[0xdeadbeef, '616263']])
  t.deepEqual(joinFrames([{ correlation: 0xdeadbeef, payload: Buffer.from('abc') }]), bytes)
})

const LENGTHS: readonly [length: number, outcome: FrameViolationCode | 'read'][] = [
  [0, 'FRAME_TOO_SHORT'],
  [1, 'FRAME_TOO_SHORT'],
  [4, 'FRAME_TOO_SHORT'],
  [5, 'read'],
  [100, 'read'],
  [101, 'FRAME_TOO_LONG'],
  [0xffff, 'FRAME_TOO_LONG'],
  [0x80000000, 'FRAME_TOO_LONG'],
  [0xffffffff, 'FRAME_TOO_LONG'],
]

for (const [length, outcome] of LENGTHS) {
  test(`a length field of ${length}, where 100 is the most, is ${outcome}, in every cut`, (t) => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(length)
    const rest = Buffer.alloc(outcome === 'read' ? length : 0)
    const whole = Buffer.concat([head, rest])
    for (let cut = 0; cut <= Math.min(whole.length, 12); cut += 1) {
      const read = () => readAll(pieces(whole, [cut]), 100)
      if (outcome === 'read') t.is(read().length, 1)
      else t.is(t.throws(read, { instanceOf: FrameViolation }).code, outcome)
    }
  })
}

test('a reader knows whether a frame is begun and not ended', (t) => {
  const reader = createFrameReader(100)
  const [first, rest] = pieces(joinFrames([{ correlation: 1, payload: Buffer.alloc(9) }]), [3])
  reader.push(first ?? Buffer.alloc(0))
  t.is(reader.next(), undefined)
  t.true(reader.begun)
  reader.push(rest ?? Buffer.alloc(0))
  t.is(reader.next()?.correlation, 1)
  t.is(reader.next(), undefined)
  t.false(reader.begun)
})

test('a frame that came in one piece is not copied', (t) => {
  const bytes = joinFrames([{ correlation: 1, payload: Buffer.from('abc') }])
  const [frame] = readAll([bytes])
  t.is(frame?.payload.buffer, bytes.buffer)
})

test('what is pushed while frames are left is kept behind them', (t) => {
  const reader = createFrameReader(100)
  for (const correlation of [1, 2]) {
    reader.push(joinFrames([{ correlation, payload: Buffer.from('x') }]))
  }
  t.deepEqual(
    [reader.next()?.correlation, reader.next()?.correlation, reader.next()],
    [1, 2, undefined],
  )
})
