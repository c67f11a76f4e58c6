import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Merchant,
  PIN_BLOCK_BYTES,
  type PinFormat,
  REVERSAL_CAUSES,
  type ReversalCause,
  type Secret,
} from '#domain'
import type { Composite, Dialect, FieldFacts, FieldValue } from '#iso8583'
import { type ExchangeFacts, stanText } from '../exchange-facts.ts'
import type { Member, ValueFacts } from '../messages/members.ts'
import type { FollowingOrigin } from './specification.ts'

/** Everything that one host message is written from. */
export interface Given {
  readonly merchant: Merchant
  readonly exchange: ExchangeFacts
  readonly terminal: string
  /** The merchant's request; empty when what is owed is written. */
  readonly body: JsonObject
  /** The PIN block for the host, in hexadecimal. */
  readonly hostPin?: Secret<string>
  /** The message that this one follows, as it is kept; what its answer said to bring along. */
  readonly original?: { readonly mti: string; readonly fields: Composite }
  readonly carried?: Readonly<Record<string, string>>
  readonly cause?: ReversalCause
  /** How much of it is captured. */
  readonly capture?: CaptureGiven
  /** How much more of it is held, or how much is given back. */
  readonly amountMinor?: bigint
}

/** What a capture takes. */
export interface CaptureGiven {
  readonly amountMinor: bigint
  /** Whether that is all that was approved, or a part. */
  readonly extent: 'whole' | 'part'
}

/** Where a value comes from, found once when a mapping is compiled. */
export interface Source {
  /** As a refusal names it: the request's own member, where it is one. */
  readonly field?: string
  readonly always: boolean
  readonly sensitive: false | 'pan' | 'sad'
  readonly value?: ValueFacts
  readonly words?: readonly string[]
  /** A moment: needs a format that is a date. */
  readonly stamp?: boolean
  /** Whether the text must be checked each time, because no schema has vouched for it. */
  readonly unproven?: boolean
  /** An object of the request, which has no text of its own. */
  readonly isGroup?: boolean
  /** Whether it is there, where that is not the same as having a text: an object has none. */
  isThere?(given: Given): boolean
  read(given: Given): string | undefined
}

/** Whether a message that is written from `given` has the source. */
export function isThere(source: Source, given: Given): boolean {
  return source.isThere?.(given) ?? source.read(given) !== undefined
}

/** Finds the source that a path such as `request.card.pan` names. */
export type FindSource = (path: string) => Source | undefined

/** Sources of a message that carries a merchant's request. */
export function requestSources(
  members: ReadonlyMap<string, Member>,
  pin: { readonly format: PinFormat } | undefined,
): FindSource {
  const pinBlock = pin && pinSource(pin.format)
  return (path) => {
    const [room, ...rest] = path.split('.')
    if (path === 'pin.block') return pinBlock
    if (room !== 'request') return COMMON.get(path)
    // What is under the terminal's key is nothing to a host.
    if (rest[0] === 'pin' && rest.length > 1) return undefined
    const name = rest.join('.')
    // A host is told of the card, and never of what stands for it.
    if (name === 'card.token') return undefined
    const member = members.get(name)
    if (member === undefined) return undefined
    const isGroup = [...members.keys()].some((it) => it.startsWith(`${name}.`))
    return { ...memberSource(member), isGroup }
  }
}

function pinSource(format: PinFormat): Source {
  const bytes = PIN_BLOCK_BYTES[format]
  return {
    field: 'pin',
    always: false,
    sensitive: 'sad',
    value: { content: 'b', min: bytes, max: bytes },
    read: ({ hostPin }) => hostPin?.reveal(),
  }
}

/** What a message can know of the one that it follows. */
export interface Originals {
  readonly dialect: Dialect
  /** Elements that every such message has, and those that some have. */
  readonly always: ReadonlySet<string>
  readonly maybe: ReadonlySet<string>
  /** Elements that every approval of one carries, and those that some answers do. */
  readonly approved: ReadonlySet<string>
  readonly carried: ReadonlySet<string>
}

/**
 * Sources of a message that follows another: the stored image of the original, what its answer said
 * to carry, and what is its own.
 */
export function followingSources(of: FollowingOrigin, originals: Originals): FindSource {
  const own = OWN[of]
  // Only what was approved is followed up; what is reversed may have had no answer at all.
  const sure: ReadonlySet<string> = of === 'reversal' ? new Set() : originals.approved
  return (path) => {
    const [room = '', ...rest] = path.split('.')
    const element = rest.join('.')
    if (path === 'original.mti') return ORIGINAL_MTI
    if (room === of) return own.get(path)
    if (room === 'original') return originalSource(element, originals)
    if (room === 'carried') return carriedSource(element, { ...originals, sure })
    return COMMON.get(path)
  }
}

/** Compile the reader of a dotted element path; most paths are one element or one part of it. */
export function readerAt(element: string): (fields: Composite) => FieldValue | undefined {
  const path = element.split('.')
  const [first = '', second = ''] = path
  if (path.length === 1) return (fields) => fields[first]
  if (path.length === 2) {
    return (fields) => {
      const composite = fields[first]
      return composite !== undefined && isComposite(composite) ? composite[second] : undefined
    }
  }
  return (fields) => {
    let value: FieldValue | undefined = fields
    for (const part of path) {
      if (value === undefined || !isComposite(value)) return undefined
      value = value[part]
    }
    return value
  }
}

