import test from 'ava'
import { importPublicJwk } from '#envelope'
import { hasRocaMark } from '../../src/envelope/roca.ts'
import { base64url } from './forge.ts'
import { rsaKey } from './parties.ts'

/**
 * The product of the primes up to 167, as the flawed library had it for keys of 512 bits and more.
 */
const PRODUCT = Array.from({ length: 166 }, (_, index) => index + 2)
  .filter((number) => !Array.from({ length: 11 }, (_, at) => at + 2).some(divides(number)))
  .reduce((product, prime) => product * BigInt(prime), 1n)

function divides(number: number) {
  return (factor: number) => factor < number && number % factor === 0
}

/** A modulus of 2048 bits with the mark: a power of 65537 modulo the product. */
function markedModulus(): Buffer {
  let residue = 1n
  for (let times = 0; times < 1_000; times++) residue = (residue * 65_537n) % PRODUCT
  const marked = ((1n << 2_047n) / PRODUCT + 1n) * PRODUCT + residue
  return Buffer.from(marked.toString(16), 'hex')
}

test('a key with the mark of the flawed library is refused', (t) => {
  const modulus = markedModulus()
  t.is(modulus.length, 256)
  t.true(hasRocaMark(BigInt(`0x${modulus.toString('hex')}`)))
  const jwk = { kty: 'RSA', n: base64url(modulus), e: 'AQAB' }
  t.throws(() => importPublicJwk(jwk, 'sig'), { code: 'KEY_REFUSED', message: /ROCA/ })
})

test('an honest key has no mark', (t) => {
  const modulus = Buffer.from(String(rsaKey('sig').jwk['n']), 'base64url')
  t.false(hasRocaMark(BigInt(`0x${modulus.toString('hex')}`)))
})
