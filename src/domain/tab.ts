import type { Currency } from './currency.ts'

/** Ten thousand grains make one minor unit; what is charged to a tab is counted in them. */
export const GRAINS_PER_MINOR = 10_000n

/**
 * What the holder of a card and a merchant have agreed on, and how the merchant wants it posted
 * (specs/engine.md, "Tabs").
 */
export interface TabTerms {
  readonly merchant: string
  /** The merchant's own idempotency key of the tab. */
  readonly id: string
  /** Idempotency key of the authorization that holds the money. */
  readonly payment: string
  readonly currency: Currency
  readonly consent: TabConsent
  readonly posting: TabPosting
  /** By how much more is held before it runs out, in minor units; absent when it is not. */
  readonly incrementMinor?: bigint
  /** Of a metered stream. */
  readonly rate?: TabRate
}

/** What the holder has agreed to: kept as evidence. */
export interface TabConsent {
  /** Where the merchant has the proof. */
  readonly reference: string
  /** Below 10^11, so that a number still holds it exactly in grains. */
  readonly maximumMinor: bigint
  /** Nothing is charged at or after this wall time, milliseconds since 1970. */
  readonly untilMs: number
}

/** When a tab is posted, besides when its merchant says so and when its consent ends. */
export interface TabPosting {
  /** Once so much is charged, in minor units. */
  readonly thresholdMinor?: bigint
  /** Once it has so many charges. */
  readonly chargesMax?: number
  /** So long after it was opened. */
  readonly ageMs: number
  /** Once the business day is over on which it was opened. */
  readonly atDayEnd: boolean
}

/** What one unit of a stream costs. */
export interface TabRate {
  readonly unit: 'second' | 'kilobyte'
  readonly grains: bigint
}

/** What is on disk before the first charge. */
export interface TabOpening extends TabTerms {
  /** Keyed hash of the request's content, 32 bytes: tells a repeat from a conflict. */
  readonly fingerprint: Uint8Array
  /** Business day it was opened on, `YYYY-MM-DD`. */
  readonly businessDate: string
  /** Wall time, milliseconds since 1970. */
  readonly openedAtMs: number
}

/**
 * - `open`: it takes charges, as long as its consent says.
 * - `posted`: the whole minor units of its charges are captured.
 * - `released`: they came to none, and what was held is let go.
 */
export type TabState = 'open' | 'posted' | 'released'

/** A tab as the store knows it. */
export interface Tab extends TabOpening {
  /** Its number in the journal. */
  readonly number: number
  readonly state: TabState
  /** What its authorization and approved increments hold, or held. */
  readonly heldMinor: bigint
  readonly chargedGrains: bigint
  readonly chargeCount: number
  /** Once it takes no more charges. */
  readonly closing?: TabClosing
}

/** What became of a tab. What was brought and charged is posted or carried on. */
export interface TabClosing {
  readonly because: PostingCause
  /** Left of earlier tabs of the card with the merchant; below nothing, what the holder is due. */
  readonly broughtGrains: bigint
  readonly postedMinor: bigint
  /** Left for the next tab. */
  readonly carriedGrains: bigint
  readonly atMs: number
}

/** Why a tab is posted. */
export type PostingCause =
  | 'merchant'
  | 'threshold'
  | 'charges'
  | 'age'
  | 'day-end'
  | 'consent-ended'

/** One thing that the holder of a tab pays for. */
export interface TabCharge {
  /** The merchant's own key, unique on its tab. */
  readonly id: string
  readonly grains: bigint
  /** Of a metered stream: how many units. */
  readonly quantity?: number
  /** What it is for, as the receipt says it. */
  readonly item?: string
}

/** A charge as its merchant wants it: so many grains, or so many units at the rate of the tab. */
export type WantedCharge = Omit<TabCharge, 'grains'> & { readonly grains?: bigint }

/** @returns undefined when the tab has no rate that would say */
export function chargedGrainsOf(
  { grains, quantity = 0 }: WantedCharge,
  { rate }: Pick<Tab, 'rate'>,
): bigint | undefined {
  return grains ?? (rate && rate.grains * BigInt(quantity))
}

/** Why a charge is not taken. */
export type ChargeObstacle =
  /** It says a quantity, and the tab has no rate. */
  | 'no-rate'
  | 'closed'
  | 'consent-ended'
  | 'above-consent'
  /** More than is held; it may be later, when the tab has its hold increased. */
  | 'above-hold'
  /** The id was charged before, with other content. */
  | 'conflict'

/** What of a tab decides on charges. */
export type Chargeable = Pick<
  Tab,
  'state' | 'consent' | 'heldMinor' | 'chargedGrains' | 'chargeCount' | 'posting'
>

/** Judge a charge that was not made before. @returns undefined when it is taken */
export function chargeObstacle(
  tab: Chargeable,
  grains: bigint,
  nowMs: number,
): ChargeObstacle | undefined {
  if (tab.state !== 'open') return 'closed'
  if (nowMs >= tab.consent.untilMs) return 'consent-ended'
  const sum = tab.chargedGrains + grains
  if (sum > tab.consent.maximumMinor * GRAINS_PER_MINOR) return 'above-consent'
  return sum > tab.heldMinor * GRAINS_PER_MINOR ? 'above-hold' : undefined
}

