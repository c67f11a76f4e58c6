import test from 'ava'
import fc from 'fast-check'
import { DecodeError } from '#iso8583'
import { messagesOf } from '../arbitrary-messages.ts'
import { editionOf, NAMES } from './editions.ts'

for (const name of NAMES) {
  const dialect = editionOf(name)
  const messages = messagesOf(dialect)

  test(`any message of ${name} is read as it was written, and its bytes are written again`, (t) => {
    fc.assert(
      fc.property(messages, (message) => {
        const bytes = dialect.pack(message)
        const read = dialect.unpack(bytes)
        t.deepEqual(read, message)
        t.is(dialect.pack(read).toString('hex'), bytes.toString('hex'))
      }),
      { numRuns: 100 },
    )
  })

  test(`damaged bytes of ${name} are refused by the closed list, or are another message`, (t) => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(messages, flips, fc.nat(), (message, changes, cut) => {
        const bytes = dialect.pack(message)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        const damaged = cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes
        try {
          const read = dialect.unpack(damaged)
          t.deepEqual(dialect.unpack(dialect.pack(read)), read)
        } catch (error) {
          t.true(error instanceof DecodeError, String(error))
        }
      }),
      { numRuns: 200 },
    )
  })
}
