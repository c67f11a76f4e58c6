import { createPrivateKey } from 'node:crypto'
import { isJsonObject } from '#domain'
import {
  type AnswerOpener,
  type ContentKey,
  type ContentKeyReuse,
  createAnswerOpener,
  createRequestSealer,
  defaultContentKeyReuse,
  importPrivatePem,
  type RequestSealer,
} from '#envelope'
import { type GatewayKeySet, importGatewayKeys } from './discovery.ts'
import type { GatewayAddress } from './gateway-address.ts'
import {
  type AddressInput,
  type AmountInput,
  type CardQuestionInput,
  type CardRegistrationInput,
  type ChargeInput,
  type FollowUpInput,
  type PaymentInput,
  type PinInput,
  type RequestHead,
  requestJson,
  type TabInput,
} from './requests.ts'
import {
  afterLoss,
  type MerchantResult,
  plainRefusal,
  resultOf,
  type UnreachableReason,
  unreachable,
} from './results.ts'
import { type ClientParts, systemParts } from './system.ts'
import { createTransport, type Delivery } from './transport.ts'

/**
 * A merchant's way to the gateway: signs, encrypts, sends, tries again with the same id, and says
 * how it ended.
 *
 * Nothing here rejects for what the gateway or the network does: every outcome is a value. A
 * connection is opened by the first message; `close` ends them all.
 */
export interface MerchantClient {
  /** Take the money now. */
  sale(payment: PaymentInput): Promise<MerchantResult>
  /** Hold the money; {@link MerchantClient.capture} takes it. */
  authorize(payment: PaymentInput): Promise<MerchantResult>
  /** @param payment the id of an earlier payment of this merchant */
  inquire(payment: string): Promise<MerchantResult>
  /** Reverse a payment by its id, whether or not it has come; asking twice changes nothing. */
  reverse(payment: string): Promise<MerchantResult>
  /**
   * Take what an approved authorization holds; asking for the same again changes nothing.
   *
   * @param amount all that was approved, when absent
   */
  capture(payment: string, amount?: AmountInput): Promise<MerchantResult>
  /** Hold more of an approved authorization: a payment of its own, whose id must be new. */
  increment(increment: FollowUpInput & { readonly amount: AmountInput }): Promise<MerchantResult>
  /** Give back of what was taken: a payment of its own, whose id must be new. */
  refund(refund: FollowUpInput): Promise<MerchantResult>
  readonly card: CardClient
  readonly tab: TabClient
  echo(): Promise<MerchantResult>
  /** Send any request as JSON text. */
  send(json: string): Promise<MerchantResult>
  /** Sign and encrypt now, send later: what {@link MerchantClient.sendSealed} takes. */
  seal(json: string): SealedMessage
  sendSealed(message: SealedMessage): Promise<MerchantResult>
  close(): void
}

/** Cards that are kept for later payments, and what the host says of a card. */
export interface CardClient {
  /** Have a card kept, and get the token that stands for it: `card.token` of later payments. */
  register(registration: CardRegistrationInput): Promise<MerchantResult>
  /** End a token and have its card erased; asking twice changes nothing. */
  forget(token: string): Promise<MerchantResult>
  /** Ask the host whether a card is good, with CVV2 and address when given; no money moves. */
  verify(question: CardQuestionInput & { readonly address?: AddressInput }): Promise<MerchantResult>
  /** Ask the host what a card's account holds; no money moves. */
  balance(question: CardQuestionInput & { readonly pin?: PinInput }): Promise<MerchantResult>
}

/** Micropayments: charges of a fraction of a cent that gather on a tab. */
export interface TabClient {
  /** Open a tab on an approved authorization. */
  open(tab: TabInput): Promise<MerchantResult>
  /** Charge a tab, 1 to 100 charges at once; each is charged once, however often it is sent. */
  charge(tab: string, charges: readonly ChargeInput[]): Promise<MerchantResult>
  /** Post a tab now: its whole minor units are captured. */
  post(tab: string): Promise<MerchantResult>
  /**
   * How a tab stands, and a page of its receipt.
   *
   * @param after the `next` of the page before; 0 for the first
   */
  inquire(tab: string, after?: number): Promise<MerchantResult>
  /** Give one charge of a posted tab back. */
  refund(refund: { id: string; tab: string; charge: string }): Promise<MerchantResult>
}

export interface SealedMessage {
  /** Compact JWE, ASCII. */
  readonly token: Buffer
  readonly contentKey: ContentKey
  /** The request's own id, when it has one: its answer must have the same. */
  readonly id: string | undefined
  /** Whether it begins nothing. Such messages have connections of their own. */
  readonly isQuestion: boolean
}

