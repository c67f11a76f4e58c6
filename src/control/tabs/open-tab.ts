import {
  type Refusal,
  refusal,
  type TabObstacle,
  type TabOpenRequest,
  type TabReceipt,
  type TabTerms,
} from '#domain'
import { errorAnswer, freshnessRefusal, tabAnswer } from '#processing'
import { DRAINING } from '../authorize.ts'
import { conflict, neverSeen } from '../exchange.ts'
import type { Parts } from '../parts.ts'
import { answeredNow, journalFull } from './tab-told.ts'

/**
 * Open a tab on an authorization that the host has approved. Nothing goes to the host: what is held
 * is there, and the consent of its holder is kept with the tab.
 */
export async function openTab(request: TabOpenRequest, parts: Parts): Promise<string> {
  const fingerprint = parts.vault.fingerprint(parts.messages.contentOf(request))
  const obstacle = obstacleTo(request, parts)
  if (obstacle) return earlierOr(obstacle, request, { fingerprint, parts })
  const openedAtMs = parts.clock.nowMs()
  const businessDate = parts.day.date()
  const posting = await postingOf(request, parts)
  const result = await parts.store.openTab({
    ...request.terms,
    ...{ posting, fingerprint, businessDate, openedAtMs },
  })
  switch (result.kind) {
    case 'opened':
    case 'repeat':
      return told(request, parts)
    case 'conflict':
      return errorAnswer(conflict(), request.id)
    case 'refused':
      return errorAnswer(refusalOf(result.why), request.id)
    case 'unseen':
      return errorAnswer(neverSeen(), request.id)
    case 'full':
      return journalFull(request, parts)
  }
}

function obstacleTo(request: TabOpenRequest, parts: Parts): Refusal | undefined {
  if (parts.draining()) return DRAINING
  if (parts.mapping.owed.advice === undefined) {
    return refusal('NOT_SUPPORTED_BY_HOST', 'the host takes no captures, so no tabs', 'type')
  }
  const nowMs = parts.clock.nowMs()
  const { untilMs } = request.terms.consent
  const isOpen = untilMs > nowMs && untilMs <= nowMs + CONSENT_MS_MAX
  const stale = freshnessRefusal(request, nowMs, parts.limits.freshnessMs)
  return stale ?? (isOpen ? undefined : CONSENT_OVER)
}

/** Nobody holds money for longer. */
const CONSENT_MS_MAX = 31 * 86_400_000
const CONSENT_OVER = refusal(
  'FIELD_INVALID',
  'must be later than now, and within 31 days',
  'consent.until',
)

/** As its merchant wants, and before the host lets go of what it holds. */
async function postingOf(
  { merchant, terms: { posting, payment: id } }: TabOpenRequest,
  { mapping, store, clock }: Parts,
): Promise<TabTerms['posting']> {
  const { holdHours } = mapping.exchange
  if (holdHours === undefined) return posting
  const payment = await store.find(merchant, id)
  if (payment === undefined) return posting
  const lapsesAtMs = payment.begunAtMs + holdHours * HOUR_MS
  const heldMs = lapsesAtMs - clock.nowMs() - POSTING_MS
  return { ...posting, ageMs: Math.max(1, Math.min(posting.ageMs, heldMs)) }
}

const HOUR_MS = 3_600_000
/** A tab that is due is posted, and its capture told to the host, well within that. */
const POSTING_MS = HOUR_MS / 2

async function earlierOr(
  obstacle: Refusal,
  { merchant, id }: TabOpenRequest,
  { fingerprint, parts }: { readonly fingerprint: Uint8Array; readonly parts: Parts },
): Promise<string> {
  const receipt = await parts.store.readReceipt({ merchant, id, after: 0, countMax: 0 })
  if (receipt === undefined) return errorAnswer(obstacle, id)
  const isSame = receipt.tab.fingerprint.every((byte, at) => byte === fingerprint[at])
  return isSame ? answer(receipt, id, parts) : errorAnswer(conflict(), id)
}

async function told({ merchant, id }: TabOpenRequest, parts: Parts): Promise<string> {
  const receipt = await parts.store.readReceipt({ merchant, id, after: 0, countMax: 0 })
  if (receipt === undefined) throw new Error('a tab that was opened is not there')
  return answer(receipt, id, parts)
}

function answer(receipt: TabReceipt, id: string, parts: Parts): string {
  return tabAnswer(receipt, answeredNow({ id }, parts))
}

function refusalOf(why: TabObstacle): Refusal {
  return why === 'other-currency'
    ? refusal('FIELD_INVALID', REASONS[why], 'consent.maximum.currency')
    : refusal('TAB_NOT_ALLOWED', REASONS[why], 'payment')
}

const REASONS: Readonly<Record<TabObstacle, string>> = {
  'no-authorization': 'a tab is opened on an authorization',
  'other-currency': 'must be the currency of the payment',
  state: 'a tab is opened on an authorization that is approved, and neither captured nor reversed',
  'tab-before': 'this authorization has had its tab',
}
