import test from 'ava'
import fc from 'fast-check'
import { dialectOf, encodeFault, HEAD } from '../dialects.ts'

/** Often enough for readers and writers of their own. */
const OFTEN = 40

const padded = (side: string, fill: string, min = 1) =>
  dialectOf({ name: 'x', content: 'ans', length: { min, max: 4 }, pad: { side, with: fill } })

const VALUES: readonly [side: string, fill: string, value: string, fault: string][] = [
  ['left', '0', '12', 'accepted'],
  ['left', '0', '1200', 'accepted'],
  ['left', '0', '012', 'LENGTH_AMBIGUOUS 2'],
  ['left', '0', '0012', 'LENGTH_AMBIGUOUS 2'],
  ['left', '0', '0', 'LENGTH_AMBIGUOUS 2'],
  ['right', '0', '0012', 'accepted'],
  ['right', '0', '120', 'LENGTH_AMBIGUOUS 2'],
  ['right', '*', 'a**', 'LENGTH_AMBIGUOUS 2'],
  ['right', '*', '**a', 'accepted'],
  ['right', ' ', 'a  ', 'accepted'],
  ['left', ' ', '  a', 'accepted'],
  ['right', ' ', '  ', 'LENGTH_UNDER_MIN 2'],
]

for (const [side, fill, value, fault] of VALUES) {
  test(`'${value}' filled with '${fill}' on the ${side}, first and often: ${fault}`, (t) => {
    const dialect = padded(side, fill)
    t.is(encodeFault(dialect, { 2: value }), fault)
    for (let round = 0; round < OFTEN; round += 1) dialect.pack({ mti: '0200', fields: { 2: 'x' } })
    t.is(encodeFault(dialect, { 2: value }), fault)
  })
}

const settings = fc.record({
  content: fc.constantFrom('n', 'an', 'ans', 'anp', 'z'),
  encoding: fc.constantFrom('ascii', 'ebcdic-037', 'ebcdic-1047'),
  length: fc.record({ min: fc.integer({ min: 0, max: 3 }), max: fc.integer({ min: 3, max: 6 }) }),
  pad: fc.record({
    side: fc.constantFrom('left', 'right'),
    with: fc.constantFrom(' ', '0', '*', 'F'),
  }),
})

const values = fc.array(fc.string({ unit: fc.constantFrom(...' 0*F19'), maxLength: 7 }), {
  minLength: 10,
  maxLength: 10,
})

test('what is written is read back as it was, but for spaces at the edge that is filled', (t) => {
  fc.assert(
    fc.property(settings, values, fc.boolean(), (element, several, isOften) => {
      const dialect = dialectOf({ name: 'x', ...element })
      const good = '9'.repeat(element.length.max)
      const rounds = isOften ? OFTEN : 0
      for (let round = 0; round < rounds; round += 1) {
        dialect.unpack(dialect.pack({ mti: '0200', fields: { 2: good } }))
      }
      const { side, with: fill } = element.pad
      for (const value of several) {
        if (encodeFault(dialect, { 2: value }) !== 'accepted') continue
        const bytes = dialect.pack({ mti: '0200', fields: { 2: value } })
        const bare = side === 'left' ? value.replace(/^ +/, '') : value.replace(/ +$/, '')
        t.is(dialect.unpack(bytes).fields['2'], fill === ' ' ? bare : value)
        t.is(bytes.length, HEAD.length + element.length.max)
      }
    }),
    { numRuns: 200 },
  )
})
