import { generateKeyPairSync } from 'node:crypto'
import test from 'ava'
import {
  createOpener,
  defaultEnvelopeLimits,
  type EnvelopeKeys,
  importPrivatePem,
  importPublicJwk,
  type KeyUse,
  type PublicJwk,
} from '#envelope'
import {
  ecKey,
  gatewayEnc,
  gatewaySig,
  keysFor,
  registered,
  rsaKey,
  systemRandom,
  type TestKey,
} from './parties.ts'

const rsa = rsaKey('sig')
const ec = ecKey()
const enc = rsaKey('enc')
const weak = rsaKey('sig', 1_024)
const short = rsaKey('sig', 2_040)
const odd = generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 })
const p384 = ecKey('sig', 'P-384')
const ed25519 = generateKeyPairSync('ed25519')
const x = String(ec.jwk['x'])

const hexOf = (text = '') => Buffer.from(text, 'base64url').toString('hex')
const textMembers = (jwk: object): PublicJwk =>
  Object.fromEntries(Object.entries(jwk).map(([name, value]) => [name, String(value)]))

test('RSA of 2048 bits and EC P-256 are taken, each with its one algorithm', (t) => {
  t.like(importPublicJwk(rsa.jwk, 'sig'), { kid: rsa.kid, algorithm: 'PS256', modulusBytes: 256 })
  t.like(importPublicJwk(ec.jwk, 'sig'), { kid: ec.kid, algorithm: 'ES256' })
  t.like(importPublicJwk({ ...enc.jwk, use: 'enc', alg: 'RSA-OAEP-256' }, 'enc'), { use: 'enc' })
  t.is(importPublicJwk(enc.jwk, 'enc').algorithm, undefined)
})

const REFUSED: Record<string, [PublicJwk, KeyUse]> = {
  'RSA of 1024 bits': [weak.jwk, 'sig'],
  'RSA of 2040 bits': [short.jwk, 'sig'],
  'an exponent of 3': [textMembers(odd.publicKey.export({ format: 'jwk' })), 'sig'],
  'an exponent of 1': [{ ...rsa.jwk, e: 'AQ' }, 'sig'],
  'EC P-384': [p384.jwk, 'sig'],
  'EC to encrypt': [ec.jwk, 'enc'],
  Ed25519: [textMembers(ed25519.publicKey.export({ format: 'jwk' })), 'sig'],
  'a symmetric key': [{ kty: 'oct', k: 'AAAA' }, 'sig'],
  'a private member': [textMembers(rsa.privateKey.export({ format: 'jwk' })), 'sig'],
  'a certificate chain': [{ ...rsa.jwk, x5c: 'MIIB' }, 'sig'],
  'another thumbprint': [{ ...rsa.jwk, kid: ec.kid }, 'sig'],
  'another use': [{ ...rsa.jwk, use: 'enc' }, 'sig'],
  'another algorithm': [{ ...rsa.jwk, alg: 'RS256' }, 'sig'],
  'a modulus with padding': [{ ...rsa.jwk, n: `${rsa.jwk['n']}==` }, 'sig'],
  'a modulus with a leading zero byte': [
    { ...rsa.jwk, n: Buffer.from(`00${hexOf(rsa.jwk['n'])}`, 'hex').toString('base64url') },
    'sig',
  ],
  'no modulus': [{ kty: 'RSA', e: 'AQAB' }, 'sig'],
  'a point that is not on the curve': [{ ...ec.jwk, y: x }, 'sig'],
  nothing: [{}, 'sig'],
}

for (const [title, [jwk, use]] of Object.entries(REFUSED)) {
  test(`a JWK is refused: ${title}`, (t) => {
    t.throws(() => importPublicJwk(jwk, use), { code: 'KEY_REFUSED' })
  })
}

test('a private key obeys the same rules', (t) => {
  t.is(importPrivatePem(rsa.pem, 'sig').kid, rsa.kid)
  for (const pem of [weak.pem, p384.pem, 'no PEM']) {
    t.throws(() => importPrivatePem(pem, 'sig'), { code: 'KEY_REFUSED' })
  }
})

const opening = (keys: EnvelopeKeys) => () =>
  createOpener(keys, defaultEnvelopeLimits, {
    clock: { elapsedMs: () => 0 },
    random: systemRandom,
  })
const own = (key: TestKey, kid = key.kid) => ({ kid, use: key.use, privateKeyPem: key.pem })

const BAD_TABLES: Record<string, EnvelopeKeys> = {
  'no gateway key to decrypt with': { gateway: [own(gatewaySig)], merchants: [] },
  'no gateway key to sign with': { gateway: [own(gatewayEnc)], merchants: [] },
  'a gateway that signs with RSA': { gateway: [own(gatewayEnc), own(rsa)], merchants: [] },
  'a gateway kid that is another': {
    gateway: [own(gatewayEnc, rsa.kid), own(gatewaySig)],
    merchants: [],
  },
  'a merchant kid that is another': keysFor(
    registered('acme', [], { keys: [{ kid: ec.kid, use: 'sig', jwk: rsa.jwk }] }),
  ),
  'one key of two merchants': keysFor(registered('acme', [ec]), registered('zenith', [ec])),
  'one key twice': keysFor(registered('acme', [ec, ec])),
  'answers to a key that is not there': keysFor(
    registered('acme', [ec], { answerEncryption: 'registered-key' }),
  ),
  "a merchant's weak key": keysFor(registered('acme', [weak])),
}

for (const [title, keys] of Object.entries(BAD_TABLES)) {
  test(`keys are refused at load: ${title}`, (t) => {
    t.throws(opening(keys), { code: 'KEY_REFUSED' })
  })
}

test('what a refusal says never holds key material', (t) => {
  const error = t.throws(opening(BAD_TABLES["a merchant's weak key"] ?? keysFor()))
  t.notRegex(String(error?.message), new RegExp(String(weak.jwk['n']).slice(0, 20)))
})
