import test from 'ava'
import fc from 'fast-check'
import { createKeyTransport } from '../../../src/security/host-keys/transport.ts'
import { opensslBlocks } from '../../oracles/openssl.ts'

const hex = (text: string) => Buffer.from(text, 'hex')

/** RFC 3394 sections 4.1, 4.3 and 4.6. */
const RFC_3394 = [
  [
    '000102030405060708090A0B0C0D0E0F',
    '00112233445566778899AABBCCDDEEFF',
    '1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5',
  ],
  [
    '000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',
    '00112233445566778899AABBCCDDEEFF',
    '64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7',
  ],
  [
    '000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F',
    '00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F',
    '28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21',
  ],
] as const

for (const [keyEncryptingKey, key, wrapped] of RFC_3394) {
  test(`RFC 3394: a key of ${key.length / 2} under one of ${keyEncryptingKey.length / 2}`, (t) => {
    const transport = createKeyTransport('aes-wrap', hex(keyEncryptingKey))
    t.deepEqual(transport.wrap(hex(key)), hex(wrapped))
    t.deepEqual(transport.unwrap(hex(wrapped)), hex(key))
  })
}

test('what AES has wrapped and anyone has changed is no key', (t) => {
  const [keyEncryptingKey, , wrapped] = RFC_3394[0]
  const transport = createKeyTransport('aes-wrap', hex(keyEncryptingKey))
  const bits = fc.tuple(fc.nat(wrapped.length / 2 - 1), fc.nat(7))
  fc.assert(
    fc.property(bits, ([at, bit]) => {
      const changed = hex(wrapped)
      changed[at] = (changed[at] ?? 0) ^ (1 << bit)
      t.is(transport.unwrap(changed), undefined)
    }),
  )
  for (const length of [0, 1, 8, 15, 23]) t.is(transport.unwrap(Buffer.alloc(length)), undefined)
})

test('triple DES wraps block by block, as openssl does', (t) => {
  const keyEncryptingKey = hex('0123456789ABCDEFFEDCBA9876543210')
  const transport = createKeyTransport('tdes-ecb', keyEncryptingKey)
  const key = hex('13345779 9BBCDFF1 F1E0D0C0B0A09080'.replaceAll(' ', ''))
  const three = Buffer.concat([keyEncryptingKey, keyEncryptingKey.subarray(0, 8)])
  t.deepEqual(transport.wrap(key), opensslBlocks('des-ede3-ecb', { key: three, blocks: key }))
  t.deepEqual(transport.unwrap(transport.wrap(key)), key)
  for (const length of [1, 7, 15]) t.is(transport.unwrap(Buffer.alloc(length)), undefined)
})
