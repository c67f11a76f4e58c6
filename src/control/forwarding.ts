import type {
  AttemptEnd,
  Merchant,
  OwedKind,
  OwedMessage,
  OwedNumber,
  Payment,
  PutOff,
} from '#domain'
import type { Message } from '#iso8583'
import type { Clock, Log } from '#platform'
import {
  exchangeFacts,
  type HostFacts,
  type KeptPayment,
  type Mapping,
  type OwedWay,
} from '#processing'
import { createComplaint } from './complaint.ts'
import { settlementOf } from './outcome.ts'
import { raiseOverdue } from './overdue.ts'
import type {
  Evidence,
  HostLink,
  HostReply,
  MerchantRegistry,
  OwedStore,
  Reservation,
  Vault,
} from './ports.ts'
import type { Stans } from './stans.ts'
import { startWatch } from './watch.ts'

/** Bounds on how what is owed is sent. */
export interface ForwardingLimits {
  /** How many messages are with the host at once; each is of another payment. */
  readonly parallelMax: number
  /** How often it is asked whether anything is due. */
  readonly pollMs: number
  /** How long a message rests after its first attempt that settled nothing; doubled by each. */
  readonly retryMinMs: number
  readonly retryMaxMs: number
  /** Owed for longer, it is a work item too; it goes on being sent. */
  readonly overdueMs: number
  /** How often what is overdue is looked for, whether or not the host can be reached. */
  readonly overduePollMs: number
  /** How long after it was sent a payment's own message may still reach the host. */
  readonly lateAnswerMaxMs: number
  /** How long whoever takes a message has it: longer than an attempt can last. */
  readonly leaseMs: number
}

export interface ForwardingParts {
  readonly clock: Clock
  readonly log: Log
  readonly store: OwedStore
  readonly host: Pick<HostLink, 'reserveOwed'>
  readonly evidence: Evidence
  readonly hostFacts: HostFacts
  readonly mapping: Pick<Mapping, 'owed'>
  readonly vault: Pick<Vault, 'openImage'>
  readonly stans: Stans
  readonly merchants: MerchantRegistry
}

/** Sends what the host is owed until it is acknowledged (specs/engine.md, "What is owed"). */
export interface Forwarding {
  /** Something new is owed: look now. */
  wake(): void
  /** Take nothing more. Resolves when what was taken has ended. */
  stop(): Promise<void>
}

/** Begin to send what is owed, now and for as long as the gateway runs. */
export function startForwarding(parts: ForwardingParts, limits: ForwardingLimits): Forwarding {
  const attempts = new Set<Promise<void>>()
  const unfound: Unfound = new Map()

  async function look(): Promise<boolean> {
    const places = placesFor(parts, limits.parallelMax - attempts.size)
    try {
      const owed = places.length === 0 ? [] : await take(parts, limits, places.length)
      for (const message of owed) begin(message, places.shift())
      return owed.length > 0 && attempts.size < limits.parallelMax
    } finally {
      for (const place of places) place.release()
    }
  }

  function begin(message: OwedMessage, place: Place | undefined): void {
    if (place === undefined) return
    const ended = forward(message, place, { parts, limits, unfound })
      .catch((error: unknown) => parts.log.error('owed-attempt-lost', { error }))
      .finally(() => {
        place.release()
        attempts.delete(ended)
        watch.wake()
      })
    attempts.add(ended)
  }

  const watch = startWatch({
    clock: parts.clock,
    pollMs: limits.pollMs,
    complaint: createComplaint(parts.log, 'owed-not-taken'),
    look,
  })
  const stopRaising = raiseOverdue(parts, limits)
  return {
    wake: watch.wake,
    async stop() {
      stopRaising()
      await watch.stop()
      await Promise.all(attempts)
    },
  }
}

type Place = Extract<Reservation, { readonly kind: 'reserved' }>

/** A place at the host comes first, so that nothing is taken that cannot be sent. */
function placesFor({ host }: ForwardingParts, countMax: number): Place[] {
  const places: Place[] = []
  while (places.length < countMax) {
    const place = host.reserveOwed()
    if (place.kind !== 'reserved') break
    places.push(place)
  }
  return places
}

function take(
  { store, clock, hostFacts }: ForwardingParts,
  limits: ForwardingLimits,
  countMax: number,
) {
  const nowMs = clock.nowMs()
  return store.takeOwed({
    host: hostFacts.name,
    nowMs,
    leaseUntilMs: nowMs + limits.leaseMs,
    horizonMs: nowMs + Math.max(limits.leaseMs, limits.retryMaxMs),
    countMax,
  })
}

interface Within {
  readonly parts: ForwardingParts
  readonly limits: ForwardingLimits
  readonly unfound: Unfound
}

/**
 * When the host first had no original of a message, by its number, in elapsed time: wall time may
 * jump, and a payment must not be given up by that.
 */
type Unfound = Map<number, number>

/** One attempt: number it, write it, ask, and record how that ended. */
async function forward(message: OwedMessage, place: Place, within: Within): Promise<void> {
  const { parts } = within
  const merchant = parts.merchants.find(message.payment.merchant)
  const way = parts.mapping.owed[message.kind]
  if (merchant === undefined || way === undefined) return end(message, unwritten(parts), within)
  const numbered = message.numbered ?? (await number(message, parts))
  if (numbered === undefined) {
    return end(message, putOff(message, { why: 'not-sent' }, within), within)
  }
  const sent = written(message, { way, numbered, merchant, parts })
  const askedAtMs = parts.clock.elapsedMs()
  const reply: HostReply = sent ? await place.ask(sent) : { kind: 'not-sent' }
  if (message.numbered === undefined) leave(numbered, reply, parts)
  const ended = sent ? endOf(message, { way, sent, reply, askedAtMs }, within) : unwritten(parts)
  await end(message, ended, within)
}

