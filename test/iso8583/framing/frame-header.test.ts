import test from 'ava'
import { compileFrameHeader, createFramer, DialectError } from '#iso8583'

const WRAPPED: readonly [what: string, specification: unknown, hex: string][] = [
  ['two binary bytes', { length: { bytes: 2, encoding: 'binary' } }, '0003616263'],
  [
    'two binary bytes that include themselves',
    { length: { bytes: 2, encoding: 'binary', includesItself: true } },
    '0005616263',
  ],
  ['three binary bytes', { length: { bytes: 3, encoding: 'binary' } }, '000003616263'],
  ['four binary bytes', { length: { bytes: 4, encoding: 'binary' } }, '00000003616263'],
  ['four ASCII digits', { length: { bytes: 4, encoding: 'ascii' } }, '30303033616263'],
  ['two packed bytes', { length: { bytes: 2, encoding: 'bcd' } }, '0003616263'],
  [
    'a TPDU, which the length counts',
    {
      length: { bytes: 2, encoding: 'binary' },
      tpdu: { id: '60', destination: '0001', source: '0203' },
    },
    '00086000010203616263',
  ],
]

for (const [what, specification, hex] of WRAPPED) {
  test(`a frame with ${what} is ${hex}`, (t) => {
    const header = compileFrameHeader(specification)
    t.is(header.wrap(Buffer.from('abc')).toString('hex'), hex)
    const [message] = createFramer(header, { frameBytesMax: 3 }).push(Buffer.from(hex, 'hex'))
    t.is(Buffer.from(message ?? []).toString(), 'abc')
  })
}

const WITH_TPDU = {
  length: { bytes: 2, encoding: 'binary' },
  tpdu: { id: '60', destination: '0001', source: '0203' },
}

test('an answer carries the TPDU of what it answers with source and destination swapped', (t) => {
  const header = compileFrameHeader(WITH_TPDU)
  const framer = createFramer(header, { frameBytesMax: 9 })
  framer.push(Buffer.from('000660aabbccdd010006601122334402', 'hex'))
  t.deepEqual(
    framer.tpdus.map((tpdu) => header.wrap(Buffer.from('x'), tpdu).toString('hex')),
    ['000660ccddaabb78', '0006603344112278'],
  )
})

test('a TPDU of another kind is refused', (t) => {
  const framer = createFramer(compileFrameHeader(WITH_TPDU), { frameBytesMax: 9 })
  t.throws(() => framer.push(Buffer.from('0006680000000001', 'hex')), {
    code: 'TPDU_INVALID',
  })
})

test('the greatest message that the length can say passes, one byte more is refused', (t) => {
  const header = compileFrameHeader({ length: { bytes: 4, encoding: 'ascii' } })
  t.is(header.wrap(Buffer.alloc(9999)).length, 10_003)
  t.throws(() => header.wrap(Buffer.alloc(10_000)), { name: 'FrameError', code: 'FRAME_TOO_LONG' })
})

test('a header with faults is refused with all of them', (t) => {
  const error = t.throws(
    () =>
      compileFrameHeader({
        length: { bytes: 9, encoding: 'binary', includes: true },
        tpdu: { id: '6', destination: 'zzzz' },
        poll: 'maybe',
      }),
    { instanceOf: DialectError },
  )
  t.deepEqual(error?.faults.map(({ path }) => path.join('.')).sort(), [
    'length.bytes',
    'length.includes',
    'poll',
    'tpdu',
    'tpdu.destination',
    'tpdu.id',
  ])
})
