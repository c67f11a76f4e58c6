import test from 'ava'
import { createGathering } from '../../src/communication/gathering.ts'

test('a gathering takes its limit and not one byte more', (t) => {
  const gathering = createGathering(1000)
  gathering.add(Buffer.alloc(1000, 1), 0, 1000)
  t.is(gathering.bytes, 1000)
  t.throws(() => gathering.add(Buffer.alloc(1), 0, 1), { instanceOf: RangeError })
  t.is(gathering.take().byteLength, 1000)
  t.is(gathering.bytes, 0)
})

test('a gathering makes room for what has arrived, not for what was announced', (t) => {
  const gathering = createGathering(1_000_000)
  gathering.add(Buffer.from('abcd'), 1, 3)
  const taken = gathering.take()
  t.is(taken.toString(), 'bc')
  t.true(taken.buffer.byteLength < 100_000)
})
