import { createSecretKey, type KeyObject } from 'node:crypto'
import { asBuffer, encodeBase64url } from './base64url.ts'
import { createHeaderReader, REQUEST_JWE, REQUEST_JWS } from './headers.ts'
import { readIJson } from './ijson.ts'
import { CONTENT_KEY_BYTES, openJwe, sealJwe, splitJwe, wrapContentKey } from './jwe.ts'
import { type JwsParts, signJws, splitJws, verifyJws } from './jws.ts'
import { createKeyTable, type EnvelopeKeys, type RegisteredSigner } from './key-table.ts'
import type { CheckedKey } from './keys.ts'
import type { EnvelopeLimits } from './limits.ts'
import { createSentKeys, type SentKey } from './sent-keys.ts'

/** The gateway's side of the envelope in the thread that calls it: what every worker runs. */
export interface Opener {
  /** Decrypt, verify and check one request. Never throws for what a peer sent. */
  open(token: Uint8Array): OpenedToken
  /** Sign and encrypt the answer to the request that `reply` came with. */
  seal(reply: Reply, json: Uint8Array | string): Buffer
  /**
   * Use other keys from the next call on; keys that are refused (an EnvelopeError) change nothing.
   */
  replaceKeys(keys: EnvelopeKeys): void
}

export type OpenedToken =
  | { readonly kind: 'unreadable' }
  | {
      readonly kind: 'opened'
      readonly merchant: string
      readonly json: string
      readonly reply: Reply
      /** Whether it cost an RSA operation. */
      readonly unwrapped: boolean
    }
  | {
      readonly kind: 'malformed'
      readonly merchant: string
      readonly reason: string
      readonly reply: Reply
      readonly unwrapped: boolean
    }

/** What an answer is sealed with. */
export interface Reply {
  /** The key that signed the request; the answer names it as its reader. */
  readonly signerKid: string
  readonly key:
    | { readonly kind: 'registered'; readonly recipient: CheckedKey }
    | { readonly kind: 'request'; readonly kid: string; readonly contentKey: KeyObject }
}

/** Time and chance; `#platform` has both. */
export interface OpenerParts {
  readonly clock: { elapsedMs(): number }
  readonly random: { bytes(count: number): Uint8Array }
}

/** Throws an EnvelopeError `KEY_REFUSED` when a key breaks a rule. */
export function createOpener(
  keys: EnvelopeKeys,
  limits: EnvelopeLimits,
  { clock, random }: OpenerParts,
): Opener {
  let table = createKeyTable(keys)
  const sentKeys = createSentKeys(limits, { clock, random })
  const jweHeaders = createHeaderReader(REQUEST_JWE, limits.headerBytesMax)
  const jwsHeaders = createHeaderReader(REQUEST_JWS, limits.headerBytesMax)

  function open(token: Uint8Array): OpenedToken {
    if (token.length > limits.tokenBytesMax) return UNREADABLE
    const jwe = splitJwe(asBuffer(token).toString('latin1'))
    const gatewayKid = jwe && jweHeaders.read(jwe.header)?.kid
    const gatewayKey = gatewayKid && table.decryption.get(gatewayKid)
    if (!jwe || !gatewayKey) return UNREADABLE
    const sent = sentKeys.find(jwe, gatewayKey)
    const plain = sent && openJwe(jwe, sent.contentKey)
    const jws = plain && splitJws(plain)
    const signer = jws && provedSigner(jws, gatewayKey.kid)
    if (!sent || !jws || !signer || !sentKeys.accept(sent, signer.merchant)) return UNREADABLE
    const { merchant } = signer
    const reply = replyTo(signer, sent)
    const unwrapped = sent.proved === undefined
    const read = readPayload(jws.payload, limits)
    return read.kind === 'sound'
      ? { kind: 'opened', merchant, json: read.text, reply, unwrapped }
      : { kind: 'malformed', merchant, reason: read.reason, reply, unwrapped }
  }

  /**
   * A key is always verified with: the one registered, or a decoy when there is none for this
   * algorithm.
   */
  function provedSigner(jws: JwsParts, gatewayKid: string): RegisteredSigner | undefined {
    const header = jwsHeaders.read(jws.header)
    if (header === undefined || header.aud !== gatewayKid) return undefined
    const named = table.signers.get(header.kid)
    const signer = named?.key.algorithm === header.alg ? named : undefined
    const decoy = header.alg === 'ES256' ? table.decoys.ES256 : table.decoys.PS256
    const holds = verifyJws(jws, signer?.key ?? decoy)
    return holds && signer?.active ? signer : undefined
  }

  return {
    open,
    seal: (reply, json) => sealAnswer(reply, json, { signing: table.signing, random }),
    replaceKeys(next) {
      table = createKeyTable(next, table)
    },
  }
}

/** What every refusal before authentication looks like. */
const UNREADABLE = Object.freeze({ kind: 'unreadable' as const })

function replyTo(signer: RegisteredSigner, sent: SentKey): Reply {
  const { answerKey: recipient, key } = signer
  return {
    signerKid: key.kid,
    key:
      recipient === undefined
        ? { kind: 'request', kid: sent.kid, contentKey: sent.contentKey }
        : { kind: 'registered', recipient },
  }
}

function readPayload(payload: Buffer, { payloadBytesMax, json }: EnvelopeLimits) {
  return payload.length > payloadBytesMax
    ? ({ kind: 'faulty', reason: `longer than ${payloadBytesMax} bytes` } as const)
    : readIJson(payload, json)
}

interface AnswerSealing extends Pick<OpenerParts, 'random'> {
  readonly signing: CheckedKey
}

function sealAnswer({ signerKid, key }: Reply, json: string | Uint8Array, how: AnswerSealing) {
  const { signing, random } = how
  const jwsHeader = encodeBase64url(`{"alg":"ES256","kid":"${signing.kid}","aud":"${signerKid}"}`)
  const jws = signJws(jwsHeader, json, { algorithm: 'ES256', key: signing.key })
  const iv = random.bytes(12)
  if (key.kind === 'request') {
    const header = encodeBase64url(`{"alg":"dir","enc":"A256GCM","kid":"${key.kid}"}`)
    return sealJwe(jws, { header, encryptedKey: '', contentKey: key.contentKey, iv })
  }
  const { kid, key: recipient } = key.recipient
  const header = encodeBase64url(`{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"${kid}"}`)
  const fresh = random.bytes(CONTENT_KEY_BYTES)
  const encryptedKey = wrapContentKey(fresh, recipient)
  return sealJwe(jws, { header, encryptedKey, contentKey: createSecretKey(fresh), iv })
}
