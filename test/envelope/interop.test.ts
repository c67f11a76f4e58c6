import { hash } from 'node:crypto'
import test from 'ava'
import {
  CompactEncrypt,
  CompactSign,
  calculateJwkThumbprint,
  compactDecrypt,
  compactVerify,
  importPKCS8,
} from 'jose'
import { createOpener, defaultEnvelopeLimits, importPublicJwk, jwkThumbprint } from '#envelope'
import {
  algorithmOf,
  ecKey,
  gatewayEnc,
  gatewaySig,
  keysFor,
  registered,
  rsaKey,
  senderOf,
  systemRandom,
  type TestKey,
} from './parties.ts'

const json = '{"type":"echo","id":"jose"}'
const big = rsaKey('enc', 3072)
const senders = { 'RSA 2048': rsaKey('sig'), 'RSA 3072': rsaKey('sig', 3072), 'EC P-256': ecKey() }
const parts = { clock: { elapsedMs: () => 0 }, random: systemRandom }

const openerFor = (keys: readonly TestKey[], gateway = gatewayEnc) => {
  const table = keysFor(registered('acme', keys))
  const own = [gateway, gatewaySig].map(({ kid, use, pem }) => ({ kid, use, privateKeyPem: pem }))
  return createOpener({ ...table, gateway: own }, defaultEnvelopeLimits, parts)
}

async function joseRequest(key: TestKey, gateway: TestKey): Promise<Buffer> {
  const alg = algorithmOf(key)
  const jws = await new CompactSign(Buffer.from(json))
    .setProtectedHeader({ alg, kid: key.kid, aud: gateway.kid })
    .sign(await importPKCS8(key.pem, alg))
  const jwe = await new CompactEncrypt(Buffer.from(jws))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: gateway.kid })
    .encrypt(importPublicJwk(gateway.jwk, 'enc').key)
  return Buffer.from(jwe)
}

for (const [name, key] of Object.entries(senders)) {
  for (const gateway of [gatewayEnc, big]) {
    const bits = gateway === big ? 3072 : 2048
    test(`what jose signs with ${name} and encrypts to RSA ${bits} is opened`, async (t) => {
      const opened = openerFor([key], gateway).open(await joseRequest(key, gateway))
      t.like(opened, { kind: 'opened', merchant: 'acme', json })
    })

    test(`what our client signs with ${name} and encrypts to RSA ${bits} jose reads`, async (t) => {
      const { token } = senderOf(key, { gateway }).seal(json)
      const own = await importPKCS8(gateway.pem, 'RSA-OAEP-256')
      const { plaintext, protectedHeader } = await compactDecrypt(token, own)
      t.deepEqual({ ...protectedHeader }, { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: gateway.kid })
      const { payload } = await compactVerify(plaintext, importPublicJwk(key.jwk, 'sig').key)
      t.is(Buffer.from(payload).toString(), json)
    })
  }
}

test("jose reads an answer encrypted to the merchant's key", async (t) => {
  for (const enc of [rsaKey('enc'), big]) {
    const key = senders['EC P-256']
    const opener = openerFor([key, enc])
    const opened = opener.open(await joseRequest(key, gatewayEnc))
    if (opened.kind !== 'opened') return t.fail(opened.kind)
    const answer = opener.seal(opened.reply, '{"ok":1}')
    const decrypted = await compactDecrypt(answer, await importPKCS8(enc.pem, 'RSA-OAEP-256'))
    t.deepEqual(
      { ...decrypted.protectedHeader },
      { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: enc.kid },
    )
    await answerReads(t, decrypted.plaintext, key)
  }
})

test("jose reads an answer under the request's content key", async (t) => {
  const key = senders['RSA 2048']
  const opener = openerFor([key])
  const { token, contentKey } = senderOf(key).seal(json)
  const opened = opener.open(token)
  if (opened.kind !== 'opened') return t.fail(opened.kind)
  const answer = opener.seal(opened.reply, '{"ok":1}')
  const { plaintext, protectedHeader } = await compactDecrypt(answer, contentKey.key.export())
  const kid = hash('sha256', token.toString().split('.')[1] ?? '', 'base64url')
  t.deepEqual({ ...protectedHeader }, { alg: 'dir', enc: 'A256GCM', kid })
  await answerReads(t, plaintext, key)
})

test("our client takes what jose made with the gateway's key, and nothing else", async (t) => {
  const key = senders['EC P-256']
  const { seal, open } = senderOf(key)
  const { contentKey } = seal(json)
  const answerBy = async (signer: TestKey, aud = key.kid) => {
    const jws = await new CompactSign(Buffer.from('{"ok":1}'))
      .setProtectedHeader({ alg: 'ES256', kid: gatewaySig.kid, aud })
      .sign(await importPKCS8(signer.pem, 'ES256'))
    const jwe = await new CompactEncrypt(Buffer.from(jws))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: contentKey.kid })
      .encrypt(contentKey.key)
    return Buffer.from(jwe)
  }
  t.is(open(await answerBy(gatewaySig), contentKey), '{"ok":1}')
  for (const forged of [await answerBy(key), await answerBy(gatewaySig, big.kid)]) {
    t.throws(() => open(forged, contentKey), { code: 'ANSWER_UNREADABLE' })
  }
})

test('thumbprints are those that jose computes and that RFC 7638 prints', async (t) => {
  for (const { jwk, kid } of [...Object.values(senders), big, gatewaySig]) {
    t.is(kid, await calculateJwkThumbprint({ ...jwk }))
  }
  t.is(jwkThumbprint(RFC_7638_KEY), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
})

async function answerReads(
  t: { deepEqual(a: unknown, b: unknown): void; is(a: unknown, b: unknown): void },
  jws: Uint8Array,
  reader: TestKey,
) {
  const verified = await compactVerify(jws, importPublicJwk(gatewaySig.jwk, 'sig').key)
  t.is(Buffer.from(verified.payload).toString(), '{"ok":1}')
  t.deepEqual(
    { ...verified.protectedHeader },
    { alg: 'ES256', kid: gatewaySig.kid, aud: reader.kid },
  )
}

/** RFC 7638 section 3.1. */
const RFC_7638_KEY = {
  kty: 'RSA',
  n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
}
