import { Ajv2020 } from 'ajv/dist/2020.js'
import {
  type CardRegisterRequest,
  type FollowUpRequest,
  isJsonObject,
  type PaymentRequest,
  type TabOpenRequest,
  type TokenPaymentRequest,
} from '#domain'
import { createValidation, type RequestContext, type Validated } from '../validation/validate.ts'
import type {
  AmountOfBody,
  CardForgetBody,
  CardQuestionBody,
  CardRegisterBody,
  InquiryBody,
  PaymentBody,
  ReadBody,
  RequestBody,
  TabBody,
  TabChargeBody,
  TabInquiryBody,
  TabOpenBody,
  TabRefundBody,
} from './bodies.ts'
import { compileContent } from './canonical.ts'
import { type Member, type MessageSchemas, membersOf, schemaOf } from './members.ts'
import { refusalOfError } from './schema-refusal.ts'

/** The messages of specs/messages, compiled. */
export interface Messages {
  /**
   * Read one authenticated request: I-JSON text in, a typed request or a refusal out.
   *
   * Judges only what can never change for the same text, so that a repeat of an earlier request
   * finds its payment years later. What a new request must obey besides is `refusalOfNew`.
   */
  validateRequest(json: string, context: RequestContext): Validated
  /**
   * What the request's id stands for: its RFC 8785 form without `time` and without sensitive
   * authentication data. Holds the PAN: hash it, and keep nothing of it.
   */
  contentOf(request: KeyedRequest): string
  /** The id of a refused request, when it can be read, for the answer to name. */
  requestIdOf(json: string): string | undefined
  /** What the schema says of each member of a message kind, by dotted path. */
  members(kind: string): ReadonlyMap<string, Member>
}

/** Requests whose id is an idempotency key. */
type KeyedRequest =
  | PaymentRequest
  | TokenPaymentRequest
  | FollowUpRequest
  | CardRegisterRequest
  | TabOpenRequest

/** @param schemas the files of specs/messages. Throws when one is not a JSON Schema. */
export function compileMessages(schemas: MessageSchemas): Messages {
  const ajv = new Ajv2020({ strictTypes: false })
  ajv.addVocabulary(['x-rule', 'x-value', 'x-sensitive', 'x-filled-by', 'x-brought-by'])
  for (const schema of Object.values(schemas)) ajv.addSchema(schema)

  function readerOf<Body extends object>(kind: string): ReadBody<Body> {
    const node = schemaOf(schemas, kind)
    const valid = ajv.compile<Body>({ $ref: String(node.schema['$id']) })
    return (body) => {
      if (valid(body)) return body
      const [error] = valid.errors ?? []
      if (!error) throw new TypeError('a schema check failed without an error')
      return { refused: refusalOfError(error, node) }
    }
  }

  const readers = {
    'payment.authorize': readerOf<PaymentBody>('payment.authorize'),
    'payment.sale': readerOf<PaymentBody>('payment.sale'),
    'payment.inquire': readerOf<InquiryBody>('payment.inquire'),
    'payment.reverse': readerOf<InquiryBody>('payment.reverse'),
    'payment.capture': readerOf<AmountOfBody>('payment.capture'),
    'payment.increment': readerOf<AmountOfBody>('payment.increment'),
    'payment.refund': readerOf<AmountOfBody>('payment.refund'),
    'card.verify': readerOf<CardQuestionBody>('card.verify'),
    'card.balance': readerOf<CardQuestionBody>('card.balance'),
    'card.register': readerOf<CardRegisterBody>('card.register'),
    'card.forget': readerOf<CardForgetBody>('card.forget'),
    'tab.open': readerOf<TabOpenBody>('tab.open'),
    'tab.charge': readerOf<TabChargeBody>('tab.charge'),
    'tab.post': readerOf<TabBody>('tab.post'),
    'tab.inquire': readerOf<TabInquiryBody>('tab.inquire'),
    'tab.refund': readerOf<TabRefundBody>('tab.refund'),
    echo: readerOf<RequestBody>('echo'),
  }
  const contents = {
    'payment.authorize': compileContent(schemaOf(schemas, 'payment.authorize')),
    'payment.sale': compileContent(schemaOf(schemas, 'payment.sale')),
    'payment.increment': compileContent(schemaOf(schemas, 'payment.increment')),
    'payment.refund': compileContent(schemaOf(schemas, 'payment.refund')),
    'card.register': compileContent(schemaOf(schemas, 'card.register')),
    'tab.open': compileContent(schemaOf(schemas, 'tab.open')),
  }
  return {
    validateRequest: createValidation(readers),
    contentOf: (request) => contents[request.operation](request.body.reveal()),
    requestIdOf,
    members: (kind) => membersOf(schemas, kind),
  }
}

function requestIdOf(json: string): string | undefined {
  try {
    const body: unknown = JSON.parse(json)
    const id = isJsonObject(body) ? body['id'] : undefined
    return typeof id === 'string' && REQUEST_ID.test(id) ? id : undefined
  } catch {
    return undefined
  }
}

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,64}$/
