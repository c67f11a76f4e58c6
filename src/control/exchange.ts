import {
  type HostExchange,
  type Money,
  type Payment,
  type PaymentIntent,
  type PaymentOperation,
  type PaymentOutcome,
  type Refusal,
  refusal,
} from '#domain'
import type { Message } from '#iso8583'
import { type ExchangeFacts, exchangeFacts, type Written } from '#processing'
import { followUpRefusal } from './follow-up-refusal.ts'
import { outcomeOf } from './outcome.ts'
import type { Parts } from './parts.ts'
import type { Reservation } from './ports.ts'

/** How a request to move money ended: a payment to tell of, or a refusal that left no trace. */
export type Conducted = { readonly kind: 'payment'; readonly payment: Payment } | Refused

export interface Refused {
  readonly kind: 'refused'
  readonly refusal: Refusal
}

/** What names a request and what it stands for. */
export interface Named {
  readonly merchant: string
  readonly id: string
  /** Keyed hash of its content, 32 bytes. */
  readonly fingerprint: Uint8Array
}

/** What is to be asked of the host, once nothing about it can be refused any more. */
export interface Order extends Named {
  readonly operation: PaymentOperation
  /** Idempotency key of the payment that it follows up. */
  readonly original?: string
  readonly amount: Money
  readonly acceptPartial: boolean
  readonly terminal: string
  card(): Pick<PaymentIntent, 'panMasked' | 'panHash'>
  /** Write the host message. */
  write(facts: ExchangeFacts): Written
}

/**
 * Conduct one exchange with the host, from a request that may be asked to its durable outcome.
 *
 * The host's window comes first: a payment that is begun has a place there. After `begin` the
 * payment is on disk; after `ask` the money may have moved, so an outcome that cannot be known is
 * recorded as unknown before anyone hears of it (specs/engine.md, "Unknown outcome").
 */
export async function exchange(order: Order, parts: Parts): Promise<Conducted> {
  const place = parts.host.reserve(order.merchant)
  if (place.kind !== 'reserved') return earlierOr(noPlace(place, parts), order, parts)
  try {
    const prepared = prepare(order, parts)
    if (prepared.kind === 'refused') return await earlierOr(prepared.refusal, order, parts)
    const begun = await begin(order, prepared, parts)
    if (begun.kind !== 'begun') return begun
    // From here the payment is on disk.
    const reply = await place.ask(prepared.message)
    // From here the money may have moved.
    const outcome = outcomeOf(order, { sent: prepared.message, reply, ...begun.intent }, parts)
    await parts.store.conclude(order.merchant, order.id, outcome)
    if (outcome.state === 'unknown') parts.forwarding.wake()
    settleStan(prepared.exchange.stan, outcome, parts)
    return paymentOf({ ...begun.intent, state: outcome.state, outcome })
  } finally {
    place.release()
  }
}

/** A repeat of an earlier request gets its answer even when nothing new can be begun. */
export async function earlierOr(
  obstacle: Refusal,
  { merchant, id, fingerprint }: Named,
  parts: Parts,
): Promise<Conducted> {
  const earlier = await parts.store.find(merchant, id)
  if (earlier === undefined) return { kind: 'refused', refusal: obstacle }
  const isSame = sameBytes(earlier.fingerprint, fingerprint)
  return isSame ? paymentOf(earlier) : { kind: 'refused', refusal: conflict() }
}

/** The same request can succeed after a while. */
export function later(refused: Refusal, parts: Pick<Parts, 'limits'>): Refusal {
  return { ...refused, retryAfterMs: parts.limits.retryAfterMs }
}

/** @param field the member that names the payment */
export function reversedUnseen(field: 'id' | 'payment'): Refusal {
  return refusal('PAYMENT_REVERSED', 'this merchant reversed the payment before it came', field)
}

export function neverSeen(): Refusal {
  return refusal('PAYMENT_NOT_FOUND', 'this merchant has no payment with this id', 'payment')
}

