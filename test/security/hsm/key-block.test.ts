import { inspect } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { createSystemRandom } from '#platform'
import {
  deriveKeyBlockKeys,
  openKeyBlock,
  sealKeyBlock,
} from '../../../src/security/hsm/key-block.ts'
import type { KeyBlockHeader } from '../../../src/security/hsm/key-block-header.ts'
import {
  PUBLISHED_DERIVATIONS,
  PUBLISHED_KEY_BLOCKS,
  REJECTED_KEY_BLOCKS,
} from '../../vectors/key-blocks.ts'

const hex = (text: string) => Buffer.from(text, 'hex')
const upperHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
const random = createSystemRandom()

const isTaken = (version = '') => version === 'B' || version === 'D'

test('there are published blocks of both versions, and of those that are not taken', (t) => {
  t.is(PUBLISHED_KEY_BLOCKS.length, 30)
  t.is(PUBLISHED_KEY_BLOCKS.filter((it) => isTaken(it.key_block[0])).length, 15)
  t.is(REJECTED_KEY_BLOCKS.length, 38)
})

for (const { standard, kbpk, key_block: block, key } of PUBLISHED_KEY_BLOCKS) {
  const version = block.slice(0, 1)
  if (isTaken(version)) {
    test(`published: ${standard}, ${block.slice(0, 16)}: ${block.slice(-8)}`, (t) => {
      const opened = openKeyBlock(block, hex(kbpk))
      t.is(opened.kind === 'opened' && upperHex(opened.key.reveal()), key)
    })
  } else {
    test(`version ${version} is not taken: ${standard}: ${block.slice(-8)}`, (t) => {
      t.deepEqual(openKeyBlock(block, hex(kbpk)), { kind: 'refused', fault: 'malformed' })
    })
  }
}

for (const [index, { why, kbpk, key_block: block }] of REJECTED_KEY_BLOCKS.entries()) {
  test(`published reject ${index + 1}: ${why}`, (t) => {
    t.is(openKeyBlock(block, hex(kbpk)).kind, 'refused')
  })
}

test('a published block that is well made but holds no key is told from one of another key', (t) => {
  const faults = REJECTED_KEY_BLOCKS.filter((it) => isTaken(it.key_block[0])).map((it) => {
    const opened = openKeyBlock(it.key_block, hex(it.kbpk))
    return opened.kind === 'refused' ? opened.fault : 'opened'
  })
  t.deepEqual([...new Set(faults)].sort(), [
    'key-malformed',
    'mac-wrong',
    'malformed',
    'protection-key-unfit',
  ])
})

for (const { version, kbpk, kbek, kbak } of PUBLISHED_DERIVATIONS) {
  if (version !== 'B' && version !== 'D') continue
  test(`published: what the key ${kbpk.slice(0, 8)} of version ${version} stands for`, (t) => {
    const { encryption, authentication } = deriveKeyBlockKeys(version, hex(kbpk))
    t.deepEqual([upperHex(encryption), upperHex(authentication)], [kbek, kbak])
  })
}

const HEADER: KeyBlockHeader = {
  version: 'D',
  usage: 'P0',
  algorithm: 'A',
  mode: 'E',
  keyVersion: '00',
  exportability: 'N',
  optional: [],
}

const bytes = (...lengths: readonly number[]) =>
  fc.oneof(...lengths.map((it) => fc.uint8Array({ minLength: it, maxLength: it })))

const VERSIONS = [
  { version: 'B', algorithm: 'T', protectionKeys: bytes(16, 24), keys: bytes(16, 24) },
  { version: 'D', algorithm: 'A', protectionKeys: bytes(16, 24, 32), keys: bytes(16, 24, 32) },
] as const

const OPTIONAL = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('KS', 'KV', 'LB', 'TS', '10'),
    data: fc.string({ maxLength: 400, unit: fc.constantFrom(...'0 AZaz~/.') }),
  }),
  { selector: ({ id }) => id },
)

