import { createRequire } from 'node:module'
import test from 'ava'
import fc from 'fast-check'
import { compileDialect } from '#iso8583'
import { projectJson } from './dialects.ts'

/** npm iso_8583: MTI and values in ASCII, bitmaps raw, the second one always there. */
interface Peer {
  getRawMessage(): Buffer
  getIsoJSON(bytes: Buffer, config: { lenHeader: boolean }): Record<string, string>
}
const Iso8583: new (message?: Record<string, string>) => Peer = createRequire(import.meta.url)(
  'iso_8583',
)

const digits = (min: number, max: number) =>
  fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`)).filter((text) => text.length >= min)

/** Elements of which the peer has the same idea as the standard, with values that both take. */
const fields = fc.record(
  {
    2: digits(12, 19),
    3: fc.constantFrom('000000', '010000', '200000'),
    4: digits(12, 12),
    11: digits(6, 6),
    18: digits(4, 4),
    22: digits(3, 3),
    25: digits(2, 2),
    32: digits(1, 11),
    37: fc.stringMatching(/^[A-Z0-9]{12}$/),
    39: fc.stringMatching(/^[A-Z0-9]{2}$/),
    41: fc.stringMatching(/^[A-Z0-9]{8}$/),
    42: fc.stringMatching(/^[A-Z0-9]{15}$/),
    49: digits(3, 3),
    70: digits(3, 3),
    102: fc.stringMatching(/^[A-Z0-9]{1,28}$/),
  },
  { requiredKeys: ['3'] },
)

test('npm iso_8583 writes the same bytes, and reads ours as we meant them', (t) => {
  const spec = projectJson('specs/hosts/meridian/dialect.json')
  const bitmap = { encoding: 'binary', count: 2, secondary: 'always' }
  const dialect = compileDialect({ ...spec, bitmap })
  fc.assert(
    fc.property(fc.constantFrom('0100', '0200', '0420', '0800'), fields, (mti, values) => {
      const message = { mti, fields: JSON.parse(JSON.stringify(values)) }
      const packed = dialect.pack(message)
      const theirs = new Iso8583({ 0: mti, ...message.fields }).getRawMessage()
      t.is(packed.toString('hex'), Buffer.from(theirs).toString('hex'))
      const { 0: type, 1: _, ...read } = new Iso8583().getIsoJSON(packed, { lenHeader: false })
      t.deepEqual({ mti: type, fields: read }, message)
      t.deepEqual(dialect.unpack(theirs), message)
    }),
    { numRuns: 200 },
  )
})
