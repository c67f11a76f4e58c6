import {
  type CardOperation,
  type CardRequest,
  currencyOf,
  type FollowUpOperation,
  isJsonObject,
  type JsonObject,
  type Merchant,
  type MerchantRequest,
  type PaymentRequest,
  type Refusal,
  refusal,
  Secret,
} from '#domain'
import type {
  AmountOfBody,
  CardForgetBody,
  CardQuestionBody,
  CardRegisterBody,
  InquiryBody,
  PaymentBody,
  ReadBody,
  RequestBody,
} from '../messages/bodies.ts'
import { amountOf } from './amount-rules.ts'
import { panOf } from './card-rules.ts'
import { credentialRefusal } from './credential-rules.ts'
import { senderRefusal } from './merchant-rules.ts'
import { pinRefusal, terminalPinOf } from './pin-rules.ts'
import { isRefused, type Refused } from './refused.ts'
import {
  type TabReaders,
  tabChargeOf,
  tabInquiryOf,
  tabItemRefundOf,
  tabOpenOf,
  tabPostOf,
} from './tab-requests.ts'
import { timeOf } from './time-rules.ts'

/** What a request is judged against besides its own text. */
export interface RequestContext {
  /** The merchant whose key signed the request. */
  readonly merchant: Merchant
}

/** A validated request, or why it is none. */
export type Validated =
  | { readonly kind: 'valid'; readonly request: MerchantRequest }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** The schema check of each kind of request. */
export interface RequestReaders extends TabReaders {
  readonly 'payment.authorize': ReadBody<PaymentBody>
  readonly 'payment.sale': ReadBody<PaymentBody>
  readonly 'payment.inquire': ReadBody<InquiryBody>
  readonly 'payment.reverse': ReadBody<InquiryBody>
  readonly 'payment.capture': ReadBody<AmountOfBody>
  readonly 'payment.increment': ReadBody<AmountOfBody>
  readonly 'payment.refund': ReadBody<AmountOfBody>
  readonly 'card.verify': ReadBody<CardQuestionBody>
  readonly 'card.balance': ReadBody<CardQuestionBody>
  readonly 'card.register': ReadBody<CardRegisterBody>
  readonly 'card.forget': ReadBody<CardForgetBody>
  readonly echo: ReadBody<RequestBody>
}

type Judge = (body: JsonObject, context: RequestContext) => Validated

/** Parse, find the kind, check the schema, then the rules; the first fault found is the refusal. */
export function createValidation(
  readers: RequestReaders,
): (json: string, context: RequestContext) => Validated {
  const judges: ReadonlyMap<unknown, Judge> = new Map<unknown, Judge>([
    ['payment.authorize', paymentJudge('payment.authorize', readers['payment.authorize'])],
    ['payment.sale', paymentJudge('payment.sale', readers['payment.sale'])],
    ['payment.inquire', naming('payment.inquire', readers['payment.inquire'])],
    ['payment.reverse', naming('payment.reverse', readers['payment.reverse'])],
    ['payment.capture', captureJudge(readers['payment.capture'])],
    ['payment.increment', followUpJudge('payment.increment', readers['payment.increment'])],
    ['payment.refund', followUpJudge('payment.refund', readers['payment.refund'])],
    ['card.verify', cardJudge('card.verify', readers['card.verify'])],
    ['card.balance', cardJudge('card.balance', readers['card.balance'])],
    ['card.register', registerJudge(readers['card.register'])],
    ['card.forget', forgetJudge(readers['card.forget'])],
    ['tab.open', plainJudge(readers['tab.open'], tabOpenOf)],
    ['tab.charge', plainJudge(readers['tab.charge'], tabChargeOf)],
    ['tab.post', plainJudge(readers['tab.post'], tabPostOf)],
    ['tab.inquire', plainJudge(readers['tab.inquire'], tabInquiryOf)],
    ['tab.refund', plainJudge(readers['tab.refund'], tabItemRefundOf)],
    ['echo', echoJudge(readers.echo)],
  ])
  return (json, context) => {
    const body = parsed(json)
    if (!isJsonObject(body)) return refused(refusal('JSON_MALFORMED', 'must be one JSON object'))
    const type = body['type']
    if (type === undefined) {
      return refused(refusal('FIELD_MISSING', 'this member is needed', 'type'))
    }
    const judge = judges.get(type)
    return judge ? judge(body, context) : refused(UNKNOWN_TYPE)
  }
}

const UNKNOWN_TYPE = refusal('TYPE_UNKNOWN', 'there is no such kind of request', 'type')