export interface MerchantClientOptions {
  readonly gateway: GatewayAddress
  readonly gatewayKeys: GatewayKeySet
  readonly merchant: string
  /** PKCS #8 PEM of the registered signing key: RSA (PS256) or EC P-256 (ES256). */
  readonly signingKeyPem: string
  /** PKCS #8 PEM of the registered encryption key (RSA), where answers are encrypted to one. */
  readonly decryptionKeyPem?: string
  readonly limits?: Partial<MerchantClientLimits>
  /** Time and chance; the machine's own when absent. */
  readonly parts?: ClientParts
}

export interface MerchantClientLimits {
  readonly connections: number
  /** For one attempt, connecting included. */
  readonly timeoutMs: number
  /** Times that one message is sent, the first included. */
  readonly attemptsMax: number
  /** Wait before the second attempt; it doubles each time, and a random part of it is taken off. */
  readonly backOffMs: number
  readonly backOffMsMax: number
  /** A gateway that asks for a longer wait is not asked again: its refusal is the result. */
  readonly retryAfterMsMax: number
  /** Messages on their way at one time; one more is not sent. */
  readonly inFlightMax: number
  readonly answerBytesMax: number
  readonly contentKeyReuse: ContentKeyReuse
}

export const defaultMerchantClientLimits: MerchantClientLimits = Object.freeze({
  connections: 2,
  timeoutMs: 30_000,
  attemptsMax: 4,
  backOffMs: 200,
  backOffMsMax: 5_000,
  retryAfterMsMax: 15_000,
  inFlightMax: 1_024,
  answerBytesMax: 65_536,
  contentKeyReuse: defaultContentKeyReuse,
})

/** @throws DiscoveryError, EnvelopeError when a key breaks a rule */
export function createMerchantClient(options: MerchantClientOptions): MerchantClient {
  const parts = options.parts ?? systemParts()
  const limits = { ...defaultMerchantClientLimits, ...options.limits }
  const envelope = envelopeOf(options, limits, parts)
  const { gateway } = options
  // The gateway shares its room among a merchant's connections: payments that flood theirs so hold
  // up no question.
  const payments = createTransport({ ...limits, gateway, clock: parts.clock })
  const questions = createTransport({ ...limits, gateway, clock: parts.clock })
  const pause = createPause(limits, parts)
  let inFlight = 0

  function seal(json: string, { id, type }: Head): SealedMessage {
    const isQuestion = !TAKING.has(type)
    return { ...envelope.sealer.seal(json), id, isQuestion }
  }

  async function sendSealed(message: SealedMessage): Promise<MerchantResult> {
    if (inFlight >= limits.inFlightMax) return unreachable('too-many-in-flight', message.id)
    inFlight++
    let lost: UnreachableReason | undefined
    const transport = message.isQuestion ? questions : payments
    try {
      for (let attempt = 1; ; attempt++) {
        const delivery = await transport.exchange(message.token)
        const result = readDelivery(delivery, message, envelope.opener)
        if (result.kind === 'unreachable') lost = result.reason
        const askedMs = 'retryAfterMs' in result ? result.retryAfterMs : undefined
        const isLast = attempt >= limits.attemptsMax || (askedMs ?? 0) > limits.retryAfterMsMax
        if (isLast || !mayPass(result)) {
          return lost === undefined ? result : afterLoss(result, lost, message.id)
        }
        await pause(attempt, askedMs)
      }
    } finally {
      inFlight--
    }
  }

  const ask: Ask = (type, id, body) => {
    const head = { type, id, merchant: options.merchant, nowMs: parts.clock.nowMs() }
    return sendSealed(seal(requestJson(head, body), head))
  }

  const freshId = () => Buffer.from(parts.random.bytes(16)).toString('hex')
  return {
    sale: (payment) => ask('payment.sale', payment.id, payment),
    authorize: (payment) => ask('payment.authorize', payment.id, payment),
    inquire: (payment) => ask('payment.inquire', freshId(), { payment }),
    reverse: (payment) => ask('payment.reverse', freshId(), { payment }),
    capture: (payment, amount) => ask('payment.capture', freshId(), { payment, amount }),
    increment: (increment) => ask('payment.increment', increment.id, increment),
    refund: (refund) => ask('payment.refund', refund.id, refund),
    card: cardClient(ask, freshId),
    tab: tabClient(ask, freshId),
    echo: () => ask('echo', freshId(), {}),
    send: (json) => sendSealed(seal(json, headOf(json))),
    seal: (json) => seal(json, headOf(json)),
    sendSealed,
    close() {
      payments.close()
      questions.close()
    },
  }
}

