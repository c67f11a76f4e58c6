import test from 'ava'
import {
  createBuffers,
  type Holder,
  Holding,
} from '../../../src/communication/merchants/buffers.ts'

/** Connections of which some keep us waiting; the names of those cut off, in order. */
function open(bytesMax: number) {
  const buffers = createBuffers(bytesMax)
  const holders = new Set<Holder>()
  const shed: string[] = []
  buffers.watch(holders)
  return {
    buffers,
    shed,
    connect(name: string, keepsWaitingSinceMs?: number): Holding {
      const holding = new Holding(buffers)
      const holder: Holder = {
        keepsWaitingSinceMs,
        shed() {
          shed.push(name)
          holders.delete(holder)
          holding.set(0)
        },
      }
      holders.add(holder)
      return holding
    },
  }
}

test('to the last byte nobody is cut off, and one more cuts off who keeps us waiting longest', (t) => {
  const { buffers, shed, connect } = open(800)
  connect('old', 10).set(300)
  connect('older', 5).set(101)
  connect('served').set(299)
  const young = connect('young', 20)
  young.set(100)
  t.deepEqual(shed, [])
  young.set(101)
  t.deepEqual(shed, ['older'])
  young.set(202)
  t.deepEqual(shed, ['older', 'old'])
  t.is(buffers.bytes(), 501)
})

test('room is made until an eighth is free', (t) => {
  const { buffers, shed, connect } = open(8_000)
  for (let index = 0; index < 80; index += 1) connect(`slow-${index}`, index).set(100)
  connect('one more', 100).set(1)
  t.is(shed.length, 11)
  t.is(buffers.bytes(), 6_901)
})

test('who waits for us is never cut off, and then nothing more is taken on', (t) => {
  const { buffers, shed, connect } = open(1_000)
  connect('served').set(900)
  t.false(buffers.isFull())
  buffers.change(101)
  t.true(buffers.isFull())
  connect('sender', 3).set(50)
  t.deepEqual(shed, ['sender'])
  buffers.change(-101)
  t.false(buffers.isFull())
})