for (const { version, algorithm, protectionKeys, keys } of VERSIONS) {
  test(`version ${version}: what is sealed opens, with all that was said of it`, (t) => {
    fc.assert(
      fc.property(protectionKeys, keys, OPTIONAL, (protectionKey, key, optional) => {
        const header: KeyBlockHeader = { ...HEADER, version, algorithm, optional }
        const opened = openKeyBlock(
          sealKeyBlock(header, { key, protectionKey }, random),
          protectionKey,
        )
        if (opened.kind === 'refused') return t.fail(opened.fault)
        t.deepEqual(opened.key.reveal(), key)
        const { optional: found, ...rest } = opened.header
        t.deepEqual(
          { ...rest, optional: found.filter(({ id }) => id !== 'PB') },
          { ...header, optional },
        )
      }),
      { numRuns: 50 },
    )
  })

  test(`version ${version}: a block that anyone has changed gives no key`, (t) => {
    const [protectionKey, key] = [Buffer.alloc(24, 0x35), Buffer.alloc(16, 0x21)]
    const header: KeyBlockHeader = { ...HEADER, version, algorithm }
    const block = sealKeyBlock(header, { key, protectionKey }, random)
    const place = fc.tuple(fc.nat(block.length - 1), fc.constantFrom(...'0123456789ABCDEFNSTX'))
    fc.assert(
      fc.property(place, ([at, character]) => {
        fc.pre(block[at] !== character)
        const changed = block.slice(0, at) + character + block.slice(at + 1)
        t.is(openKeyBlock(changed, protectionKey).kind, 'refused')
      }),
      { numRuns: 300 },
    )
    for (const cut of [0, 1, 15, 16, 17, block.length - 16, block.length - 1]) {
      t.is(openKeyBlock(block.slice(0, cut), protectionKey).kind, 'refused')
    }
  })

  test(`version ${version}: its length does not tell that of the key`, (t) => {
    const header: KeyBlockHeader = { ...HEADER, version, algorithm }
    const lengths = [16, 24].map((length) => {
      const sealed = { key: Buffer.alloc(length, 1), protectionKey: Buffer.alloc(24, 2) }
      return sealKeyBlock(header, sealed, random).length
    })
    t.is(lengths[0], lengths[1])
  })
}

test('no text at all is more than refused', (t) => {
  const header = fc.stringMatching(/^[BD][0-9]{4}P0[TA][NE]00[NES][0-9]{2}00/)
  const texts = fc.oneof(
    fc.string(),
    fc.tuple(header, fc.stringMatching(/^[0-9A-F]{0,200}$/)).map((parts) => parts.join('')),
    fc
      .constantFrom(...PUBLISHED_KEY_BLOCKS.map((it) => it.key_block))
      .chain((block) => fc.nat(block.length).map((at) => block.slice(0, at) + block.slice(at + 1))),
  )
  fc.assert(
    fc.property(texts, bytes(0, 8, 16, 24, 32), (text, protectionKey) => {
      t.is(openKeyBlock(text, protectionKey).kind, 'refused')
    }),
    { numRuns: 500 },
  )
})

test('a length of an optional block that is counted in pairs of digits is refused', (t) => {
  const protectionKey = Buffer.alloc(32, 7)
  const optional = [{ id: 'CT', data: 'A'.repeat(300) }]
  const sealed = { key: Buffer.alloc(16, 1), protectionKey }
  const block = sealKeyBlock({ ...HEADER, optional }, sealed, random)
  t.is(openKeyBlock(block, protectionKey).kind, 'opened')
  const inPairs = block.replace('CT0004', 'CT0002')
  t.deepEqual(openKeyBlock(inPairs, protectionKey), { kind: 'refused', fault: 'malformed' })
})

test('a block that would be longer than four digits say is not made', (t) => {
  const optional = [{ id: 'CT', data: 'A'.repeat(9900) }]
  const sealed = { key: Buffer.alloc(16, 1), protectionKey: Buffer.alloc(32, 7) }
  t.throws(() => sealKeyBlock({ ...HEADER, optional }, sealed, random), { instanceOf: RangeError })
})

test('a protection key of another length protects nothing', (t) => {
  const sealed = { key: Buffer.alloc(16, 1), protectionKey: Buffer.alloc(19, 7) }
  t.throws(() => sealKeyBlock(HEADER, sealed, random), { instanceOf: RangeError })
})

test('an opened key prints as nothing', (t) => {
  const protectionKey = Buffer.alloc(32, 7)
  const sealed = { key: Buffer.from('C0FFEE'.repeat(8), 'hex'), protectionKey }
  const opened = openKeyBlock(sealKeyBlock(HEADER, sealed, random), protectionKey)
  t.notRegex(inspect(opened, { depth: 9 }) + JSON.stringify(opened), /c0, ?ff|192, ?255|c0ff/i)
})
