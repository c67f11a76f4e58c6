import test from 'ava'
import { checkValueOf } from '../../../src/security/host-keys/check-value.ts'
import { opensslBlocks } from '../../oracles/openssl.ts'
import { PUBLISHED_CHECK_VALUES } from '../../vectors/macs.ts'

test('check values are the published ones; the same bytes have another as another kind of key', (t) => {
  t.is(PUBLISHED_CHECK_VALUES.length, 5)
  for (const { cipher, key, checkValue } of PUBLISHED_CHECK_VALUES) {
    const bytes = checkValue.length / 2
    t.is(checkValueOf(cipher, Buffer.from(key, 'hex'), bytes), checkValue)
    const other = cipher === 'aes' ? 'tdes' : 'aes'
    if (key.length === 32) t.not(checkValueOf(other, Buffer.from(key, 'hex'), bytes), checkValue)
  }
})

test('the check value of a single DES key is a block of zeros that openssl encrypts', (t) => {
  const key = Buffer.from('133457799BBCDFF1', 'hex')
  const zeros = { key: Buffer.concat([key, key, key]), blocks: Buffer.alloc(8) }
  const expected = opensslBlocks('des-ede3-ecb', zeros).toString('hex').toUpperCase()
  t.is(checkValueOf('des', key, 8), expected)
  t.is(checkValueOf('des', key, 3), expected.slice(0, 6))
})
