import test from 'ava'
import fc from 'fast-check'
import { compileDialect, DecodeError, type Dialect, DialectError } from '#iso8583'
import { dialects } from '../arbitrary-dialects.ts'
import { messagesOf } from '../arbitrary-messages.ts'

function compiled(specification: unknown): Dialect | undefined {
  try {
    return compileDialect(specification)
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    return undefined
  }
}

/** A few messages of any dialect that is none but odd. */
const cases = dialects()
  .map((specification) => ({ specification, dialect: compiled(specification) }))
  .filter(({ dialect }) => dialect !== undefined)
  .chain(({ specification, dialect }) =>
    fc.record({
      specification: fc.constant(specification),
      dialect: fc.constant(dialect as Dialect),
      message: messagesOf(dialect as Dialect).filter(
        ({ fields }) => Object.keys(fields).length > 0,
      ),
    }),
  )

test('whatever the settings, a message is read as it was written, and written as it was read', (t) => {
  fc.assert(
    fc.property(cases, ({ specification, dialect, message }) => {
      const bytes = dialect.pack(message)
      const read = dialect.unpack(bytes)
      t.deepEqual(read, message, JSON.stringify(specification))
      t.deepEqual(Object.keys(read.fields), Object.keys(message.fields))
      t.deepEqual(dialect.pack(read), bytes)
    }),
    { numRuns: 250 },
  )
})

/** Bytes to overwrite, and where to cut, if at all. */
const damages = fc.array(
  fc.record({
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
    cut: fc.option(fc.nat(), { freq: 3 }),
  }),
  { minLength: 4, maxLength: 4 },
)

test('whatever the settings, damage is refused at a place in the message, or is another message', (t) => {
  fc.assert(
    fc.property(cases, damages, ({ specification, dialect, message }, several) => {
      const bytes = dialect.pack(message)
      for (const { changes, cut } of several) {
        const damaged = Buffer.from(
          bytes.subarray(0, cut === null ? undefined : cut % bytes.length),
        )
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        try {
          const read = dialect.unpack(damaged)
          t.deepEqual(dialect.unpack(dialect.pack(read)), read, JSON.stringify(specification))
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error
          t.true(error.offset >= 0 && error.offset <= damaged.length)
          t.regex(error.path, /^(?:mti|bitmap|message|\d+(?:\.[A-Za-z0-9]+)*)$/)
        }
      }
    }),
    { numRuns: 100 },
  )
})
