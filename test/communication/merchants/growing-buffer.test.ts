import test from 'ava'
import { createGrowingBuffer } from '../../../src/communication/merchants/growing-buffer.ts'

test('a growing buffer takes its limit and not one byte more', (t) => {
  const buffer = createGrowingBuffer(1000)
  buffer.add(Buffer.alloc(1000, 1), 0, 1000)
  t.is(buffer.bytes, 1000)
  t.throws(() => buffer.add(Buffer.alloc(1), 0, 1), { instanceOf: RangeError })
  t.is(buffer.take().byteLength, 1000)
  t.is(buffer.bytes, 0)
})

test('a growing buffer makes room for what has arrived, not for what was announced', (t) => {
  const buffer = createGrowingBuffer(1_000_000)
  buffer.add(Buffer.from('abcd'), 1, 3)
  const taken = buffer.take()
  t.is(taken.toString(), 'bc')
  t.true(taken.buffer.byteLength < 100_000)
})
