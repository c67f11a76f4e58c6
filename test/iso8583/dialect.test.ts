import test from 'ava'
import fc from 'fast-check'
import { compileDialect, DecodeError } from '#iso8583'
import { messagesOf } from './arbitrary-messages.ts'
import { projectJson } from './dialects.ts'

const DIALECTS = [
  'specs/hosts/meridian/dialect.json',
  'test/vectors/iso87ascii.dialect.json',
  'test/vectors/iso87binary.dialect.json',
  'test/vectors/iso93ascii.dialect.json',
  'test/vectors/iso93binary.dialect.json',
]

for (const file of DIALECTS) {
  const dialect = compileDialect(projectJson(file))

  test(`any message of ${file} is read as it was written`, (t) => {
    fc.assert(
      fc.property(messagesOf(dialect), (message) => {
        t.deepEqual(dialect.unpack(dialect.pack(message)), message)
      }),
      { numRuns: 100 },
    )
  })

  test(`damaged bytes of ${file} are refused by the closed list, or are another message`, (t) => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(messagesOf(dialect), flips, fc.nat(), (message, changes, cut) => {
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
      fc.property(messagesOf(dialect), (message) => {
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