export function noPlace(why: NoPlace, parts: Pick<Parts, 'limits'>): Refusal {
  if (why.kind === 'down') {
    return later(refusal('HOST_UNAVAILABLE', 'the core host cannot be reached'), parts)
  }
  const { retryAfterMs = parts.limits.retryAfterMs } = why
  return { ...refusal('BUSY', 'too many payments in flight'), retryAfterMs }
}

type NoPlace = Exclude<Reservation, { kind: 'reserved' }>

/** A host message with the number and the moment that it was written with. */
export type Numbered =
  | { readonly kind: 'numbered'; readonly message: Message; readonly facts: ExchangeFacts }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Number the exchange and write the host message; a message that cannot be written holds no number.
 */
export function numbered({ write }: Pick<Order, 'write'>, parts: Parts): Numbered {
  const stan = parts.stans.take()
  if (stan === undefined) {
    return { kind: 'refused', refusal: later(refusal('BUSY', 'no trace number is free'), parts) }
  }
  const facts = exchangeFacts(parts.clock.nowMs(), stan, parts.hostFacts)
  const written = write(facts)
  if (written.kind === 'refused') {
    parts.stans.giveBack(stan)
    return { kind: 'refused', refusal: written.refusal }
  }
  return { kind: 'numbered', message: written.message, facts }
}

type Prepared =
  | {
      readonly kind: 'prepared'
      readonly exchange: HostExchange
      readonly message: Message
      readonly facts: ExchangeFacts
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

function prepare(order: Order, parts: Parts): Prepared {
  const ready = numbered(order, parts)
  if (ready.kind === 'refused') return ready
  const { facts, message } = ready
  const { stan, transmittedAt, rrn } = facts
  const host = parts.hostFacts.name
  const exchange = { host, mti: message.mti, stan, transmittedAt, rrn, terminal: order.terminal }
  return { kind: 'prepared', exchange, message, facts }
}

type Particulars = Extract<Prepared, { kind: 'prepared' }>

function intentOf(order: Order, by: Particulars, parts: Parts): PaymentIntent {
  const { merchant, id, operation, original, amount, acceptPartial, fingerprint } = order
  return {
    ...{ merchant, id, operation, amount, acceptPartial, fingerprint },
    ...(original === undefined ? {} : { original }),
    ...order.card(),
    exchange: by.exchange,
    sealedImage: parts.vault.sealImage(parts.mapping.storedImage(by.message), `${merchant}/${id}`),
    businessDate: parts.day.date(),
    begunAtMs: by.facts.atMs,
  }
}

type Begun = Conducted | { readonly kind: 'begun'; readonly intent: PaymentIntent }

/** Put the payment on disk, or say how it ended already; then its number is free for the next. */
async function begin(order: Order, particulars: Particulars, parts: Parts): Promise<Begun> {
  const { stan } = particulars.exchange
  try {
    const intent = intentOf(order, particulars, parts)
    const begun = await parts.store.begin(intent)
    if (begun.kind === 'begun') return { kind: 'begun', intent }
    parts.stans.giveBack(stan)
    switch (begun.kind) {
      case 'repeat':
        return paymentOf(begun.payment)
      case 'conflict':
        return { kind: 'refused', refusal: conflict() }
      case 'reversed-unseen':
        return { kind: 'refused', refusal: reversedUnseen('id') }
      case 'not-followed':
        return { kind: 'refused', refusal: followUpRefusal(order.operation, begun) }
      case 'original-unseen':
        return { kind: 'refused', refusal: neverSeen() }
      case 'full': {
        return earlierOr(later(refusal('BUSY', 'the journal is full'), parts), order, parts)
      }
    }
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

export function conflict(): Refusal {
  const reason = 'this id was used before for a request with other content'
  return refusal('ID_CONFLICT', reason, 'id')
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index])
}