function paymentJudge(operation: PaymentRequest['operation'], read: ReadBody<PaymentBody>): Judge {
  return (json, { merchant }) => {
    const body = read(json)
    if (isRefused(body)) return refused(body.refused)
    const wrong = senderRefusal(body, merchant) ?? credentialRefusal(body) ?? pinRefusal(body)
    if (wrong) return refused(wrong)
    const sentAtMs = timeOf(body)
    if (isRefused(sentAtMs)) return refused(sentAtMs.refused)
    const amount = amountOf(body.amount)
    if (isRefused(amount)) return refused(amount.refused)
    const request = {
      operation,
      merchant: body.merchant,
      id: body.id,
      sentAtMs,
      terminal: body.terminal ?? merchant.terminals[0] ?? '',
      amount,
      acceptPartial: body.acceptPartial ?? false,
      body: new Secret<JsonObject>(body),
    }
    const { token } = body.card
    if (token !== undefined) return { kind: 'valid', request: { ...request, token } }
    const pan = panOf(body.card)
    if (isRefused(pan)) return refused(pan.refused)
    return { kind: 'valid', request: { ...request, pan, ...terminalPinOf(body) } }
  }
}

function cardJudge(operation: CardOperation, read: ReadBody<CardQuestionBody>): Judge {
  return (json, { merchant }) => {
    const body = read(json)
    if (isRefused(body)) return refused(body.refused)
    const wrong = senderRefusal(body, merchant) ?? credentialRefusal(body) ?? pinRefusal(body)
    if (wrong) return refused(wrong)
    const sentAtMs = timeOf(body)
    if (isRefused(sentAtMs)) return refused(sentAtMs.refused)
    const currency = currencyOf(body.currency)
    if (currency === undefined) return refused(NO_CURRENCY)
    const pan = panOf(body.card)
    if (isRefused(pan)) return refused(pan.refused)
    const request: CardRequest = {
      ...{ operation, merchant: body.merchant, id: body.id, sentAtMs, currency, pan },
      terminal: body.terminal ?? merchant.terminals[0] ?? '',
      ...terminalPinOf(body),
      body: new Secret<JsonObject>(body),
    }
    return { kind: 'valid', request }
  }
}

const NO_CURRENCY = refusal(
  'FIELD_INVALID',
  'must be an ISO 4217 alphabetic code in use',
  'currency',
)

/** For a request that names a payment sent before. */
function naming(
  operation: 'payment.inquire' | 'payment.reverse',
  read: ReadBody<InquiryBody>,
): Judge {
  return plainJudge(read, ({ merchant, id, payment }, sentAtMs) => {
    return { operation, merchant, id, sentAtMs, payment }
  })
}

function captureJudge(read: ReadBody<AmountOfBody>): Judge {
  return plainJudge(read, ({ merchant, id, payment, amount: wanted }, sentAtMs) => {
    const request = { operation: 'payment.capture', merchant, id, sentAtMs, payment } as const
    if (wanted === undefined) return request
    const amount = amountOf(wanted)
    return isRefused(amount) ? amount : { ...request, amount }
  })
}

function followUpJudge(operation: FollowUpOperation, read: ReadBody<AmountOfBody>): Judge {
  return plainJudge(read, (json, sentAtMs) => {
    const { merchant, id, payment, amount: wanted } = json
    const body = new Secret<JsonObject>(json)
    const request = { operation, merchant, id, sentAtMs, payment, body } as const
    if (wanted === undefined) return request
    const amount = amountOf(wanted)
    return isRefused(amount) ? amount : { ...request, amount }
  })
}

function registerJudge(read: ReadBody<CardRegisterBody>): Judge {
  return plainJudge(read, (json, sentAtMs) => {
    const { merchant, id, card } = json
    const pan = panOf(card)
    if (isRefused(pan)) return pan
    const body = new Secret<JsonObject>(json)
    const kept = { pan, expiry: card.expiry }
    return { operation: 'card.register', merchant, id, sentAtMs, card: kept, body }
  })
}

function forgetJudge(read: ReadBody<CardForgetBody>): Judge {
  return plainJudge(read, ({ merchant, id, token }, sentAtMs) => {
    return { operation: 'card.forget', merchant, id, sentAtMs, token }
  })
}

function echoJudge(read: ReadBody<RequestBody>): Judge {
  return plainJudge(read, ({ merchant, id }, sentAtMs) => {
    return { operation: 'echo', merchant, id, sentAtMs }
  })
}

/** For a kind of request that has few rules but those of every request. */
function plainJudge<Body extends RequestBody>(
  read: ReadBody<Body>,
  requestOf: (body: Body, sentAtMs: number) => MerchantRequest | Refused,
): Judge {
  return (json, { merchant }) => {
    const body = read(json)
    if (isRefused(body)) return refused(body.refused)
    const wrong = senderRefusal(body, merchant)
    if (wrong) return refused(wrong)
    const sentAtMs = timeOf(body)
    if (isRefused(sentAtMs)) return refused(sentAtMs.refused)
    const request = requestOf(body, sentAtMs)
    return isRefused(request) ? refused(request.refused) : { kind: 'valid', request }
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function refused(why: Refusal): Validated {
  return { kind: 'refused', refusal: why }
}
