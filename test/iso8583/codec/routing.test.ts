import test from 'ava'
import fc from 'fast-check'
import { compileDialect, DecodeError, type Message } from '#iso8583'
import { messagesOf } from '../arbitrary-messages.ts'
import { meridian, projectJson } from '../dialects.ts'
import { EVERY_KIND } from './straight/every-kind.ts'

/** Often enough for a bitmap to get a reader of its own. */
const OFTEN = 40

const FILES = [
  'specs/hosts/meridian/dialect.json',
  'test/vectors/iso87ascii.dialect.json',
  'test/vectors/iso87binary.dialect.json',
  'test/vectors/iso93binary.dialect.json',
]

for (const specification of [...FILES.map(projectJson), EVERY_KIND]) {
  test(`routing by any elements of ${specification['name']} gives what unpack gives`, (t) => {
    const dialect = compileDialect(specification)
    const known = Array.from({ length: 127 }, (_, index) => String(index + 2)).filter((number) =>
      dialect.field(number),
    )
    fc.assert(
      fc.property(messagesOf(dialect), fc.subarray(known, { maxLength: 5 }), (message, wanted) => {
        const route = dialect.routing(wanted)
        const bytes = dialect.pack(message)
        const expected = only(message, wanted)
        for (let round = 0; round < OFTEN; round += 1) t.deepEqual(route(bytes), expected)
      }),
      { numRuns: 40 },
    )
  })
}

function only({ mti, fields }: Message, wanted: readonly string[]): Message {
  const kept = Object.entries(fields).filter(([number]) => wanted.includes(number))
  return { mti, fields: Object.fromEntries(kept) }
}

const message = {
  mti: '0210',
  fields: { 2: '4111111111111111', 11: '000123', 41: 'TERM0001', 44: 'text' },
}

test('nothing behind the last element is looked at', (t) => {
  const route = meridian().routing(['11'])
  const bytes = meridian().pack(message)
  for (let round = 0; round < OFTEN; round += 1) {
    t.deepEqual(route(bytes), { mti: '0210', fields: { 11: '000123' } })
    const damaged = Buffer.concat([bytes.subarray(0, -8), Buffer.from('é\u0000')])
    t.deepEqual(route(damaged), { mti: '0210', fields: { 11: '000123' } })
  }
})

test('what stands before and is not wanted is stepped over, the first time as the hundredth', (t) => {
  const route = meridian().routing(['11'])
  const bytes = meridian().pack(message)
  bytes.write('A', 25)
  t.throws(() => meridian().unpack(bytes), { code: 'CONTENT_INVALID' })
  for (let round = 0; round < 2 * OFTEN; round += 1) {
    t.deepEqual(route(bytes), { mti: '0210', fields: { 11: '000123' } })
  }
})

test('a wanted element that is not there is not looked for in what is', (t) => {
  const route = meridian().routing(['63'])
  const bytes = meridian().pack(message).subarray(0, 21)
  for (let round = 0; round < 2 * OFTEN; round += 1) {
    t.deepEqual(route(bytes), { mti: '0210', fields: {} })
  }
})

test('damage is routed the first time as the hundredth', (t) => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 2 })
  const often = compileDialect(EVERY_KIND)
  const routed = (route: (bytes: Uint8Array) => Message, bytes: Uint8Array) => {
    try {
      return route(bytes)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      return error.message
    }
  }
  const wanted = fc.constantFrom(['2'], ['5', '11'], ['7', '20', '66'], ['15'], ['21', '127'])
  fc.assert(
    fc.property(messagesOf(often), wanted, fc.array(damage), (any, elements, damages) => {
      const bytes = often.pack(any)
      const known = often.routing(elements)
      for (let round = 0; round < OFTEN; round += 1) known(bytes)
      for (const changes of damages) {
        const damaged = Buffer.from(bytes)
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte
        t.deepEqual(routed(known, damaged), routed(often.routing(elements), damaged))
      }
    }),
    { numRuns: 40 },
  )
})

test('what is read is as strict as unpack', (t) => {
  for (const rounds of [0, OFTEN]) {
    const route = meridian().routing(['11', '41'])
    const bytes = meridian().pack(message)
    for (let round = 0; round < rounds; round += 1) route(bytes)
    const faults: [string, (bytes: Buffer) => void, string][] = [
      ['a letter in the trace number', (damaged) => damaged.write('A', 38), 'CONTENT_INVALID'],
      ['a length that is none', (damaged) => damaged.write('+9', 20), 'LENGTH_INVALID'],
      ['a length over the maximum', (damaged) => damaged.write('20', 20), 'LENGTH_OVER_MAX'],
      ['a bitmap that is none', (damaged) => damaged.write('G', 4), 'BITMAP_INVALID'],
      ['a message type that is none', (damaged) => damaged.write(' ', 0), 'CONTENT_INVALID'],
    ]
    for (const [title, damage, code] of faults) {
      const damaged = Buffer.from(bytes)
      damage(damaged)
      t.throws(() => route(damaged), { instanceOf: DecodeError, code }, title)
    }
    t.throws(() => route(bytes.subarray(0, 40)), { code: 'TRUNCATED' })
    t.throws(() => route(bytes.subarray(0, 10)), { code: 'TRUNCATED' })
    t.throws(() => route(Buffer.alloc(0)), { code: 'TRUNCATED' })
  }
})

test('an element that the dialect does not have cannot be routed by', (t) => {
  for (const element of ['1', '129', '0', 'mti', '43.city', '']) {
    t.throws(() => meridian().routing([element]), { instanceOf: TypeError }, element)
  }
})
