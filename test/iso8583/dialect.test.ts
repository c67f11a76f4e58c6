import test from 'ava'
import fc from 'fast-check'
import { compileDialect, DecodeError } from '#iso8583'
import { messagesOf } from './arbitrary-messages.ts'
import { DIALECT_FILES, projectJson } from './dialects.ts'

test('there are dialects to look at', (t) => t.true(DIALECT_FILES.length >= 13))

for (const file of DIALECT_FILES) {
  const dialect = compileDialect(projectJson(file))

  const messages = messagesOf(dialect)

  test(`any message of ${file} is read as it was written, and its bytes are written again`, (t) => {
    fc.assert(
      fc.property(messages, (message) => {
        const bytes = dialect.pack(message)
        const read = dialect.unpack(bytes)
        t.deepEqual(read, message)
        t.is(dialect.pack(read).toString('hex'), bytes.toString('hex'))
      }),
      { numRuns: 150 },
    )
  })

  test(`damaged bytes of ${file} are refused by the closed list, or are another message`, (t) => {
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
      { numRuns: 300 },
    )
  })

  test(`no byte of a message of ${file} can be missing or one too many`, (t) => {
    fc.assert(
      fc.property(messages, (message) => {
        const bytes = dialect.pack(message)
        t.throws(() => dialect.unpack(bytes.subarray(0, -1)), { instanceOf: DecodeError })
        t.throws(() => dialect.unpack(Buffer.concat([bytes, Buffer.of(0x30)])), {
          code: 'TRAILING_BYTES',
        })
      }),
      { numRuns: 50 },
    )
  })
}