type Ask = (type: RequestHead['type'], id: string, body: object) => Promise<MerchantResult>

function cardClient(ask: Ask, freshId: () => string): CardClient {
  return {
    register: (registration) => ask('card.register', registration.id, registration),
    forget: (token) => ask('card.forget', freshId(), { token }),
    verify: (question) => ask('card.verify', freshId(), question),
    balance: (question) => ask('card.balance', freshId(), question),
  }
}

function tabClient(ask: Ask, freshId: () => string): TabClient {
  return {
    open: (tab) => ask('tab.open', tab.id, tab),
    charge: (tab, charges) => ask('tab.charge', freshId(), { tab, charges }),
    post: (tab) => ask('tab.post', freshId(), { tab }),
    inquire: (tab, after = 0) => ask('tab.inquire', freshId(), { tab, after }),
    refund: (refund) => ask('tab.refund', refund.id, refund),
  }
}

/** What takes or holds money, or has something kept for that. */
const TAKING: ReadonlySet<string | undefined> = new Set([
  'payment.sale',
  'payment.authorize',
  'payment.increment',
  'card.register',
  'tab.open',
  'tab.charge',
])

const OPEN_BRACE = 0x7b

interface ClientEnvelope {
  readonly sealer: RequestSealer
  readonly opener: AnswerOpener
}

function envelopeOf(
  options: MerchantClientOptions,
  { contentKeyReuse }: MerchantClientLimits,
  { clock, random }: ClientParts,
): ClientEnvelope {
  const { encryption, signing } = importGatewayKeys(options.gatewayKeys)
  const { kid: merchantKid, algorithm } = importPrivatePem(options.signingKeyPem, 'sig')
  const pem = options.decryptionKeyPem
  return {
    sealer: createRequestSealer({
      merchantKid,
      signer: { algorithm: algorithm ?? 'PS256', key: createPrivateKey(options.signingKeyPem) },
      gatewayKey: { kid: encryption.kid, publicKey: encryption.key },
      reuse: contentKeyReuse,
      clock,
      random,
    }),
    opener: createAnswerOpener({
      gatewayKeys: signing,
      merchantKid,
      ...(pem === undefined ? {} : { decryptionKey: importPrivatePem(pem, 'enc') }),
    }),
  }
}

function readDelivery(
  delivery: Delivery,
  { contentKey, id }: SealedMessage,
  opener: AnswerOpener,
): MerchantResult {
  if (delivery.kind === 'lost') return unreachable(delivery.reason, id)
  const { payload } = delivery
  if (payload[0] === OPEN_BRACE) return plainRefusal(payload.toString('utf8'), id)
  try {
    return resultOf(opener.open(payload, contentKey), id)
  } catch {
    return unreachable('answer-unreadable', id)
  }
}

/**
 * Whether the same message may fare better later: the gateway is full, or nobody knows whether it
 * arrived or what became of it.
 */
function mayPass(result: MerchantResult): boolean {
  if (result.kind === 'refused') return result.code === 'BUSY' || result.code === 'DRAINING'
  return result.kind === 'unreachable' && PASSING.has(result.reason)
}

const PASSING: ReadonlySet<UnreachableReason> = new Set([
  'connection-lost',
  'timeout',
  'gateway-failed',
])

/**
 * Waits as long as the gateway asked and up to a quarter more, or doubling from attempt to attempt:
 * with some chance in it, so that those turned away together do not come back together.
 */
function createPause(limits: MerchantClientLimits, { clock, random }: ClientParts) {
  function waitMs(attempt: number, askedMs: number | undefined): number {
    if (askedMs !== undefined) {
      const leastMs = Math.max(0, Math.ceil(askedMs))
      return random.integer(leastMs, Math.ceil(leastMs * 1.25) + 1)
    }
    const doubled = Math.min(limits.backOffMs * 2 ** (attempt - 1), limits.backOffMsMax)
    return random.integer(Math.ceil(doubled / 2), doubled + 1)
  }

  return (attempt: number, askedMs: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      clock.after(waitMs(attempt, askedMs), resolve)
    })
}

/** What a request says of itself, as far as sending it is concerned. */
interface Head {
  readonly id: string | undefined
  readonly type: string | undefined
}

/** What is not JSON says nothing, and is sent all the same, for the gateway to refuse. */
function headOf(json: string): Head {
  const request = parsed(json)
  const { id, type } = isJsonObject(request) ? request : {}
  return { id: asText(id), type: asText(type) }
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
