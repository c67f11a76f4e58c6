import test from 'ava'
import fc from 'fast-check'
import { DecodeError, type Dialect, type ReadBefore, readBefore } from '#iso8583'
import { messagesOf } from './arbitrary-messages.ts'
import { meridian } from './dialects.ts'

const dialect = meridian()

function before(of: Dialect, bytes: Uint8Array): ReadBefore | undefined {
  try {
    of.unpack(bytes)
  } catch (error) {
    if (error instanceof DecodeError) return readBefore(of, bytes, error)
    throw error
  }
  throw new TypeError('the message is read whole')
}

test('the elements before the one at fault are read, and where that one begins is told', (t) => {
  const bytes = dialect.pack({
    mti: '0200',
    fields: { 3: '000000', 4: '000000001250', 11: '000101' },
  })
  bytes.write('X', 20 + 6 + 12 + 3)
  t.deepEqual(before(dialect, bytes), {
    message: { mti: '0200', fields: { 3: '000000', 4: '000000001250' } },
    bytes: 38,
  })
})

test('of a message with bytes behind it everything is read', (t) => {
  const message = { mti: '0200', fields: { 3: '000000' } }
  const bytes = Buffer.concat([dialect.pack(message), Buffer.from('0')])
  t.deepEqual(before(dialect, bytes), { message, bytes: 26 })
})

test('nothing is certain when the fault is in the message type or in a bitmap', (t) => {
  const unknown = '020080000000000000008000000000000000'
  for (const text of ['0X00', '02', '02004000X0000000000', '0200C000000000000000', unknown]) {
    t.is(before(dialect, Buffer.from(text)), undefined, text)
  }
})

test('wherever a message is cut, what stands before the cut is read', (t) => {
  fc.assert(
    fc.property(messagesOf(dialect), fc.nat(), (message, cut) => {
      const bytes = dialect.pack(message)
      const read = before(dialect, bytes.subarray(0, cut % bytes.length))
      if (read === undefined) return
      const numbers = Object.keys(message.fields).slice(0, Object.keys(read.message.fields).length)
      t.deepEqual(Object.keys(read.message.fields), numbers)
      for (const number of numbers) {
        t.deepEqual(read.message.fields[number], message.fields[number])
      }
      t.true(read.bytes <= cut % bytes.length)
    }),
    { numRuns: 100 },
  )
})
