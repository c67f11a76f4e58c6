import type { CardOperation, PaymentOperation, PinFormat } from '#domain'
import { type SpecFault, SpecificationError } from '#iso8583'

/**
 * The shape of a mapping file, after specs/mapping.schema.json has checked it; specs/mapping.md
 * explains it.
 */
export interface MappingSpec {
  readonly host: string
  readonly exchange: {
    readonly timeZone: string
    readonly rrn: string
    readonly holdHours?: number
  }
  /** How the host takes PINs; it takes none, when absent. */
  readonly pin?: { readonly format: PinFormat }
  readonly tables?: Readonly<Record<string, TableSpec>>
  readonly responseCodes: Readonly<Record<Verdict, readonly string[]>>
  /** Response codes to a reversal that say that the host has no such original. */
  readonly originalNotFound?: readonly string[]
  readonly unlistedAnswerElements?: 'refused' | 'ignored'
  readonly messages: ByKind<MessageSpec>
}

/** What a response code of the host means. */
export type Verdict = 'approved' | 'partial' | 'declined' | 'unknown'

/**
 * What the gateway sends: the merchants' operations, the reversal of one, the capture of one, and
 * what is asked about a card.
 */
export type MessageKind = PaymentOperation | 'payment.reverse' | 'payment.capture' | CardOperation

/** Kinds that a host need not take. */
export const OPTIONAL_KINDS = [
  'payment.increment',
  'payment.refund',
  'payment.capture',
  'card.verify',
  'card.balance',
] as const

/** Kinds that move no money: they ask about a card. */
export const CARD_KINDS = ['card.verify', 'card.balance'] as const satisfies CardOperation[]

export function isAboutCard(kind: MessageKind): boolean {
  return CARD_KINDS.some((it) => it === kind)
}

type OptionalKind = (typeof OPTIONAL_KINDS)[number]

/** Something of each kind of message that a host takes. */
export type ByKind<T> = Readonly<
  Record<Exclude<MessageKind, OptionalKind>, T> & Partial<Record<OptionalKind, T>>
>

/** What a message of each kind is written from, beside what all are. */
export const ORIGINS = {
  'payment.authorize': 'request',
  'payment.sale': 'request',
  'payment.increment': 'increment',
  'payment.refund': 'refund',
  'payment.reverse': 'reversal',
  'payment.capture': 'capture',
  'card.verify': 'request',
  'card.balance': 'request',
} as const satisfies Record<MessageKind, string>

/** Kinds whose messages name an earlier one, and are written from what was kept of it. */
export type FollowingOrigin = Exclude<(typeof ORIGINS)[MessageKind], 'request'>

/** As a fault names a message of the kind. */
export const A_MESSAGE: Readonly<Record<FollowingOrigin, string>> = {
  reversal: 'a reversal',
  capture: 'a capture',
  increment: 'an increment',
  refund: 'a refund',
}

export interface MessageSpec {
  readonly like?: MessageKind
  readonly mti: string
  readonly answerMti: string
  /** Members of the merchant's request that this host has no place for. */
  readonly refuses?: readonly string[]
  /** Members of the merchant's request that this host need not be told. */
  readonly untold?: readonly string[]
  readonly request?: Readonly<Record<string, RequestElementSpec>>
  readonly answer?: Readonly<Record<string, AnswerElementSpec>>
}

export interface RequestElementSpec {
  readonly use: 'mandatory' | 'conditional' | 'forbidden'
  readonly from?: string
  readonly value?: string
  readonly table?: string
  readonly format?: string
  readonly default?: string
  readonly when?: Readonly<Record<string, true | readonly string[]>>
}

export interface AnswerElementSpec {
  readonly use: 'mandatory' | 'conditional' | 'echoed' | 'forbidden'
  readonly unlessVerdict?: readonly Verdict[]
  readonly to?: string
  readonly table?: string
  readonly format?: string
  readonly carry?: boolean
}

export interface TableSpec {
  readonly values: Readonly<Record<string, string>>
  /** What any other value becomes; `null` refuses it. */
  readonly otherwise: string | null
}

/** A member of the request that is named, with where it is written. */
export interface PlacedMember {
  readonly source: string
  readonly path: SpecFault['path']
}

/**
 * An element of a message with where it is written: an element taken over by `like` keeps its own
 * place.
 */
export interface Placed<Spec> {
  /** Element path such as `4` or `48.92`. */
  readonly element: string
  readonly spec: Spec
  readonly path: SpecFault['path']
}

/** A mapping that cannot be used. */
export class MappingError extends SpecificationError {
  override readonly name = 'MappingError'
  readonly code = 'MAPPING_INVALID'
}

/** Collects faults; one that an inherited element would repeat is told once. */
export interface Faults {
  readonly list: readonly SpecFault[]
  add(path: SpecFault['path'], reason: string): void
}

export function createFaults(): Faults {
  const list: SpecFault[] = []
  const seen = new Set<string>()
  return {
    list,
    add(path, reason) {
      const key = JSON.stringify([path, reason])
      if (seen.has(key)) return
      seen.add(key)
      list.push({ path, reason })
    },
  }
}
