import { createRequire } from 'node:module'
import test from 'ava'
import fc from 'fast-check'
import { compileDialect, type Dialect } from '#iso8583'
import { projectJson } from './dialects.ts'

/** npm iso_8583: MTI and values in ASCII, bitmaps raw, the second one always there. */
interface Peer {
  getRawMessage(): Buffer
  getIsoJSON(bytes: Buffer, config: { lenHeader: boolean }): Record<string, string>
}
const Iso8583: new (message?: Record<string, string>) => Peer = createRequire(import.meta.url)(
  'iso_8583',
)

/** Dialects, and the elements of which the peer has the same idea, though it has one edition. */
const JUDGED: readonly { file: string; mtis: readonly string[]; elements: string }[] = [
  {
    file: 'specs/hosts/meridian/dialect.json',
    mtis: ['0100', '0200', '0420', '0800'],
    elements: '2 3 4 11 18 22 25 32 37 39 41 42 49 70 102',
  },
  {
    file: 'specs/editions/1987-ascii.json',
    mtis: ['0100', '0200', '0420', '0800'],
    elements: `2-6 8-11 18-27 28-31 32-42 44-51 56 57 59-63 66-72 74-89 91-94 97-117 124-126`,
  },
  {
    file: 'specs/editions/1993-ascii.json',
    mtis: ['1100', '1200', '1420', '1800'],
    elements:
      '2-6 8-11 18-21 23 24 27 32-38 40-42 45 47-51 59-63 67-70 74-81 86-89 97-104 111-117 124-126',
  },
]

for (const { file, mtis, elements } of JUDGED) {
  test(`npm iso_8583 writes the same bytes as ${file}, and reads ours as we meant them`, (t) => {
    const bitmap = { encoding: 'binary', count: 2, secondary: 'always' }
    const dialect = compileDialect({ ...projectJson(file), bitmap })
    const fields = fieldsOf(dialect, numbersIn(elements))
    fc.assert(
      fc.property(fc.constantFrom(...mtis), fields, (mti, values) => {
        const message = { mti, fields: values }
        const packed = dialect.pack(message)
        const theirs = new Iso8583({ 0: mti, ...values }).getRawMessage()
        t.is(packed.toString('hex'), Buffer.from(theirs).toString('hex'))
        const { 0: type, 1: _, ...read } = new Iso8583().getIsoJSON(packed, { lenHeader: false })
        t.deepEqual({ mti: type, fields: read }, message)
        t.deepEqual(dialect.unpack(theirs), message)
      }),
      { numRuns: 100 },
    )
  })
}

/** "2-4 7" is 2, 3, 4 and 7. */
function numbersIn(list: string): string[] {
  return list.split(' ').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index))
  })
}

/** The peer knows these transactions, and refuses a message without one. */
const PROCESSING_CODES = ['000000', '010000', '200000']

/** Values that both take: letters, digits and no more. */
function fieldsOf(
  dialect: Dialect,
  elements: readonly string[],
): fc.Arbitrary<Record<string, string>> {
  const values = new Map(elements.map((element) => [element, valuesOf(dialect, element)]))
  return fc.subarray([...values], { maxLength: Math.min(values.size, 25) }).chain((some) =>
    fc.record({
      ...Object.fromEntries(some),
      3: fc.constantFrom(...PROCESSING_CODES),
    }),
  )
}

/** Elements that the peer takes for digits, where the standard has letters too. */
const DIGITS_ONLY = ['34', '36', '40', '49', '51', '92', '99']

function valuesOf(dialect: Dialect, element: string): fc.Arbitrary<string> {
  const { content = 'ans', min = 1, max = 1, pad } = dialect.field(element) ?? {}
  const least = pad === undefined ? min : max
  const length = `{${least},${Math.max(least, Math.min(max, 40))}}`
  if (content === 'x+n') return fc.stringMatching(new RegExp(`^[CD][0-9]{${max - 1}}$`))
  const isDigits = content === 'n' || content === 'z' || DIGITS_ONLY.includes(element)
  return fc.stringMatching(new RegExp(`^[${isDigits ? '0-9' : 'A-Z0-9'}]${length}$`))
}
