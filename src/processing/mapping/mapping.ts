import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonObject, Merchant, PaymentOperation, PaymentRequest, ReversalCause } from '#domain'
import { type Dialect, type Message, repeatMtiOf } from '#iso8583'
import { createZoneStamp } from '../calendar.ts'
import { type ExchangeFacts, type ExchangeRules, rrnFault } from '../exchange-facts.ts'
import type { Messages } from '../messages/messages.ts'
import { type AnswerReader, type AnswerReading, compileAnswer, verdictsOf } from './answer.ts'
import { checkTypes } from './answer-type.ts'
import { type Asked, askedOf } from './asked.ts'
import { compileImages, messageOfImage } from './image.ts'
import { likenessFaults, type PlacedMessage, placeMessages } from './placed-messages.ts'
import { compileRequest, type RequestWriter, type Written } from './request.ts'
import { createReversalReading, type ReversalReading } from './reversal-answer.ts'
import { type FindSource, requestSources, reversalSources } from './sources.ts'
import {
  createFaults,
  type Faults,
  MappingError,
  type MappingSpec,
  type MessageKind,
} from './specification.ts'
import { structureFaults } from './structure.ts'
import { tablesOf } from './tables.ts'
import { tryOut } from './trial.ts'
import { checkTold } from './untold.ts'

/** A host's mapping, compiled: merchants' requests to host messages, host answers to findings. */
export interface Mapping {
  /** Write the host message of a payment; refused when this host cannot be told such a request. */
  toHost(request: PaymentRequest, merchant: Merchant, exchange: ExchangeFacts): Written
  /** Write the reversal of a payment from what was kept of it. */
  toReversal(payment: KeptPayment, merchant: Merchant, exchange: ExchangeFacts): Written
  /** What an answer to a reversal says. */
  readReversalAnswer(sent: Message, answer: Message): ReversalReading
  /** What an answer says. Whether a partial approval may stand is the caller's decision. */
  readAnswer(kind: MessageKind, sent: Message, answer: Message): AnswerReading
  /** What a reversal must bring along of an answer, even of one that is mismatched. */
  carriedOf(kind: MessageKind, answer: Message): Readonly<Record<string, string>>
  /** JSON of a host message without sensitive authentication data. It has the PAN: seal it. */
  storedImage(message: Message): Uint8Array
  /** What a link's keys are held to, one kind of message after the other. */
  readonly asked: readonly Asked[]
  /** How this host numbers and dates exchanges. */
  readonly exchange: ExchangeRules
}

/** What a reversal is written from. */
export interface KeptPayment {
  /** As {@link Mapping.storedImage} made it, opened. */
  readonly image: Uint8Array
  readonly terminal: string
  /** Of the payment's findings. */
  readonly carried?: Readonly<Record<string, string>>
  readonly cause: ReversalCause
  /** Whether it was sent before, or may have been. */
  readonly isRepeat: boolean
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
  return {
    toHost: (request, merchant, exchange) =>
      kinds[request.operation].request.write({
        merchant,
        exchange,
        terminal: request.terminal,
        body: request.body.reveal(),
      }),
    toReversal: ({ image, terminal, carried = {}, cause, isRepeat }, merchant, exchange) => {
      const written = kinds['payment.reverse'].request.write({
        merchant,
        exchange,
        terminal,
        body: {},
        original: messageOfImage(image),
        carried,
        cause,
      })
      return isRepeat ? asRepeat(written) : written
    },
    readReversalAnswer: createReversalReading(kinds['payment.reverse'].answer, spec),
    readAnswer: (kind, sent, answer) => kinds[kind].answer.read(sent, answer),
    carriedOf: (kind, answer) => kinds[kind].answer.carriedOf(answer),
    storedImage: compileImages(parts.dialect).storedImage,
    asked: askedOf(kinds, placed, sizes),
    exchange: { host: spec.host, ...spec.exchange },
  }
}

function asRepeat(written: Written): Written {
  if (written.kind === 'refused') return written
  const { mti, fields } = written.message
  return { kind: 'written', message: { mti: repeatMtiOf(mti), fields } }
}

/** One kind of message, there and back. */
export interface CompiledKind {
  readonly request: RequestWriter
  readonly answer: AnswerReader
}

export type CompiledKinds = Readonly<Record<MessageKind, CompiledKind>>

function checkExchange({ exchange }: MappingSpec, faults: Faults): void {
  const rrn = rrnFault(exchange.rrn)
  if (rrn) faults.add(['exchange', 'rrn'], rrn)
  try {
    createZoneStamp(exchange.timeZone)
  } catch {
    faults.add(['exchange', 'timeZone'], 'is no time zone of the IANA database')
  }
}

interface Specified {
  readonly spec: MappingSpec
  readonly placed: Readonly<Record<MessageKind, PlacedMessage>>
}

function compileKinds(
  { spec, placed }: Specified,
  { dialect, messages }: MappingParts,
  allFaults: Faults,
): CompiledKinds {
  const tables = tablesOf(spec)
  const verdicts = verdictsOf(spec, allFaults)
  const members = messages.members('payment.answer')

  function compileKind(kind: MessageKind, find: FindSource, sink = allFaults): CompiledKind {
    const message: PlacedMessage = placed[kind]
    const reversal = kind === 'payment.reverse'
    const faults = likenessFaults(kind, spec, sink)
    checkTypes(kind, message, faults)
    const common = { dialect, tables, faults }
    const request = compileRequest(message, { ...common, find, reversal })
    const answer = compileAnswer(
      { mti: message.answerMti, path: ['messages', kind, 'answer'] },
      message.answer,
      { ...common, spec, members, request, verdicts },
    )
    const silent = reversal ? undefined : partialFault(kind, message)
    if (silent && !isUnlike(sink) && spec.responseCodes.partial.length > 0) {
      faults.add(['responseCodes', 'partial'], silent)
    }
    return { request, answer }
  }

  const forRequest = (kind: PaymentOperation) =>
    compileKind(kind, requestSources(messages.members(kind)))
  const authorize = forRequest('payment.authorize')
  const sale = forRequest('payment.sale')
  const both = [authorize, sale]
  const originals = {
    dialect,
    always: new Set([...authorize.request.always].filter((it) => sale.request.always.has(it))),
    maybe: new Set(both.flatMap(({ request }) => [...request.elements])),
    carried: new Set(both.flatMap(({ answer }) => [...answer.carried])),
  }
  // What a reversal lacks of originals that are like nothing they can be is no fault of its own.
  const sink = isUnlike(allFaults) ? createFaults() : allFaults
  const reverse = compileKind('payment.reverse', reversalSources(originals), sink)
  // A source that is misspelt is told as that, and not as a member that is lost as well.
  if (allFaults.list.length === 0) checkTold(placed, messages, allFaults)
  return { 'payment.authorize': authorize, 'payment.sale': sale, 'payment.reverse': reverse }
}

/** Whether a kind is `like` one that it cannot be like: of much that it lacks that is the cause. */
function isUnlike({ list }: Faults): boolean {
  return list.some(({ path }) => path[0] === 'messages' && path[2] === 'like')
}

function partialFault(kind: MessageKind, { answer }: PlacedMessage): string | undefined {
  if (answer.some((it) => it.spec.to === 'approvedAmount')) return undefined
  return `the answer to ${kind} has no element that goes \`to\` approvedAmount`
}
