import test from 'ava'
import fc from 'fast-check'
import { compileDialect } from '#iso8583'
import { messagesOf } from '../../arbitrary-messages.ts'
import { decodeFault, projectJson } from '../../dialects.ts'
import { EVERY_KIND } from './every-kind.ts'

/** Often enough for a bitmap to get a reader of its own. */
const OFTEN = 40

const DIALECTS = [
  'specs/hosts/meridian/dialect.json',
  'test/vectors/iso87ascii.dialect.json',
  'test/vectors/iso87binary.dialect.json',
  'test/vectors/iso93binary.dialect.json',
]

const SPECIFICATIONS = [...DIALECTS.map(projectJson), EVERY_KIND]

for (const specification of SPECIFICATIONS) {
  test(`a message of ${specification['name']} that comes often is read as one that comes first`, (t) => {
    const often = compileDialect(specification)
    fc.assert(
      fc.property(messagesOf(often), (message) => {
        const bytes = often.pack(message)
        for (let round = 0; round < OFTEN; round += 1) often.unpack(bytes)
        t.deepEqual(often.unpack(bytes), message)
      }),
      { numRuns: 40 },
    )
  })

  test(`damage in ${specification['name']} is refused as in a message that comes first`, (t) => {
    const often = compileDialect(specification)
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 2,
    })
    fc.assert(
      fc.property(
        messagesOf(often),
        fc.array(damage, { minLength: 20, maxLength: 20 }),
        (message, damages) => {
          const bytes = often.pack(message)
          for (let round = 0; round < OFTEN; round += 1) often.unpack(bytes)
          // It reads too few messages to be fast.
          const careful = compileDialect(specification)
          for (const changes of damages) {
            const damaged = Buffer.from(bytes)
            for (const [at, byte] of changes) damaged[at % damaged.length] = byte
            const [first] = changes
            const cut =
              (first?.[0] ?? 0) % 3 === 0
                ? damaged.subarray(0, (first?.[0] ?? 0) % damaged.length)
                : damaged
            t.is(decodeFault(often, cut), decodeFault(careful, cut), cut.toString('hex'))
          }
        },
      ),
      { numRuns: 15 },
    )
  })
}

test('every byte of a message that comes often is looked at', (t) => {
  const specification = projectJson('specs/hosts/meridian/dialect.json')
  const often = compileDialect(specification)
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
  let careful = compileDialect(specification)
  for (let at = 0; at < bytes.length; at += 1) {
    // A dialect for two places has read too little to be fast.
    if (at % 2 === 0) careful = compileDialect(specification)
    for (const byte of [0x00, 0x20, 0x2b, 0x30, 0x39, 0x3a, 0x41, 0x5f, 0x7a, 0xff]) {
      const damaged = Buffer.from(bytes)
      damaged[at] = byte
      t.is(decodeFault(often, damaged), decodeFault(careful, damaged), `${at} ${byte}`)
    }
    const cut = bytes.subarray(0, at)
    t.is(decodeFault(often, cut), decodeFault(careful, cut))
  }
})

test('bitmaps that share a place with others are each read as themselves', (t) => {
  const dialect = compileDialect(projectJson('specs/hosts/meridian/dialect.json'))
  const messages = Array.from({ length: 200 }, (_, index) => ({
    mti: '0800',
    fields: { 7: '1123001500', 11: '000001', [(index % 16) + 112]: 'x', [(index % 2) + 46]: 'y' },
  }))
  for (let round = 0; round < 2 * OFTEN; round += 1) {
    for (const message of messages) t.deepEqual(dialect.unpack(dialect.pack(message)), message)
  }
})
