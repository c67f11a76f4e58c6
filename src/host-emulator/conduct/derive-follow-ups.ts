import { repeatTypeOf } from '../message-types.ts'
import {
  carrierOf,
  type Derivation,
  deriveAnswer,
  derivePayments,
  usesOf,
} from './derive-payments.ts'
import type {
  CapturesDocument,
  FollowUpElement,
  FollowUpsDocument,
  PaymentsDocument,
  PaymentType,
} from './document.ts'
import { dateLayoutOf } from './element-reader.ts'
import type { MessageMapping } from './mapping-document.ts'

/** An element of a payment by which its reversal names it, and where the reversal has it. */
export interface Named {
  readonly element: string
  readonly inReversal: string
}

/**
 * What names a payment: its trace number and what makes that unique, as far as reversals say it;
 * where they do not, what else of the moment or the reference they say.
 */
export function identityOf(
  stanUniqueWith: readonly string[],
  { mapping, faults }: Derivation,
): readonly Named[] {
  const { sale, authorize, reverse } = mapping
  const stan = carrierOf(sale, ['exchange.stan'])
  const unique = [...(stan === undefined ? [] : [stan]), ...stanUniqueWith]
  const named = unique.flatMap((element) => namedIn(element, reverse) ?? [])
  const others = named.length === unique.length ? [] : carriersOf(sale, OF_THE_EXCHANGE)
  const identity = [...named, ...others.flatMap((element) => namedIn(element, reverse) ?? [])]
  if (stan !== undefined && identity.every(({ element }) => !isTelling(element, sale))) {
    const reason = `names its original neither by its trace number (original.${stan}) nor its rrn`
    faults.push({ path: [...reverse.path, 'request'], reason })
  }
  for (const { element } of identity) {
    if (authorize.request.has(element)) continue
    const reason = `lacks ${element}, by which reversals name a payment.sale`
    faults.push({ path: [...authorize.path, 'request'], reason })
  }
  return identity
}

const OF_THE_EXCHANGE = [
  'exchange.transmittedAt',
  'exchange.utc',
  'exchange.local',
  'exchange.rrn',
] as const

/** The dedicated place of an original's element before its own number. */
function namedIn(element: string, { request }: MessageMapping): Named | undefined {
  const places = [...request].flatMap(([path, { from }]) =>
    from === `original.${element}` ? [path] : [],
  )
  const inReversal = places.find((path) => path !== element) ?? places[0]
  return inReversal === undefined ? undefined : { element, inReversal }
}

function carriersOf({ request }: MessageMapping, sources: readonly string[]): string[] {
  return [...request].flatMap(([path, { from }]) => (sources.includes(from ?? '') ? [path] : []))
}

function isTelling(element: string, { request }: MessageMapping): boolean {
  const from = request.get(element)?.from
  return from === 'exchange.stan' || from === 'exchange.rrn'
}

/** Derive what a host does with reversals of these payments. */
export function deriveReversals(
  payments: readonly PaymentsDocument[],
  identity: readonly Named[],
  parts: Derivation,
): FollowUpsDocument {
  const { reverse } = parts.mapping
  const places = identity.map(({ inReversal }) => inReversal)
  return deriveFollowUps(reverse, { payments, places }, parts)
}

/** Derive what a host does with captures of these payments, when it takes any. */
export function deriveCaptures(
  payments: readonly PaymentsDocument[],
  identity: readonly Named[],
  parts: Derivation,
): { readonly captures?: CapturesDocument } {
  const { capture } = parts.mapping
  if (capture === undefined) return {}
  const places = placesOf(capture, identity, parts)
  const document = deriveFollowUps(capture, { payments, places }, parts)
  const amount = carrierOf(capture, ['capture.amount'])
  if (amount === undefined) {
    const reason = 'needs an element from capture.amount: without it nobody knows what is taken'
    parts.faults.push({ path: [...capture.path, 'request'], reason })
  }
  return { captures: { ...document, elements: { ...document.elements, amount: amount ?? '' } } }
}

