import { createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import test from 'ava'
import fc from 'fast-check'
import { Pan } from '#domain'
import { createSystemRandom } from '#platform'
import { createVault, SEALS_PER_KEY_MAX, type VaultKeys } from '../../src/security/vault.ts'

const random = createSystemRandom()
const sealing = { id: '0a0b0c0d', secret: randomBytes(32) }
const keys: VaultKeys = {
  sealing,
  opening: [sealing],
  panHash: randomBytes(32),
  fingerprint: randomBytes(32),
}
const vault = createVault(keys, random)

test('whatever is sealed opens to itself with the same text, in another process too', (t) => {
  const later = createVault(keys, random)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.string(), (bytes, aad) => {
      const sealed = vault.sealImage(bytes, aad)
      t.is(sealed.byteLength, bytes.byteLength + 49)
      t.deepEqual(new Uint8Array(later.openImage(sealed, aad)), new Uint8Array(bytes))
    }),
    { numRuns: 100 },
  )
})

test('a sealed image is AES-256-GCM under the key that its header derives', (t) => {
  const sealed = Buffer.from(vault.sealImage(Buffer.from('image'), 'text'))
  t.is(sealed[0], 1)
  t.is(sealed.toString('hex', 1, 5), sealing.id)
  const key = hkdfSync('sha256', sealing.secret, sealed.subarray(5, 21), 'sallyport image', 32)
  const iv = sealed.subarray(21, 33)
  const decipher = createDecipheriv('aes-256-gcm', new Uint8Array(key), iv, { authTagLength: 16 })
  decipher.setAAD(Buffer.from('text')).setAuthTag(sealed.subarray(33, 49))
  t.is(Buffer.concat([decipher.update(sealed.subarray(49)), decipher.final()]).toString(), 'image')
})

test('every bit of a sealed image counts', (t) => {
  const sealed = vault.sealImage(Buffer.from('image'), 'text')
  for (let bit = 0; bit < sealed.byteLength * 8; bit++) {
    const altered = Uint8Array.from(sealed)
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const code = bit < 8 ? 'SEAL_MALFORMED' : bit < 40 ? 'SEAL_KEY_UNKNOWN' : 'SEAL_BROKEN'
    t.throws(() => vault.openImage(altered, 'text'), { code }, `bit ${bit}`)
  }
})

test('a sealed image opens for nothing else than what it belongs to', (t) => {
  const sealed = vault.sealImage(Buffer.from('image'), 'acme order-1')
  t.throws(() => vault.openImage(sealed, 'acme order-2'), { code: 'SEAL_BROKEN' })
})

test('a sealed image cut anywhere does not open', (t) => {
  const sealed = vault.sealImage(Buffer.from('image'), 'text')
  for (let length = 0; length < sealed.byteLength; length++) {
    const code = length < 49 ? 'SEAL_MALFORMED' : 'SEAL_BROKEN'
    t.throws(() => vault.openImage(sealed.subarray(0, length), 'text'), { code })
  }
})

test('no IV comes twice, and each process seals under a key of its own', (t) => {
  const seal = (it: typeof vault) => Buffer.from(it.sealImage(Buffer.of(1), '')).toString('hex')
  const sealed = Array.from({ length: 5000 }, () => seal(vault))
  t.is(new Set(sealed.map((it) => it.slice(42, 66))).size, 5000)
  t.is(new Set(sealed.map((it) => it.slice(0, 42))).size, 1)
  t.not(seal(createVault(keys, random)).slice(10, 42), sealed[0]?.slice(10, 42))
})

test('after the last seal of a key the next is made under a fresh one, and all open', (t) => {
  t.is(SEALS_PER_KEY_MAX, 2 ** 31)
  const small = createVault(keys, random, 3)
  const sealed = Array.from({ length: 7 }, (_, n) => small.sealImage(Buffer.of(n), ''))
  const salts = sealed.map((it) => Buffer.from(it).toString('hex', 5, 21))
  t.deepEqual(
    salts.map((salt) => salts.indexOf(salt)),
    [0, 0, 0, 3, 3, 3, 6],
  )
  for (const it of [small, vault]) {
    t.deepEqual(
      sealed.map((bytes) => it.openImage(bytes, '')[0]),
      [0, 1, 2, 3, 4, 5, 6],
    )
  }
})

test('what was sealed under a retiring key opens', (t) => {
  const next = { id: '11111111', secret: randomBytes(32) }
  const rotated = createVault({ ...keys, sealing: next, opening: [next, sealing] }, random)
  t.is(rotated.openImage(vault.sealImage(Buffer.from('old'), ''), '').toString(), 'old')
  t.throws(() => vault.openImage(rotated.sealImage(Buffer.from('new'), ''), ''), {
    code: 'SEAL_KEY_UNKNOWN',
  })
})

test('hashes are HMAC-SHA-256 under keys of their own', (t) => {
  const pan = Pan.parse('4539578763621486')
  if (pan === undefined) return t.fail('the sample is a card number')
  const expected = createHmac('sha256', keys.panHash).update('4539578763621486').digest()
  t.deepEqual(vault.panHash(pan), expected)
  t.notDeepEqual(vault.fingerprint('4539578763621486'), expected)
  t.is(vault.fingerprint('').byteLength, 32)
})
