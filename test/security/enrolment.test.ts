import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { calculateJwkThumbprint } from 'jose'
import {
  createKeyPair,
  type Enrolment,
  enrolmentOf,
  keysOfTwoUses,
  publicJwkOf,
  thumbprintOf,
} from '#security'

const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey
const pem = (key: KeyObject) => String(key.export({ format: 'pem', type: 'spki' }))

const reasonsOf = (it: Enrolment) => (it.kind === 'unfit' ? it.reasons : [])

const cases: readonly [string, KeyObject, 'sig' | 'enc', readonly string[]][] = [
  ['RSA of 2048 bits to sign', rsa(2048), 'sig', []],
  ['RSA of 2048 bits to encrypt to', rsa(2048), 'enc', []],
  ['P-256 to sign', ec('P-256'), 'sig', []],
  ['RSA of 2047 bits', rsa(2047), 'sig', ['its modulus has 2047 bits, not 2048 to 4096']],
  ['RSA with the exponent 3', rsa(2048, 3), 'sig', ['its public exponent is not 65537']],
  ['P-384', ec('P-384'), 'sig', ['its curve is not P-256']],
  ['P-256 to encrypt to', ec('P-256'), 'enc', ['an EC key cannot be encrypted to; an RSA key can']],
  [
    'Ed25519',
    generateKeyPairSync('ed25519').publicKey,
    'sig',
    ['it is neither an RSA nor an EC key'],
  ],
]
for (const [what, key, use, reasons] of cases) {
  test(`${what} is ${reasons.length === 0 ? 'fit' : 'unfit'}, as JWK and in PEM`, async (t) => {
    for (const form of [publicJwkOf(key), pem(key)]) {
      const enrolment = enrolmentOf(form, use, 'production')
      t.deepEqual(reasonsOf(enrolment), reasons)
      if (enrolment.kind === 'fit') t.is(enrolment.kid, await calculateJwkThumbprint(enrolment.jwk))
    }
  })
}

// All ones, because a real modulus of 4097 bits takes seconds to make.
test('an RSA modulus of 4096 bits is fit, of 4097 unfit', (t) => {
  const jwk = (bits: number) => {
    const modulus = Buffer.alloc(Math.ceil(bits / 8), 0xff)
    modulus[0] = 0xff >> (modulus.length * 8 - bits)
    return { kty: 'RSA', e: 'AQAB', n: modulus.toString('base64url') }
  }
  t.deepEqual(reasonsOf(enrolmentOf(jwk(4096), 'sig', 'sandbox')), [])
  t.regex(reasonsOf(enrolmentOf(jwk(4097), 'sig', 'sandbox')).join(), /4097 bits/)
})

for (const form of [
  '',
  'not a key',
  '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
]) {
  test(`${JSON.stringify(form)} is not a public key`, (t) => {
    t.deepEqual(reasonsOf(enrolmentOf(form, 'sig', 'sandbox')), ['it is not a public key'])
  })
}

test('a private key is never taken for a public one', async (t) => {
  const pair = await createKeyPair('ES256')
  const privateForms = [pair.privateKeyPem.reveal(), { ...pair.jwk, d: pair.jwk.x ?? '' }]
  for (const form of privateForms) {
    t.deepEqual(reasonsOf(enrolmentOf(form, 'sig', 'sandbox')), ['it is not a public key'])
  }
})

test('keys that everyone knows are refused in production alone', (t) => {
  for (const [name, use] of [
    ['signing', 'sig'],
    ['encryption', 'enc'],
  ] as const) {
    const file = new URL(`../../keys/test/merchant-${name}.pem`, import.meta.url)
    const jwk = publicJwkOf(readFileSync(file, 'utf8'))
    t.is(enrolmentOf(jwk, use, 'sandbox').kind, 'fit')
    t.deepEqual(reasonsOf(enrolmentOf(jwk, use, 'production')), ['its private key is published'])
  }
})

test('one RSA key fits either use, and is told when it is to have both', (t) => {
  const key = rsa(2048)
  const other = rsa(2048)
  const enrolled = (it: KeyObject, use: 'sig' | 'enc') => {
    const enrolment = enrolmentOf(pem(it), use, 'production')
    return { kid: enrolment.kind === 'fit' ? enrolment.kid : '', use }
  }
  const [sig, enc] = [enrolled(key, 'sig'), enrolled(key, 'enc')]
  t.deepEqual(keysOfTwoUses([sig, enrolled(other, 'enc'), enc]), [sig.kid])
  t.deepEqual(keysOfTwoUses([sig, sig, enrolled(other, 'enc')]), [])
})

test('the thumbprint of RFC 7638 section 3.1 comes out, and its key is known as published', (t) => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc' +
    '_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQ' +
    'R0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bF' +
    'TWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  const jwk = { kty: 'RSA', e: 'AQAB', alg: 'RS256', kid: '2011-04-29', n }
  t.is(thumbprintOf(jwk), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  t.is(enrolmentOf(jwk, 'sig', 'production').kind, 'unfit')
})

test('a thumbprint is of RSA and EC keys alone', (t) => {
  t.throws(() => thumbprintOf({ kty: 'oct', k: 'AAAA' }), { instanceOf: TypeError })
  t.throws(() => thumbprintOf({ kty: 'RSA', e: 'AQAB' }), { instanceOf: TypeError })
})