/** Derive what a host does with requests that follow these payments up, when it takes any. */
export function deriveFollowUp(
  message: MessageMapping | undefined,
  { effect, originals }: Pick<PaymentType, 'effect'> & { originals: readonly PaymentsDocument[] },
  { identity, ...parts }: Derivation & { readonly identity: readonly Named[] },
): readonly PaymentsDocument[] {
  if (message === undefined) return []
  const derivation = { ...parts, effect, partialApprovals: false, originals }
  const type = carrierOf(message, ['original.mti'])
  const original = {
    ...(type === undefined ? {} : { type }),
    identity: placesOf(message, identity, parts),
  }
  return [{ ...derivePayments(message, derivation), original }]
}

/** Where a message has what names its original. */
function placesOf(
  message: MessageMapping,
  identity: readonly Named[],
  { faults }: Derivation,
): readonly string[] {
  return identity.map(({ element }) => {
    const place = namedIn(element, message)
    const reason = `lacks original.${element}, by which reversals name their original`
    if (place === undefined) faults.push({ path: [...message.path, 'request'], reason })
    return place?.inReversal ?? element
  })
}

interface NamedOriginals {
  readonly payments: readonly PaymentsDocument[]
  /** Where a message has what names its original. */
  readonly places: readonly string[]
}

function deriveFollowUps(
  message: MessageMapping,
  { payments, places }: NamedOriginals,
  parts: Derivation,
): FollowUpsDocument {
  const { mti, answerMti } = message
  const type = carrierOf(message, ['original.mti'])
  const derived = deriveAnswer(message, parts)
  const dates = [...derived.dates, ...businessDates(message, payments, parts)]
  return {
    types: [mti, repeatTypeOf(mti)].map((request) => ({ request, answer: answerMti })),
    ...usesOf(message),
    elements: elementsOf(payments, message),
    original: { ...(type === undefined ? {} : { type }), identity: places },
    answer: { ...derived, dates },
  }
}

const LIKE_ORIGINAL = ['pan', 'amount', 'currency', 'rrn', 'terminal'] as const

function elementsOf(
  payments: readonly PaymentsDocument[],
  message: MessageMapping,
): FollowUpsDocument['elements'] {
  const places = (find: (payment: PaymentsDocument) => string | undefined, of: string) =>
    payments.flatMap((payment) => {
      const path = find(payment)
      return path === undefined ? [] : [`${of}.${path}`]
    })
  const found: [FollowUpElement, string | undefined][] = [
    ...LIKE_ORIGINAL.map((name): [FollowUpElement, string | undefined] => [
      name,
      carrierOf(
        message,
        places(({ elements }) => elements[name], 'original'),
      ),
    ]),
    [
      'approvalCode',
      carrierOf(
        message,
        places(({ answer }) => answer.approvalCode?.element, 'carried'),
      ),
    ],
    [
      'stan',
      carrierOf(message, ['exchange.stan', ...places(({ elements }) => elements.stan, 'original')]),
    ],
    ['transmissionTime', carrierOf(message, ['exchange.transmittedAt', 'exchange.utc'])],
  ]
  return Object.fromEntries(found.filter(([, path]) => path !== undefined))
}

/** Dates that the answer may have, where payments have theirs. */
function businessDates(
  message: MessageMapping,
  payments: readonly PaymentsDocument[],
  { dialect }: Derivation,
): FollowUpsDocument['answer']['dates'] {
  const dates = new Set(payments.flatMap(({ answer }) => answer.dates.map((it) => it.element)))
  return [...message.answer].flatMap(([element, { use, to }]) => {
    const facts = dialect.field(element)
    const isDate = facts !== undefined && dateLayoutOf(facts) !== undefined
    const isTold = use === 'conditional' && to === undefined
    return isTold && isDate && dates.has(element) ? [{ element, on: ['approved'] as const }] : []
  })
}
