import type { SpecFault } from '#iso8583'
import type { Messages } from '../messages/messages.ts'
import {
  type AnswerElementSpec,
  type ByKind,
  type Faults,
  isAboutCard,
  type MappingSpec,
  type MessageKind,
  type MessageSpec,
  OPTIONAL_KINDS,
  ORIGINS,
  type Placed,
  type PlacedMember,
  type RequestElementSpec,
} from './specification.ts'

/** A kind of message with everything that `like` takes over from another. */
export interface PlacedMessage {
  readonly mti: string
  readonly answerMti: string
  readonly refuses: readonly PlacedMember[]
  readonly untold: readonly PlacedMember[]
  readonly request: readonly Placed<RequestElementSpec>[]
  readonly answer: readonly Placed<AnswerElementSpec>[]
}

/**
 * Lay each kind's own elements over those of the kind that it is `like`, in ascending order of
 * elements. Elements keep the place where they are written, so that a fault is shown there.
 */
export function placeMessages(
  spec: MappingSpec,
  members: Messages['members'],
  faults: Faults,
): ByKind<PlacedMessage> {
  const { messages } = spec
  const placed = (kind: MessageKind, { mti, answerMti }: MessageSpec): PlacedMessage => ({
    mti,
    answerMti,
    refuses: membersOf(spec, { kind, list: 'refuses' }, faults).filter(isOf(kind, members)),
    untold: membersOf(spec, { kind, list: 'untold' }, faults).filter(isOf(kind, members)),
    request: elementsOf(spec, { kind, part: 'request' }, faults),
    answer: elementsOf(spec, { kind, part: 'answer' }, faults),
  })
  const optional = OPTIONAL_KINDS.flatMap((kind) => {
    const message = messages[kind]
    return message === undefined ? [] : [[kind, placed(kind, message)] as const]
  })
  return {
    'payment.authorize': placed('payment.authorize', messages['payment.authorize']),
    'payment.sale': placed('payment.sale', messages['payment.sale']),
    'payment.reverse': placed('payment.reverse', messages['payment.reverse']),
    ...Object.fromEntries(optional),
  }
}

/**
 * Where the faults of one kind go: those of elements that it took over from a kind with other
 * sources are one fault, of the `like` that brought them.
 */
export function likenessFaults(kind: MessageKind, spec: MappingSpec, faults: Faults): Faults {
  const isForeign = (other: unknown) => originOf(other) !== originOf(kind)
  return {
    list: faults.list,
    add(path, reason) {
      const [room, from] = path
      if (room !== 'messages' || !isForeign(from)) return faults.add(path, reason)
      let at = kind
      for (let like = spec.messages[at]?.like; like && !isForeign(like); ) {
        at = like
        like = spec.messages[at]?.like
      }
      const told = `${from} has elements that cannot stand in ${at}: ${SOURCES}`
      faults.add(['messages', at, 'like'], told)
    },
  }
}

/** What a kind of message is written from, which kinds that are alike have in common. */
function originOf(kind: unknown): string | undefined {
  return Object.hasOwn(ORIGINS, String(kind)) ? ORIGINS[kind as MessageKind] : undefined
}

const SOURCES =
  'what follows a payment is written from original. and carried., payments from request.'

interface ElementSpecs {
  readonly request: RequestElementSpec
  readonly answer: AnswerElementSpec
}

function elementsOf<Part extends keyof ElementSpecs>(
  spec: MappingSpec,
  { kind, part }: { readonly kind: MessageKind; readonly part: Part },
  faults: Faults,
): Placed<ElementSpecs[Part]>[] {
  const elements = new Map<string, Placed<ElementSpecs[Part]>>()
  for (const from of lineage(spec, kind, faults)) {
    // The schema says that the members of `request` are request elements, and so for `answer`.
    const own = Object.entries(spec.messages[from]?.[part] ?? {}) as [string, ElementSpecs[Part]][]
    for (const [element, elementSpec] of own) {
      const path = ['messages', from, part, element]
      elements.set(element, { element, spec: elementSpec, path })
    }
  }
  return [...elements.values()].sort((a, b) => byElement(a.element, b.element))
}

/** What asks about a card takes over of a payment's members those that it has itself. */
function isOf(kind: MessageKind, members: Messages['members']) {
  const own = isAboutCard(kind) ? members(kind) : undefined
  return ({ source, path }: PlacedMember): boolean =>
    own === undefined || path[1] === kind || own.has(source.replace(/^request\./, ''))
}

/** What any kind of the lineage names. */
function membersOf(
  spec: MappingSpec,
  { kind, list }: { readonly kind: MessageKind; readonly list: 'refuses' | 'untold' },
  faults: Faults,
): PlacedMember[] {
  return lineage(spec, kind, faults).flatMap((from) =>
    (spec.messages[from]?.[list] ?? []).map((source, index) => ({
      source,
      path: ['messages', from, list, index],
    })),
  )
}

/** The kind itself and what it is like, the oldest first. */
function lineage(spec: MappingSpec, kind: MessageKind, faults: Faults): readonly MessageKind[] {
  const line: MessageKind[] = []
  let at: MessageKind | undefined = kind
  while (at !== undefined) {
    const like: MessageKind | undefined = spec.messages[at]?.like
    const path: SpecFault['path'] = ['messages', at, 'like']
    line.unshift(at)
    if (like !== undefined && line.includes(like)) {
      faults.add(path, 'comes back to itself')
      break
    }
    if (like !== undefined && spec.messages[like] === undefined) {
      faults.add(path, `${like} is not described`)
      break
    }
    at = like
  }
  return line
}

/** Numbers as numbers, names as names. */
function byElement(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
