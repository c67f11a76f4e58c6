import test from 'ava'
import fc from 'fast-check'
import { createMac, type MacMethod } from '../../../src/security/host-keys/mac.ts'
import { opensslBlocks, opensslCmac, opensslRetailMac } from '../../oracles/openssl.ts'
import { PUBLISHED_MACS, type PublishedMac } from '../../vectors/macs.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

function methodOf({ algorithm, cipher, padding }: PublishedMac): MacMethod {
  if (algorithm !== 'cmac') return { algorithm, cipher, padding: padding ?? 1 }
  return { algorithm, cipher: cipher === 'aes' ? 'aes' : 'tdes' }
}

test('there are published values of every algorithm, cipher and padding', (t) => {
  t.is(PUBLISHED_MACS.length, 39)
  const kinds = new Set(PUBLISHED_MACS.map((it) => [it.algorithm, it.cipher, it.padding].join()))
  t.is(kinds.size, 6 + 6 + 2)
})

for (const published of PUBLISHED_MACS) {
  const { what, key, message, mac } = published
  test(`published: ${what}`, (t) => {
    const made = createMac(methodOf(published), hex(key))(hex(message))
    t.is(made.toString('hex').toUpperCase(), mac)
  })
}

/** The methods that hosts use, each with how long its key is. */
const METHODS: readonly (readonly [MacMethod, keyBytes: number])[] = [
  ...([1, 2, 3] as const).flatMap((padding): [MacMethod, number][] => [
    [{ algorithm: 'iso9797-1-alg1', cipher: 'des', padding }, 8],
    [{ algorithm: 'iso9797-1-alg1', cipher: 'tdes', padding }, 16],
    [{ algorithm: 'iso9797-1-alg1', cipher: 'aes', padding }, 32],
    [{ algorithm: 'iso9797-1-alg3', cipher: 'des', padding }, 16],
  ]),
  [{ algorithm: 'cmac', cipher: 'tdes' }, 24],
  [{ algorithm: 'cmac', cipher: 'aes' }, 16],
]

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

for (const [method, keyBytes] of METHODS) {
  const name = Object.values(method).join(' ')
  test(`${name}: another byte of message or key is another MAC`, (t) => {
    const message = fc.uint8Array({ minLength: 1, maxLength: 100 })
    const bit = fc.tuple(fc.nat(), fc.nat(7))
    fc.assert(
      fc.property(bytes(keyBytes), message, bit, bit, (key, message, inMessage, inKey) => {
        const mac = createMac(method, key)
        const right = mac(message).toString('hex')
        t.is(mac(Buffer.from(message)).toString('hex'), right)
        t.not(mac(flipped(message, inMessage)).toString('hex'), right)
        // The lowest bit of a byte is parity in DES, and no part of the key.
        const [at, place] = inKey
        const other = flipped(key, [at, method.cipher === 'aes' ? place : 1 + (place % 7)])
        t.not(createMac(method, other)(message).toString('hex'), right)
      }),
      { numRuns: 50 },
    )
  })
}

function flipped(bytes: Uint8Array, [at, bit]: readonly [number, number]): Uint8Array {
  return bytes.map((byte, index) => (index === at % bytes.length ? byte ^ (1 << bit) : byte))
}

test('padding 2 and 3 tell a message from the same with zeros behind it; padding 1 does not', (t) => {
  const message = Buffer.from('0123456789')
  const longer = Buffer.concat([message, Buffer.alloc(3)])
  for (const padding of [1, 2, 3] as const) {
    const mac = createMac(
      { algorithm: 'iso9797-1-alg1', cipher: 'des', padding },
      Buffer.alloc(8, 5),
    )
    t.is(mac(message).equals(mac(longer)), padding === 1)
  }
})

test('nothing at all has a MAC with every method', (t) => {
  for (const [method, keyBytes] of METHODS) {
    t.true(createMac(method, Buffer.alloc(keyBytes, 7))(new Uint8Array(0)).byteLength >= 8)
  }
})

for (const [cipher, name, keyBytes] of [
  ['aes', 'AES-128-CBC', 16],
  ['aes', 'AES-256-CBC', 32],
  ['tdes', 'DES-EDE3-CBC', 24],
] as const) {
  test(`openssl makes the same CMAC with ${name}`, (t) => {
    for (const length of [0, 1, 7, 8, 15, 16, 17, 300]) {
      const key = Buffer.from(Array.from({ length: keyBytes }, (_, at) => (at * 37 + length) % 256))
      const message = Buffer.alloc(length, 'ISO 8583 ')
      const made = createMac({ algorithm: 'cmac', cipher }, key)(message)
      t.is(made.toString('hex').toUpperCase(), opensslCmac(name, key, message))
    }
  })
}

test('openssl, block by block, makes the same of algorithms 1 and 3', (t) => {
  const [first, second] = [hex('0123456789ABCDEF'), hex('FEDCBA9876543210')]
  const thrice = (key: Buffer) => Buffer.concat([key, key, key])
  for (const length of [1, 8, 23, 300]) {
    const message = Buffer.alloc(length, 'ISO 8583 ')
    const blocks = Buffer.concat([message, Buffer.alloc((8 - (length % 8)) % 8)])
    const chained = opensslBlocks('des-ede3-cbc', { key: thrice(first), blocks }).subarray(-8)
    const method = { cipher: 'des', padding: 1 } as const
    const one = createMac({ algorithm: 'iso9797-1-alg1', ...method }, first)(message)
    t.deepEqual(one, chained)
    const key = Buffer.concat([first, second])
    const three = createMac({ algorithm: 'iso9797-1-alg3', ...method }, key)(message)
    t.deepEqual(three, opensslRetailMac(key, message))
  }
})

test('a key of another length is none', (t) => {
  for (const [method, keyBytes] of METHODS) {
    for (const length of [0, keyBytes - 1, keyBytes + 1]) {
      t.throws(() => createMac(method, Buffer.alloc(length)), { instanceOf: RangeError })
    }
  }
})
