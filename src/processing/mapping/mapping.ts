import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonObject, Merchant, OwedKind, PaymentOperation, PaymentRequest } from '#domain'
import type { Dialect, Message } from '#iso8583'
import { createZoneStamp } from '../calendar.ts'
import { type ExchangeFacts, type ExchangeRules, rrnFault } from '../exchange-facts.ts'
import type { Messages } from '../messages/messages.ts'
import type { AnswerReading } from './answer.ts'
import { type Asked, askedOf } from './asked.ts'
import { compileKinds } from './compiled-kinds.ts'
import { compileImages } from './image.ts'
import { type OwedWay, owedWay } from './owed-way.ts'
import { placeMessages } from './placed-messages.ts'
import type { Written } from './request.ts'
import { createFaults, type Faults, MappingError, type MappingSpec } from './specification.ts'
import { structureFaults } from './structure.ts'
import { tryOut } from './trial.ts'

/** A host's mapping, compiled: merchants' requests to host messages, host answers to findings. */
export interface Mapping {
  /** Write the host message of a payment; refused when this host cannot be told such a request. */
  toHost(request: PaymentRequest, merchant: Merchant, exchange: ExchangeFacts): Written
  /** What an answer says. Whether a partial approval may stand is the caller's decision. */
  readAnswer(kind: PaymentOperation, sent: Message, answer: Message): AnswerReading
  /** How the host is told what it is owed; a host need not take captures, which are advices. */
  readonly owed: Readonly<Record<'reversal', OwedWay> & Partial<Record<OwedKind, OwedWay>>>
  /** JSON of a host message without sensitive authentication data. It has the PAN: seal it. */
  storedImage(message: Message): Uint8Array
  /** What a link's keys are held to, one kind of message after the other. */
  readonly asked: readonly Asked[]
  /** How this host numbers and dates exchanges. */
  readonly exchange: ExchangeRules
}

/** What a mapping is checked against and compiled with. */
export interface MappingParts {
  readonly dialect: Dialect
  readonly messages: Messages
  /** specs/mapping.schema.json */
  readonly schema: JsonObject
}

/**
 * Compile a mapping file's content.
 *
 * @throws MappingError with every fault found, each with its place in the document
 */
export function compileMapping(document: unknown, parts: MappingParts): Mapping {
  const misshapen = structureFaults(
    document,
    new Ajv2020({ allErrors: true, verbose: true }),
    parts.schema,
  )
  if (misshapen.length > 0) throw new MappingError(misshapen)
  // The schema has just said that the document has this shape.
  const spec = document as MappingSpec
  const faults = createFaults()
  checkExchange(spec, faults)
  const placed = placeMessages(spec, faults)
  const kinds = compileKinds({ spec, placed }, parts, faults)
  const sizes = faults.list.length === 0 ? tryOut({ kinds, placed }, parts, faults) : new Map()
  if (faults.list.length > 0) throw new MappingError(faults.list)
  const capture = kinds['payment.capture']
  return {
    toHost: (request, merchant, exchange) =>
      kinds[request.operation].request.write({
        merchant,
        exchange,
        terminal: request.terminal,
        body: request.body.reveal(),
      }),
    readAnswer: (kind, sent, answer) => kinds[kind].answer.read(sent, answer),
    owed: {
      reversal: owedWay(kinds['payment.reverse'], spec.originalNotFound),
      ...(capture ? { advice: owedWay(capture) } : {}),
    },
    storedImage: compileImages(parts.dialect).storedImage,
    asked: askedOf(kinds, placed, sizes),
    exchange: { host: spec.host, ...spec.exchange },
  }
}

function checkExchange({ exchange }: MappingSpec, faults: Faults): void {
  const rrn = rrnFault(exchange.rrn)
  if (rrn) faults.add(['exchange', 'rrn'], rrn)
  try {
    createZoneStamp(exchange.timeZone)
  } catch {
    faults.add(['exchange', 'timeZone'], 'is no time zone of the IANA database')
  }
}
