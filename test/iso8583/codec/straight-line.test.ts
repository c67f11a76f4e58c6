import test from 'ava'
import fc from 'fast-check'
import { messagesOf } from '../arbitrary-messages.ts'
import { decodeFault, meridian } from '../dialects.ts'

/** Often enough for a set of elements to get its straight-line reader. */
const OFTEN = 40

test('a message that comes often is read as one that comes first', (t) => {
  fc.assert(
    fc.property(messagesOf(meridian()), (message) => {
      const dialect = meridian()
      const bytes = dialect.pack(message)
      for (let round = 0; round < OFTEN; round += 1) dialect.unpack(bytes)
      t.deepEqual(dialect.unpack(bytes), message)
    }),
    { numRuns: 20 },
  )
})

test('damage to a message that comes often is refused as in one that comes first', (t) => {
  const often = meridian()
  const fields = {
    2: '4111111111111111',
    4: '000000001000',
    7: '1123001500',
    28: 'C00000010',
    37: 'ABC123DEF456',
  }
  const rest = { 41: 'TERM1', 48: { 92: '123' }, 64: '0011223344556677' }
  const bytes = often.pack({ mti: '0200', fields: { ...fields, ...rest } })
  for (let round = 0; round < OFTEN; round += 1) often.unpack(bytes)
  for (let at = 0; at < bytes.length; at += 1) {
    // A dialect of its own for each place, so that it has read too little to be fast.
    const careful = meridian()
    for (const byte of [0x00, 0x20, 0x2b, 0x30, 0x39, 0x3a, 0x41, 0x5f, 0x7a, 0xff]) {
      const damaged = Buffer.from(bytes)
      damaged[at] = byte
      t.is(decodeFault(often, damaged), decodeFault(careful, damaged), `${at} ${byte}`)
    }
    const cut = bytes.subarray(0, at)
    t.is(decodeFault(often, cut), decodeFault(careful, cut))
  }
})
