import { type CardOutcome, type CardRequest, type Merchant, type Refusal, refusal } from '#domain'
import type { Message } from '#iso8583'
import { type ExchangeFacts, refusalOfNew } from '#processing'
import { DRAINING } from './authorize.ts'
import { noPlace, numbered } from './exchange.ts'
import { withHostPin } from './host-pin.ts'
import type { Parts } from './parts.ts'
import type { HostReply } from './ports.ts'

/** What the host said of a card, or why it was not asked. */
export type Heard =
  | { readonly kind: 'heard'; readonly outcome: CardOutcome; readonly exchange: ExchangeFacts }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/**
 * Ask the host about a card: whether it is good, or what its account holds.
 *
 * No money moves for it. So nothing of it is kept and nothing is reversed: whoever is told
 * `unknown` asks again. It has a place in the host's window and a trace number as payments do.
 */
export async function askAboutCard(
  request: CardRequest,
  merchant: Merchant,
  parts: Parts,
): Promise<Heard> {
  const obstacle = obstacleTo(request, merchant, parts)
  if (obstacle) return { kind: 'refused', refusal: obstacle }
  if (request.pin === undefined) return ask(request, merchant, parts)
  const forHost = await withHostPin(request, parts)
  return forHost.kind === 'refused' ? forHost : ask(forHost.request, merchant, parts)
}

function obstacleTo(
  request: CardRequest,
  merchant: Merchant,
  { clock, draining, limits, mapping, sandboxPans }: Parts,
): Refusal | undefined {
  if (draining()) return DRAINING
  if (!mapping.operations.has(request.operation)) {
    return refusal('NOT_SUPPORTED_BY_HOST', 'the host is not asked such a thing', 'type')
  }
  const windowMs = limits.freshnessMs
  return refusalOfNew(request, { merchant, nowMs: clock.nowMs(), windowMs, sandboxPans })
}

async function ask(request: CardRequest, merchant: Merchant, parts: Parts): Promise<Heard> {
  const place = parts.host.reserve(merchant.id)
  if (place.kind !== 'reserved') return { kind: 'refused', refusal: noPlace(place, parts) }
  try {
    const write = (facts: ExchangeFacts) => parts.mapping.toHost(request, merchant, facts)
    const ready = numbered({ write }, parts)
    if (ready.kind === 'refused') return ready
    const { facts, message } = ready
    const outcome = outcomeOf(request, { sent: message, reply: await place.ask(message) }, parts)
    // A late answer must not find the number in use.
    if (outcome.state === 'unknown') parts.stans.rest(facts.stan)
    else parts.stans.release(facts.stan)
    return { kind: 'heard', outcome, exchange: facts }
  } finally {
    place.release()
  }
}

function outcomeOf(
  { operation }: CardRequest,
  { sent, reply }: { readonly sent: Message; readonly reply: HostReply },
  { evidence, mapping }: Parts,
): CardOutcome {
  switch (reply.kind) {
    case 'not-sent':
      return { state: 'failed', reason: 'not-sent' }
    case 'unknown':
      return { state: 'unknown', reason: reply.reason }
    case 'answered': {
      const reading = mapping.readAnswer(operation, sent, reply.message)
      if (reading.kind === 'mismatched') {
        evidence.keep(reply.message, reading)
        return { state: 'unknown', reason: 'answer-mismatched' }
      }
      const { findings, verdict } = reading
      // There is no part of nothing to approve.
      return verdict === 'approved' || verdict === 'declined'
        ? { state: verdict, ...findings }
        : { state: 'unknown', reason: 'response-code-unknown', ...findings }
    }
  }
}
