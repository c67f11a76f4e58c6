import { Ajv2020 } from 'ajv/dist/2020.js'
import {
  type CardOperation,
  type JsonObject,
  type Merchant,
  type OwedKind,
  type PaymentOperation,
  type PaymentRequest,
  type PinFormat,
  refusal,
  type Secret,
} from '#domain'
import type { Dialect, Message } from '#iso8583'
import { createZoneStamp } from '../calendar.ts'
import { type ExchangeFacts, type ExchangeRules, rrnFault } from '../exchange-facts.ts'
import type { Messages } from '../messages/messages.ts'
import type { AnswerReading } from './answer.ts'
import { type Asked, askedOf } from './asked.ts'
import { compileKinds } from './compiled-kinds.ts'
import { compileImages, messageOfImage } from './image.ts'
import { type KeptPayment, type OwedWay, owedWay } from './owed-way.ts'
import { placeMessages } from './placed-messages.ts'
import type { Written } from './request.ts'
import type { Given } from './sources.ts'
import { createFaults, type Faults, MappingError, type MappingSpec } from './specification.ts'
import { structureFaults } from './structure.ts'
import { tryOut } from './trial.ts'

/** A host's mapping, compiled: merchants' requests to host messages, host answers to findings. */
export interface Mapping {
  /** What this host can be asked for. */
  readonly operations: ReadonlySet<HostOperation>
  /** Write a host message; refused when this host cannot be told such a request. */
  toHost(asked: HostRequest, merchant: Merchant, exchange: ExchangeFacts): Written
  /** What an answer says. Whether a partial approval may stand is the caller's decision. */
  readAnswer(kind: HostOperation, sent: Message, answer: Message): AnswerReading
  /** How the host is told what it is owed; a host need not take captures, which are advices. */
  readonly owed: Readonly<Record<'reversal', OwedWay> & Partial<Record<OwedKind, OwedWay>>>
  /** JSON of a host message without sensitive authentication data. It has the PAN: seal it. */
  storedImage(message: Message): Uint8Array
  /** What a link's keys are held to, one kind of message after the other. */
  readonly asked: readonly Asked[]
  /** The format that this host takes PINs in; it takes none, when absent. */
  readonly pinFormat?: PinFormat
  /** How this host numbers and dates exchanges. */
  readonly exchange: ExchangeRules
}

/** What has an exchange of its own, which is conducted while its merchant waits. */
type HostOperation = PaymentOperation | CardOperation

/** What the host is to be asked for. */
export interface HostRequest extends Pick<PaymentRequest, 'pin' | 'hostPin'> {
  readonly operation: HostOperation
  readonly terminal: string
  /** The merchant's request. */
  readonly body: Secret<JsonObject>
  /** The payment that it follows up, with how much more is held or given back. */
  readonly followed?: Pick<KeptPayment, 'image' | 'carried'> & { readonly amountMinor: bigint }
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
  const placed = placeMessages(spec, parts.messages.members, faults)
  const kinds = compileKinds({ spec, placed }, parts, faults)
  const pinFormat = spec.pin?.format
  const tried = { kinds, placed, pinFormat }
  const sizes = faults.list.length === 0 ? tryOut(tried, parts, faults) : new Map()
  if (faults.list.length > 0) throw new MappingError(faults.list)
  const capture = kinds['payment.capture']
  const taken = (operation: HostOperation) => {
    const kind = kinds[operation]
    if (kind === undefined) throw new TypeError(`the host takes no ${operation}`)
    return kind
  }
  return {
    operations: new Set(OPERATIONS.filter((kind) => kinds[kind] !== undefined)),
    toHost(asked, merchant, exchange) {
      const { operation, followed, terminal, body, pin, hostPin } = asked
      if (pin !== undefined && hostPin === undefined) return PIN_NOT_TAKEN
      return taken(operation).request.write({
        ...{ merchant, exchange, terminal, body: body.reveal() },
        ...givenOf(followed),
        ...(hostPin === undefined ? {} : { hostPin }),
      })
    },
    readAnswer: (kind, sent, answer) => taken(kind).answer.read(sent, answer),
    owed: {
      reversal: owedWay(kinds['payment.reverse'], spec.originalNotFound),
      ...(capture ? { advice: owedWay(capture) } : {}),
    },
    storedImage: compileImages(parts.dialect).storedImage,
    asked: askedOf(kinds, placed, sizes),
    ...(pinFormat === undefined ? {} : { pinFormat }),
    exchange: { host: spec.host, ...spec.exchange },
  }
}

/** A PIN that has no block for the host is not left out. */
const PIN_NOT_TAKEN: Written = {
  kind: 'refused',
  refusal: refusal('NOT_SUPPORTED_BY_HOST', 'the host has no place for this', 'pin'),
}

const OPERATIONS = [
  'payment.authorize',
  'payment.sale',
  'payment.increment',
  'payment.refund',
  'card.verify',
  'card.balance',
] as const satisfies readonly HostOperation[]

function givenOf(followed: HostRequest['followed']): Partial<Given> {
  if (followed === undefined) return {}
  const { image, carried = {}, amountMinor } = followed
  return { original: messageOfImage(image), carried, amountMinor }
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