/** The most that may be taken for a tab, in minor units. */
export function ceilingMinorOf({ consent, heldMinor }: Pick<Tab, 'consent' | 'heldMinor'>): bigint {
  return heldMinor < consent.maximumMinor ? heldMinor : consent.maximumMinor
}

/** What can still be charged as things stand. */
export function leftGrainsOf(tab: Pick<Tab, 'consent' | 'heldMinor' | 'chargedGrains'>): bigint {
  const left = ceilingMinorOf(tab) * GRAINS_PER_MINOR - tab.chargedGrains
  return left > 0n ? left : 0n
}

/**
 * By how much more is to be held now: the tab's own step, or what its consent has left of it, once
 * less than half a step is left. @returns 0n when nothing is to be asked for
 */
export function incrementDueMinor(tab: Tab): bigint {
  const { incrementMinor = 0n, heldMinor, consent } = tab
  if (tab.state !== 'open' || heldMinor >= consent.maximumMinor) return 0n
  if (leftGrainsOf(tab) * 2n >= incrementMinor * GRAINS_PER_MINOR) return 0n
  const room = consent.maximumMinor - heldMinor
  return room < incrementMinor ? room : incrementMinor
}

/** Whether the charges alone make a tab due to be posted. */
export function isFull({ posting, chargedGrains, chargeCount }: Chargeable): boolean {
  return fullness({ posting, chargedGrains, chargeCount }) !== undefined
}

function fullness({
  posting: { thresholdMinor, chargesMax },
  chargedGrains,
  chargeCount,
}: Pick<Tab, 'posting' | 'chargedGrains' | 'chargeCount'>): PostingCause | undefined {
  if (thresholdMinor !== undefined && chargedGrains >= thresholdMinor * GRAINS_PER_MINOR) {
    return 'threshold'
  }
  return chargesMax !== undefined && chargeCount >= chargesMax ? 'charges' : undefined
}

/** When a tab is to be posted whatever is charged to it, in wall time. */
export function lastDueMs({ consent, posting, openedAtMs }: TabOpening): number {
  return Math.min(consent.untilMs, openedAtMs + posting.ageMs)
}

/** Why an open tab is to be posted now, though its merchant does not say so. */
export function postingCause(
  tab: Tab,
  { openDate, nowMs }: { readonly openDate: string; readonly nowMs: number },
): PostingCause | undefined {
  const full = fullness(tab)
  if (full !== undefined) return full
  if (nowMs >= tab.consent.untilMs) return 'consent-ended'
  if (tab.posting.atDayEnd && openDate > tab.businessDate) return 'day-end'
  return nowMs >= tab.openedAtMs + tab.posting.ageMs ? 'age' : undefined
}

/**
 * What a tab comes to: whole minor units of all that is charged and was left before, rounded down
 * in the holder's favour and never more than may be taken; the rest is carried on, and nothing is
 * lost.
 */
export function tabSettlement(
  chargedGrains: bigint,
  broughtGrains: bigint,
  ceilingMinor: bigint,
): { readonly postedMinor: bigint; readonly carriedGrains: bigint } {
  const grains = chargedGrains + broughtGrains
  const wholeMinor = grains > 0n ? grains / GRAINS_PER_MINOR : 0n
  const postedMinor = wholeMinor < ceilingMinor ? wholeMinor : ceilingMinor
  return { postedMinor, carriedGrains: grains - postedMinor * GRAINS_PER_MINOR }
}

/**
 * How many whole minor units go back for a charge, rounded up in the holder's favour: what is
 * carried on pays for it first.
 *
 * @param refundableMinor what can still be given back of what the tab took
 * @returns undefined when a whole minor unit or more of it is not there to be given back
 */
export function itemRefundMinor(
  grains: bigint,
  carriedGrains: bigint,
  refundableMinor: bigint,
): bigint | undefined {
  const lacking = grains - (carriedGrains > 0n ? carriedGrains : 0n)
  if (lacking <= 0n) return 0n
  const wholeMinor = (lacking + GRAINS_PER_MINOR - 1n) / GRAINS_PER_MINOR
  if (wholeMinor <= refundableMinor) return wholeMinor
  const isFraction = lacking - refundableMinor * GRAINS_PER_MINOR < GRAINS_PER_MINOR
  return isFraction ? refundableMinor : undefined
}

/** Minor units with up to four decimals: `12.5` for 125,000 grains. */
export function grainsText(grains: bigint): string {
  const sign = grains < 0n ? '-' : ''
  const size = grains < 0n ? -grains : grains
  const decimals = (size % GRAINS_PER_MINOR).toString().padStart(4, '0').replace(/0+$/, '')
  return `${sign}${size / GRAINS_PER_MINOR}${decimals === '' ? '' : `.${decimals}`}`
}

/** The inverse of {@link grainsText}, for a text that is no less than nothing. */
export function grainsOf(text: string): bigint {
  const [whole = '', decimals = ''] = text.split('.')
  return BigInt(whole + decimals.padEnd(4, '0'))
}
