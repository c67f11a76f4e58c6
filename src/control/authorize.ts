import {
  type HostExchange,
  type Merchant,
  type Payment,
  type PaymentIntent,
  type PaymentOutcome,
  type PaymentRequest,
  type Refusal,
  refusal,
} from '#domain'
import type { Message } from '#iso8583'
import { type ExchangeFacts, exchangeFacts, refusalOfNew } from '#processing'
import { type ForHost, withHostPin } from './host-pin.ts'
import { outcomeOf } from './outcome.ts'
import type { Parts } from './parts.ts'
import type { Reservation } from './ports.ts'

/** How a request to take money ended: a payment to tell of, or a refusal that left no trace. */
export type Conducted =
  | { readonly kind: 'payment'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Conduct one authorization or sale from validated request to durable outcome.
 *
 * Everything that can refuse comes first, the host's window included: a payment that is begun has a
 * place there. After `begin` the payment is on disk; after `ask` the money may have moved, so an
 * outcome that cannot be known is recorded as unknown before anyone hears of it (specs/engine.md,
 * "Unknown outcome").
 */
export async function authorize(
  request: PaymentRequest,
  merchant: Merchant,
  parts: Parts,
): Promise<Conducted> {
  const fingerprint = parts.vault.fingerprint(parts.messages.contentOf(request))
  const obstacle = obstacleTo(request, merchant, parts)
  if (obstacle) return earlierOr(obstacle, request, fingerprint, parts)
  const forHost: ForHost = request.pin
    ? await withHostPin(request, parts)
    : { kind: 'ready', request }
  if (forHost.kind === 'refused') return earlierOr(forHost.refusal, request, fingerprint, parts)
  const place = parts.host.reserve(merchant.id)
  if (place.kind !== 'reserved') {
    return earlierOr(noPlace(place, parts), request, fingerprint, parts)
  }
  try {
    const prepared = prepare(forHost.request, merchant, parts)
    if (prepared.kind === 'refused') {
      return await earlierOr(prepared.refusal, request, fingerprint, parts)
    }
    const begun = await begin(request, { ...prepared, fingerprint }, parts)
    if (begun.kind !== 'begun') return begun
    // From here the payment is on disk.
    const reply = await place.ask(prepared.message)
    // From here the money may have moved.
    const outcome = outcomeOf(request, { sent: prepared.message, reply, ...begun.intent }, parts)
    await parts.store.conclude(request.merchant, request.id, outcome)
    if (outcome.state === 'unknown') parts.forwarding.wake()
    settleStan(prepared.exchange.stan, outcome, parts)
    return paymentOf({ ...begun.intent, state: outcome.state, outcome })
  } finally {
    place.release()
  }
}

/** Why no new payment can be begun now; an earlier one with the same id is still told of. */
function obstacleTo(
  request: PaymentRequest,
  merchant: Merchant,
  parts: Parts,
): Refusal | undefined {
  if (parts.draining()) return refusal('DRAINING', 'the gateway is closing; try again elsewhere')
  const { clock, limits, sandboxPans } = parts
  const windowMs = limits.freshnessMs
  return refusalOfNew(request, { merchant, nowMs: clock.nowMs(), windowMs, sandboxPans })
}

function noPlace(why: NoPlace, parts: Parts): Refusal {
  if (why.kind === 'down') {
    return later(refusal('HOST_UNAVAILABLE', 'the core host cannot be reached'), parts)
  }
  const { retryAfterMs = parts.limits.retryAfterMs } = why
  return { ...refusal('BUSY', 'too many payments in flight'), retryAfterMs }
}

type NoPlace = Exclude<Reservation, { kind: 'reserved' }>

/** The same request can succeed after a while. */
export function later(refused: Refusal, parts: Parts): Refusal {
  return { ...refused, retryAfterMs: parts.limits.retryAfterMs }
}

/** A repeat of an earlier request gets its answer even when nothing new can be begun. */
async function earlierOr(
  obstacle: Refusal,
  request: PaymentRequest,
  fingerprint: Uint8Array,
  parts: Parts,
): Promise<Conducted> {
  const earlier = await parts.store.find(request.merchant, request.id)
  if (earlier === undefined) return { kind: 'refused', refusal: obstacle }
  return sameBytes(earlier.fingerprint, fingerprint) ? paymentOf(earlier) : conflict()
}

type Prepared =
  | {
      readonly kind: 'prepared'
      readonly exchange: HostExchange
      readonly message: Message
      readonly facts: ExchangeFacts
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Number the exchange and write the host message; a message that cannot be written holds no number.
 */
function prepare(request: PaymentRequest, merchant: Merchant, parts: Parts): Prepared {
  const stan = parts.stans.take()
  if (stan === undefined) {
    return { kind: 'refused', refusal: later(refusal('BUSY', 'no trace number is free'), parts) }
  }
  const facts = exchangeFacts(parts.clock.nowMs(), stan, parts.hostFacts)
  const written = parts.mapping.toHost(request, merchant, facts)
  if (written.kind === 'refused') {
    parts.stans.giveBack(stan)
    return { kind: 'refused', refusal: written.refusal }
  }
  const { message } = written
  const exchange = {
    host: parts.hostFacts.name,
    mti: message.mti,
    stan,
    transmittedAt: facts.transmittedAt,
    rrn: facts.rrn,
    terminal: request.terminal,
  }
  return { kind: 'prepared', exchange, message, facts }
}

interface Particulars {
  readonly exchange: HostExchange
  readonly message: Message
  readonly facts: ExchangeFacts
  readonly fingerprint: Uint8Array
}

function intentOf(request: PaymentRequest, by: Particulars, parts: Parts): PaymentIntent {
  const { merchant, id, operation, amount, acceptPartial, pan } = request
  return {
    merchant,
    id,
    operation,
    amount,
    acceptPartial,
    fingerprint: by.fingerprint,
    panMasked: pan.masked,
    panHash: parts.vault.panHash(pan),
    exchange: by.exchange,
    sealedImage: parts.vault.sealImage(parts.mapping.storedImage(by.message), `${merchant}/${id}`),
    businessDate: parts.day.date(),
    begunAtMs: by.facts.atMs,
  }
}

type Begun = Conducted | { readonly kind: 'begun'; readonly intent: PaymentIntent }

/** Put the payment on disk, or say how it ended already; then its number is free for the next. */
async function begin(
  request: PaymentRequest,
  particulars: Particulars,
  parts: Parts,
): Promise<Begun> {
  const { stan } = particulars.exchange
  try {
    const intent = intentOf(request, particulars, parts)
    const begun = await parts.store.begin(intent)
    if (begun.kind === 'begun') return { kind: 'begun', intent }
    parts.stans.giveBack(stan)
    if (begun.kind === 'repeat') return paymentOf(begun.payment)
    if (begun.kind === 'conflict') return conflict()
    if (begun.kind === 'reversed-unseen') return { kind: 'refused', refusal: reversedUnseen('id') }
    const full = later(refusal('BUSY', 'the journal is full'), parts)
    return earlierOr(full, request, particulars.fingerprint, parts)
  } catch (error) {
    // Whether it is on disk is not known, so the number is not handed out at once.
    parts.stans.release(stan)
    throw error
  }
}

/** A number whose exchange may still be answered rests; any other is free again. */
function settleStan(stan: number, outcome: PaymentOutcome, parts: Parts): void {
  if (outcome.state === 'unknown') parts.stans.rest(stan)
  else parts.stans.release(stan)
}

function paymentOf(payment: Payment): Conducted {
  return { kind: 'payment', payment }
}

/** @param field the member that names the payment */
export function reversedUnseen(field: 'id' | 'payment'): Refusal {
  return refusal('PAYMENT_REVERSED', 'this merchant reversed the payment before it came', field)
}

function conflict(): Conducted {
  const reason = 'this id was used before for a request with other content'
  return { kind: 'refused', refusal: refusal('ID_CONFLICT', reason, 'id') }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])
}
