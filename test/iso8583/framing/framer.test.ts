import test from 'ava'
import fc from 'fast-check'
import { compileFrameHeader, createFramer, FrameError, type FrameHeader } from '#iso8583'

const HEADERS: readonly [name: string, header: FrameHeader][] = [
  ['two binary bytes', compileFrameHeader({ length: { bytes: 2, encoding: 'binary' } })],
  [
    'four binary bytes that include themselves',
    compileFrameHeader({ length: { bytes: 4, encoding: 'binary', includesItself: true } }),
  ],
  ['four ASCII digits', compileFrameHeader({ length: { bytes: 4, encoding: 'ascii' } })],
  ['two packed bytes', compileFrameHeader({ length: { bytes: 2, encoding: 'bcd' } })],
  [
    'two binary bytes and a TPDU',
    compileFrameHeader({
      length: { bytes: 2, encoding: 'binary' },
      tpdu: { id: '60', destination: '0001', source: '0002' },
    }),
  ],
]

/** Cuts bytes where the numbers say. */
function segments(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
}

for (const [name, header] of HEADERS) {
  test(`messages behind ${name} come out as they went in, whatever the segments`, (t) => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 20 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map((message) => header.wrap(message)))
        const framer = createFramer(header, { frameBytesMax: 300 })
        const received = segments(stream, cuts).flatMap((chunk) => framer.push(chunk))
        t.deepEqual(
          received.map((message) => [...message]),
          sent.map((message) => [...message]),
        )
      }),
      { numRuns: 200 },
    )
  })

  test(`messages behind ${name} come out of single bytes`, (t) => {
    const sent = [Buffer.from('first'), Buffer.alloc(300, 7), Buffer.from('last')]
    const stream = Buffer.concat(sent.map((message) => header.wrap(message)))
    const framer = createFramer(header, { frameBytesMax: 300 })
    const received = [...stream].flatMap((byte) => framer.push(Buffer.of(byte)))
    t.deepEqual(
      received.map((message) => Buffer.from(message)),
      sent,
    )
  })

  test(`a message at the limit behind ${name} passes, a longer length is refused`, (t) => {
    const framer = createFramer(header, { frameBytesMax: 64 })
    t.is(framer.push(header.wrap(Buffer.alloc(64)))[0]?.byteLength, 64)
    const head = header.wrap(Buffer.alloc(65)).subarray(0, header.bytes)
    t.throws(() => framer.push(head), { instanceOf: FrameError, code: 'FRAME_TOO_LONG' })
  })
}

test('a length that is no number is refused', (t) => {
  const [, ascii] = HEADERS[2] ?? t.fail() ?? []
  for (const length of ['-001', '+012', ' 012', '1_00', '0x10']) {
    const framer = createFramer(ascii as FrameHeader, { frameBytesMax: 300 })
    t.throws(() => framer.push(Buffer.from(length)), { code: 'LENGTH_INVALID' }, length)
  }
})

test('a length that is less than it has to include is refused', (t) => {
  const [, header] = HEADERS[1] ?? t.fail() ?? []
  const framer = createFramer(header as FrameHeader, { frameBytesMax: 300 })
  t.throws(() => framer.push(Buffer.from([0, 0, 0, 3])), { code: 'LENGTH_INVALID' })
})

test('after a lie the stream has no meaning: every further push is refused the same way', (t) => {
  const header = compileFrameHeader({ length: { bytes: 4, encoding: 'ascii' } })
  const framer = createFramer(header, { frameBytesMax: 300 })
  t.throws(() => framer.push(Buffer.from('abcd')), { code: 'LENGTH_INVALID' })
  t.throws(() => framer.push(header.wrap(Buffer.from('good'))), { code: 'LENGTH_INVALID' })
})

test('messages that were whole before a lie in the same chunk can be had', (t) => {
  const header = compileFrameHeader({ length: { bytes: 4, encoding: 'ascii' } })
  const framer = createFramer(header, { frameBytesMax: 300 })
  const chunk = Buffer.concat([header.wrap(Buffer.from('good')), Buffer.from('abcd')])
  t.throws(() => framer.push(chunk), { code: 'LENGTH_INVALID' })
  t.deepEqual(framer.messages.map(String), [String(Buffer.from('good'))])
  t.throws(() => framer.push(Buffer.alloc(0)))
  t.deepEqual(framer.messages, [])
})

test('a frame without a message is passed on empty, or refused where asked', (t) => {
  const length = { bytes: 2, encoding: 'binary' }
  const passing = createFramer(compileFrameHeader({ length }), { frameBytesMax: 9 })
  t.deepEqual(
    passing.push(Buffer.of(0, 0)).map((message) => message.byteLength),
    [0],
  )
  const refusing = createFramer(compileFrameHeader({ length, poll: 'refused' }), {
    frameBytesMax: 9,
  })
  t.throws(() => refusing.push(Buffer.of(0, 0)), { code: 'FRAME_EMPTY' })
})
