import {
  type CardForgetRequest,
  type CardRegisterRequest,
  cardTokenOf,
  type Refusal,
  type RegisteredCard,
  refusal,
  TOKEN_BYTES,
} from '#domain'
import { refusalOfNewCard } from '#processing'
import { DRAINING } from './authorize.ts'
import { conflict, later, type Named, type Refused, sameBytes } from './exchange.ts'
import { keepCard, tokenUnknown } from './kept-card.ts'
import type { Parts } from './parts.ts'

/** What a wish about a card came to. */
export type CardTold = { readonly kind: 'card'; readonly card: RegisteredCard } | Refused

/**
 * Keep a card for a merchant, under a token that is of use to that merchant alone.
 *
 * One act decides: a card that has a token keeps it, and a repeat gets what the first one got.
 */
export async function registerCard(request: CardRegisterRequest, parts: Parts): Promise<CardTold> {
  const { merchant, id } = request
  const fingerprint = parts.vault.fingerprint(parts.messages.contentOf(request))
  const named = { merchant, id, fingerprint }
  const obstacle = obstacleTo(request, parts)
  if (obstacle) return earlierOr(obstacle, named, parts)
  const result = await parts.store.registerCard({
    ...named,
    ...keepCard(request.card, merchant, parts),
    token: cardTokenOf(parts.random.bytes(TOKEN_BYTES)),
    panMasked: request.card.pan.masked,
    registeredAtMs: parts.clock.nowMs(),
  })
  switch (result.kind) {
    case 'registered':
      return { kind: 'card', card: result.card }
    case 'conflict':
      return { kind: 'refused', refusal: conflict() }
    case 'full':
      return earlierOr(later(refusal('BUSY', 'the journal is full'), parts), named, parts)
  }
}

/**
 * End a token, so that it begins no payment any more; those made with it stand. Asking again
 * changes nothing.
 */
export async function forgetCard(
  { merchant, token }: CardForgetRequest,
  parts: Parts,
): Promise<CardTold> {
  const card = await parts.store.forgetCard({ merchant, token, atMs: parts.clock.nowMs() })
  return card ? { kind: 'card', card } : { kind: 'refused', refusal: tokenUnknown('token') }
}

function obstacleTo(request: CardRegisterRequest, parts: Parts): Refusal | undefined {
  if (parts.draining()) return DRAINING
  const { clock, limits, sandboxPans } = parts
  const windowMs = limits.freshnessMs
  return refusalOfNewCard(request, { nowMs: clock.nowMs(), windowMs, sandboxPans })
}

/** A repeat gets its answer even when nothing new can be kept. */
async function earlierOr(
  obstacle: Refusal,
  { merchant, id, fingerprint }: Named,
  parts: Parts,
): Promise<CardTold> {
  const earlier = await parts.store.findRegistration(merchant, id)
  if (earlier === undefined) return { kind: 'refused', refusal: obstacle }
  return sameBytes(earlier.fingerprint, fingerprint)
    ? { kind: 'card', card: earlier.card }
    : { kind: 'refused', refusal: conflict() }
}
