import {
  currencyOf,
  grainsOf,
  type JsonObject,
  refusal,
  Secret,
  type TabChargeRequest,
  type TabInquiryRequest,
  type TabItemRefundRequest,
  type TabOpenRequest,
  type TabPostRequest,
  type TabTerms,
  type WantedCharge,
} from '#domain'
import { momentOf } from '../calendar.ts'
import type {
  ChargeBody,
  ReadBody,
  TabBody,
  TabChargeBody,
  TabInquiryBody,
  TabOpenBody,
  TabRefundBody,
} from '../messages/bodies.ts'
import type { Refused } from './refused.ts'

/** The schema check of each kind of request about tabs. */
export interface TabReaders {
  readonly 'tab.open': ReadBody<TabOpenBody>
  readonly 'tab.charge': ReadBody<TabChargeBody>
  readonly 'tab.post': ReadBody<TabBody>
  readonly 'tab.inquire': ReadBody<TabInquiryBody>
  readonly 'tab.refund': ReadBody<TabRefundBody>
}

export function tabOpenOf(body: TabOpenBody, sentAtMs: number): TabOpenRequest | Refused {
  const { merchant, id, consent } = body
  const currency = currencyOf(consent.maximum.currency)
  if (currency === undefined) return { refused: NO_CURRENCY }
  const untilMs = momentOf(consent.until)
  if (untilMs === undefined) return { refused: NO_MOMENT }
  const { reference, maximum } = consent
  const terms = {
    ...{ merchant, id, payment: body.payment, currency },
    consent: { reference, maximumMinor: BigInt(maximum.value), untilMs },
    posting: postingOf(body),
    ...(body.increment === undefined ? {} : { incrementMinor: BigInt(body.increment) }),
    ...(body.rate === undefined
      ? {}
      : { rate: { unit: body.rate.unit, grains: grainsOf(body.rate.value) } }),
  }
  const whole = new Secret<JsonObject>(body)
  return { operation: 'tab.open', merchant, id, sentAtMs, terms, body: whole }
}

const NO_CURRENCY = refusal(
  'FIELD_INVALID',
  'must be an ISO 4217 alphabetic code in use',
  'consent.maximum.currency',
)
const NO_MOMENT = refusal('FIELD_INVALID', 'must be a moment that exists', 'consent.until')

/** What the merchant does not say is a day, and as many charges as a tab may have. */
function postingOf({ posting = {} }: TabOpenBody): TabTerms['posting'] {
  const { threshold, charges = CHARGES_MAX, afterSeconds = DAY_SECONDS, dayEnd = false } = posting
  return {
    ...(threshold === undefined ? {} : { thresholdMinor: BigInt(threshold) }),
    chargesMax: charges,
    ageMs: afterSeconds * 1_000,
    atDayEnd: dayEnd,
  }
}

const DAY_SECONDS = 86_400
const CHARGES_MAX = 100_000

export function tabChargeOf(
  { merchant, id, tab, charges }: TabChargeBody,
  sentAtMs: number,
): TabChargeRequest {
  const wanted = charges.map(wantedOf)
  return { operation: 'tab.charge', merchant, id, sentAtMs, tab, charges: wanted }
}

function wantedOf({ id, amount, quantity, item }: ChargeBody): WantedCharge {
  return {
    id,
    ...(amount === undefined ? {} : { grains: grainsOf(amount) }),
    ...(quantity === undefined ? {} : { quantity }),
    ...(item === undefined ? {} : { item }),
  }
}

export function tabPostOf({ merchant, id, tab }: TabBody, sentAtMs: number): TabPostRequest {
  return { operation: 'tab.post', merchant, id, sentAtMs, tab }
}

export function tabInquiryOf(
  { merchant, id, tab, after = 0 }: TabInquiryBody,
  sentAtMs: number,
): TabInquiryRequest {
  return { operation: 'tab.inquire', merchant, id, sentAtMs, tab, after }
}

export function tabItemRefundOf(
  { merchant, id, tab, charge }: TabRefundBody,
  sentAtMs: number,
): TabItemRefundRequest {
  return { operation: 'tab.refund', merchant, id, sentAtMs, tab, charge }
}
