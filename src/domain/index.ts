/**
 * The bank's words: money, cards, payments and their allowed moves, merchants, refusals.
 *
 * Values and rules without IO. A leaf: it imports nothing, not even Node.
 */
export { type CaptureObstacle, type CaptureVerdict, captureVerdict } from './capture.ts'
export type { Balance, CardFindings, CardOutcome } from './card-inquiry.ts'
export {
  type CardRegistration,
  cardTokenOf,
  type KeptCard,
  type RegisteredCard,
  TOKEN_BYTES,
} from './card-token.ts'
export { type Currency, currencyByNumber, currencyOf } from './currency.ts'
export type {
  Chargeable,
  Fee,
  FeePlan,
  FeeTerms,
  FeeVersion,
  Sharer,
  Shares,
  Tier,
} from './fee-plan.ts'
export {
  type FollowUpObstacle,
  followUpObstacle,
  heldMinorOf,
  NO_FOLLOW_UPS,
  refundableMinorOf,
  takenMinorOf,
} from './follow-up.ts'
export { type ItemRefundObstacle, itemRefundVerdict } from './item-refund.ts'
export { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
export type { Merchant, MerchantKey } from './merchant.ts'
export { AMOUNT_MINOR_MAX, type Money, money, moneyText } from './money.ts'
export {
  type AttemptEnd,
  type OwedKind,
  type OwedMessage,
  type OwedNumber,
  type PutOff,
  REVERSAL_CAUSES,
  type ReversalCause,
} from './owed.ts'
export { maskPan, Pan } from './pan.ts'
export {
  ALLOWED_MOVES,
  type Capture,
  type ConcludedState,
  type FollowUpOperation,
  type FollowUps,
  type HostExchange,
  type HostFindings,
  mayMove,
  type OutcomeReason,
  type Payment,
  type PaymentIntent,
  type PaymentOperation,
  type PaymentOutcome,
  type PaymentState,
  STAN_MAX,
} from './payment.ts'
export { PIN_BLOCK_BYTES, type PinFormat, type TerminalPin } from './pin.ts'
export { type Refusal, type RefusalCode, refusal } from './refusal.ts'
export type {
  CaptureRequest,
  CardDetails,
  CardForgetRequest,
  CardOperation,
  CardRegisterRequest,
  CardRequest,
  EchoRequest,
  FollowUpRequest,
  InquiryRequest,
  MerchantRequest,
  PaymentRequest,
  ReversalRequest,
  TabChargeRequest,
  TabInquiryRequest,
  TabItemRefundRequest,
  TabOpenRequest,
  TabPostRequest,
  TokenPaymentRequest,
} from './request.ts'
export { type ReversalObstacle, type ReversalVerdict, reversalVerdict } from './reversal.ts'
export { Secret } from './secret.ts'
export {
  type ChargeObstacle,
  ceilingMinorOf,
  chargedGrainsOf,
  chargeObstacle,
  GRAINS_PER_MINOR,
  grainsOf,
  grainsText,
  incrementDueMinor,
  isFull,
  itemRefundMinor,
  lastDueMs,
  leftGrainsOf,
  type PostingCause,
  postingCause,
  type Tab,
  type TabCharge,
  type TabClosing,
  type TabOpening,
  type TabRate,
  type TabTerms,
  tabSettlement,
  type WantedCharge,
} from './tab.ts'
export { type TabObstacle, tabObstacle } from './tab-opening.ts'
export type { TabItem, TabReceipt } from './tab-receipt.ts'