export function isComposite(value: FieldValue): value is Composite {
  return typeof value !== 'string'
}

function memberSource(member: Member): Source {
  const { path, always, sensitive, value, words } = member
  const valueIn = memberReader(path)
  return {
    field: path.join('.'),
    always,
    sensitive,
    ...(value ? { value } : {}),
    ...(words ? { words } : {}),
    isThere: (given) => valueIn(given) !== undefined,
    read: (given) => textOf(valueIn(given)),
  }
}

/** Members are at most two deep in every message there is; deeper ones take the loop. */
function memberReader(path: readonly string[]): (given: Given) => JsonValue | undefined {
  const [first = '', second = '', ...deeper] = path
  if (path.length === 1) return ({ body }) => body[first]
  if (deeper.length === 0) {
    return ({ body }) => {
      const part = body[first]
      return isJsonObject(part) ? part[second] : undefined
    }
  }
  return ({ body }) => {
    let value: JsonValue | undefined = body
    for (const name of path) value = isJsonObject(value) ? value[name] : undefined
    return value
  }
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : undefined
}

function originalSource(
  element: string,
  { dialect, always, maybe }: Originals,
): Source | undefined {
  const facts = dialect.field(element)
  if (!facts || facts.parts || !maybe.has(element)) return undefined
  const readFrom = readerAt(element)
  return {
    ...elementSource(facts),
    always: always.has(element),
    read: ({ original }) => {
      const value = original && readFrom(original.fields)
      return typeof value === 'string' ? value : undefined
    },
  }
}

function carriedSource(
  element: string,
  { dialect, carried, sure }: Originals & { readonly sure: ReadonlySet<string> },
): Source | undefined {
  const facts = dialect.field(element)
  if (!facts || !carried.has(element)) return undefined
  const always = sure.has(element)
  return { ...elementSource(facts), always, read: (given) => given.carried?.[element] }
}

function elementSource(facts: FieldFacts): Pick<Source, 'sensitive' | 'value'> {
  const { sensitive, content, min, max, pad } = facts
  const least = pad && !pad.kept ? Math.min(1, min) : min
  return {
    sensitive: sensitive === 'secret' ? false : sensitive,
    value: { content, min: least, max },
  }
}

const ORIGINAL_MTI: Source = {
  always: true,
  sensitive: false,
  value: { content: 'n', min: 4, max: 4 },
  read: ({ original }) => original?.mti,
}

/** What is a following message's own. */
const OWN: Readonly<Record<FollowingOrigin, ReadonlyMap<string, Source>>> = {
  reversal: new Map([
    [
      'reversal.cause',
      { always: true, sensitive: false, words: REVERSAL_CAUSES, read: ({ cause }) => cause },
    ],
  ]),
  capture: new Map([
    ['capture.amount', known('n', [1, 12], ({ capture }) => capture?.amountMinor.toString())],
    [
      'capture.extent',
      {
        ...{ always: true, sensitive: false },
        words: ['whole', 'part'],
        read: (it) => it.capture?.extent,
      },
    ],
  ]),
  increment: new Map([['increment.amount', amountGiven()]]),
  refund: new Map([['refund.amount', amountGiven()]]),
}

function amountGiven(): Source {
  return known('n', [1, 12], ({ amountMinor }) => amountMinor?.toString())
}

function known(content: string, [min, max]: [number, number], read: Source['read']): Source {
  return { always: true, sensitive: false, value: { content, min, max }, read }
}

/**
 * A member of the merchant's record: its lengths and characters are known only when it is there.
 */
function recorded(content: string, read: Source['read']): Source {
  const value = { content, min: 0, max: Number.POSITIVE_INFINITY }
  return { always: true, sensitive: false, value, unproven: true, read }
}

function moment(read: Source['read']): Source {
  return { always: true, sensitive: false, stamp: true, read }
}

const COMMON: ReadonlyMap<string, Source> = new Map([
  ['merchant.id', recorded('ans', ({ merchant }) => merchant.id)],
  ['merchant.name', recorded('ans', ({ merchant }) => merchant.name)],
  ['merchant.city', recorded('ans', ({ merchant }) => merchant.city)],
  ['merchant.country', recorded('a', ({ merchant }) => merchant.country)],
  ['merchant.acceptorId', recorded('ans', ({ merchant }) => merchant.acceptorId)],
  ['merchant.categoryCode', recorded('n', ({ merchant }) => merchant.categoryCode)],
  ['exchange.terminal', recorded('ans', ({ terminal }) => terminal)],
  ['exchange.stan', known('n', [6, 6], ({ exchange }) => stanText(exchange.stan))],
  [
    'exchange.transmittedAt',
    known('MMDDhhmmss', [10, 10], ({ exchange }) => exchange.transmittedAt),
  ],
  ['exchange.rrn', known('an', [12, 12], ({ exchange }) => exchange.rrn)],
  ['exchange.acquirer', known('n', [1, 11], ({ exchange }) => exchange.acquirer.institution)],
  ['exchange.acquirerCountry', known('n', [3, 3], ({ exchange }) => exchange.acquirer.country)],
  ['exchange.utc', moment(({ exchange }) => exchange.utc)],
  ['exchange.local', moment(({ exchange }) => exchange.local)],
])