/** The number was taken for this attempt; a repeat holds none. */
function leave({ stan }: OwedNumber, reply: HostReply, { stans }: ForwardingParts): void {
  if (reply.kind === 'unknown') stans.rest(stan)
  else stans.release(stan)
}

/** What cannot be written will not be the next time either. */
function unwritten({ clock }: ForwardingParts): AttemptEnd {
  return { kind: 'refused', atMs: clock.nowMs() }
}

/** It gets its number once, on disk before it leaves; without one at hand it waits. */
async function number(
  { seq }: OwedMessage,
  { stans, store, clock }: ForwardingParts,
): Promise<OwedNumber | undefined> {
  const stan = stans.take()
  if (stan === undefined) return undefined
  const numbered = { stan, askedAtMs: clock.nowMs() }
  try {
    await store.numberOwed(seq, numbered)
    return numbered
  } catch (error) {
    // Whether it is on disk is not known; nothing was sent under it.
    stans.release(stan)
    throw error
  }
}

interface WrittenBy {
  readonly way: OwedWay
  readonly numbered: OwedNumber
  readonly merchant: Merchant
  readonly parts: ForwardingParts
}

/** @returns undefined when it cannot be: its image does not open, or the host lacks a word */
function written(message: OwedMessage, by: WrittenBy): Message | undefined {
  try {
    return write(message, by)
  } catch (error) {
    by.parts.log.error('owed-unwritable', { owed: message.seq, error })
    return undefined
  }
}

function write(
  { payment, cause, numbered: before }: OwedMessage,
  by: WrittenBy,
): Message | undefined {
  const { vault, hostFacts } = by.parts
  const { merchant, id, exchange, outcome, sealedImage } = payment
  const facts = exchangeFacts(by.numbered.askedAtMs, by.numbered.stan, hostFacts)
  const kept = {
    image: vault.openImage(sealedImage, `${merchant}/${id}`),
    terminal: exchange.terminal,
    ...(outcome?.carried ? { carried: outcome.carried } : {}),
    cause,
    ...captureOf(payment),
    isRepeat: before !== undefined,
  }
  const told = by.way.write(kept, by.merchant, facts)
  return told.kind === 'written' ? told.message : undefined
}

function captureOf({ amount, outcome, capture }: Payment): Pick<KeptPayment, 'capture'> {
  if (capture === undefined) return {}
  const { amountMinor } = capture
  const isWhole = amountMinor === (outcome?.approvedMinor ?? amount.minor)
  return { capture: { amountMinor, extent: isWhole ? 'whole' : 'part' } }
}

interface Attempt {
  readonly way: OwedWay
  readonly sent: Message
  readonly reply: HostReply
  /** In elapsed time. */
  readonly askedAtMs: number
}

function endOf(message: OwedMessage, attempt: Attempt, within: Within): AttemptEnd {
  const { way, sent, reply, askedAtMs } = attempt
  if (reply.kind === 'not-sent') return putOff(message, { why: 'not-sent' }, within)
  if (reply.kind === 'unknown') return putOff(message, { why: reply.reason }, within)
  const { parts } = within
  const reading = way.read(sent, reply.message)
  if (reading.kind === 'mismatched') {
    parts.evidence.keep(reply.message, reading)
    return putOff(message, { why: 'answer-mismatched' }, within)
  }
  const { responseCode, settlementDate } = reading
  const { businessDate } = message.payment.capture ?? message.payment
  const settled = settlementOf(settlementDate, businessDate)
  const atMs = parts.clock.nowMs()
  switch (reading.kind) {
    case 'acknowledged':
      return { kind: 'acknowledged', responseCode, ...settled, atMs }
    case 'refused':
      return { kind: 'refused', responseCode, atMs }
    case 'undecided':
      return putOff(message, { why: 'response-code-unknown', responseCode }, within)
    case 'not-found':
      return isBeyondArrival(message, askedAtMs, within)
        ? { kind: 'not-found', responseCode, atMs }
        : putOff(message, { why: 'original-not-found', responseCode }, within)
  }
}

/** Whether the payment's own message could not come behind an attempt of this moment any more. */
function isBeyondArrival(
  { seq }: OwedMessage,
  askedAtMs: number,
  { unfound, limits, parts }: Within,
): boolean {
  const firstAtMs = unfound.get(seq) ?? parts.clock.elapsedMs()
  unfound.set(seq, firstAtMs)
  return askedAtMs >= firstAtMs + limits.lateAnswerMaxMs
}

function putOff(
  { attempts }: OwedMessage,
  because: { readonly why: PutOff; readonly responseCode?: string },
  { parts, limits }: Within,
): AttemptEnd {
  const atMs = parts.clock.nowMs()
  const { retryMinMs, retryMaxMs } = limits
  // Beyond 2^30 doublings are of no use, and the number stays a whole one.
  const restMs = Math.min(retryMinMs * 2 ** Math.min(attempts, 30), retryMaxMs)
  return { kind: 'put-off', ...because, dueAtMs: atMs + restMs, atMs }
}

async function end(
  { seq, kind: of, attempts, cause }: OwedMessage,
  attempt: AttemptEnd,
  { parts, unfound }: Within,
): Promise<void> {
  const { store, log } = parts
  await store.endAttempt(seq, attempt)
  if (attempt.kind !== 'put-off') unfound.delete(seq)
  const { kind, responseCode } = attempt
  if (kind !== 'refused') return
  log.error(REFUSED[of], { owed: seq, cause, attempts: attempts + 1, responseCode })
}

const REFUSED: Readonly<Record<OwedKind, string>> = {
  reversal: 'reversal-refused',
  advice: 'advice-refused',
}
