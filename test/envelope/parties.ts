import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import {
  type ContentKeyReuse,
  createAnswerOpener,
  createRequestSealer,
  type EnvelopeKeys,
  type EnvelopeMerchant,
  importPrivatePem,
  importPublicJwk,
  type KeyUse,
  type PublicJwk,
  publicJwkOf,
  type SignatureAlgorithm,
} from '#envelope'

/** A key pair of one of the parties, in every form that a test may want. */
export interface TestKey {
  readonly kid: string
  readonly use: KeyUse
  readonly pem: string
  readonly privateKey: KeyObject
  readonly jwk: PublicJwk
}

export const rsaKey = (use: KeyUse, bits = 2048): TestKey => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return testKey(use, privateKey)
}

export const ecKey = (use: KeyUse = 'sig', namedCurve = 'P-256'): TestKey =>
  testKey(use, generateKeyPairSync('ec', { namedCurve }).privateKey)

function testKey(use: KeyUse, key: KeyObject): TestKey {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const jwk = publicJwkOf(key)
  return { kid: String(jwk['kid']), use, pem, privateKey: createPrivateKey(pem), jwk }
}

/** A gateway with an RSA-2048 key for all tests of a file; made once, since RSA keys take long. */
export const gatewayEnc = rsaKey('enc')
export const gatewaySig = ecKey()

export const registered = (
  merchant: string,
  keys: readonly TestKey[],
  more: Partial<EnvelopeMerchant> = {},
): EnvelopeMerchant => ({
  merchant,
  active: true,
  answerEncryption: keys.some(({ use }) => use === 'enc') ? 'registered-key' : 'request-key',
  keys: keys.map(({ kid, use, jwk }) => ({ kid, use, jwk })),
  ...more,
})

export const keysFor = (...merchants: readonly EnvelopeMerchant[]): EnvelopeKeys => ({
  gateway: [gatewayEnc, gatewaySig].map(({ kid, use, pem }) => ({ kid, use, privateKeyPem: pem })),
  merchants,
})

export interface SenderOptions {
  readonly gateway?: TestKey
  readonly reuse?: ContentKeyReuse
  readonly clock?: { elapsedMs(): number }
}

/** A merchant's two ends, from our own client side. */
export function senderOf(key: TestKey, options: SenderOptions = {}, encKey?: TestKey) {
  const gateway = options.gateway ?? gatewayEnc
  const sealer = createRequestSealer({
    merchantKid: key.kid,
    signer: { algorithm: algorithmOf(key), key: key.privateKey },
    gatewayKey: { kid: gateway.kid, publicKey: importPublicJwk(gateway.jwk, 'enc').key },
    reuse: options.reuse ?? { messagesMax: 100, minutesMax: 10 },
    clock: options.clock ?? { elapsedMs: () => 0 },
    random: systemRandom,
  })
  const answers = createAnswerOpener({
    gatewayKeys: [importPublicJwk(gatewaySig.jwk, 'sig')],
    merchantKid: key.kid,
    ...(encKey ? { decryptionKey: importPrivatePem(encKey.pem, 'enc') } : {}),
  })
  return { seal: sealer.seal, open: answers.open }
}

export const systemRandom = { bytes: (count: number) => randomBytes(count) }

export const algorithmOf = ({ jwk }: TestKey): SignatureAlgorithm =>
  jwk['kty'] === 'EC' ? 'ES256' : 'PS256'

/** A clock that moves when told. */
export function handClock() {
  let nowMs = 0
  return {
    elapsedMs: () => nowMs,
    advance(ms: number) {
      nowMs += ms
    },
  }
}
