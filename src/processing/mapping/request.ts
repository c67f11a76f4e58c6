import { type Refusal, refusal } from '#domain'
import type { Dialect, Message } from '#iso8583'
import { compileValue, type ValueOf } from './element-value.ts'
import { leafFacts } from './leaf-facts.ts'
import { type Nested, nestedAt } from './nested.ts'
import type { PlacedMessage } from './placed-messages.ts'
import { type FindSource, type Given, isThere } from './sources.ts'
import {
  A_MESSAGE,
  type Faults,
  type FollowingOrigin,
  type Placed,
  type PlacedMember,
  type RequestElementSpec,
} from './specification.ts'
import type { Table } from './tables.ts'

/** A host message written, or why this request cannot be told to this host. */
export type Written =
  | { readonly kind: 'written'; readonly message: Message }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** One kind of host message, compiled. */
export interface RequestWriter {
  /** Elements that every message of the kind has. */
  readonly always: ReadonlySet<string>
  /** All elements that a message of the kind can have. */
  readonly elements: ReadonlySet<string>
  /** The element that carries the amount asked for. */
  readonly amountElement?: string
  write(given: Given): Written
}

/** What the elements of a request are compiled against. */
export interface RequestParts {
  readonly dialect: Dialect
  readonly tables: ReadonlyMap<string, Table>
  readonly find: FindSource
  readonly faults: Faults
  /** What follows a payment is written from what may be kept of it. */
  readonly follows?: FollowingOrigin
}

export function compileRequest(
  { mti, refuses, request: elements }: Pick<PlacedMessage, 'mti' | 'refuses' | 'request'>,
  parts: RequestParts,
): RequestWriter {
  const refusals = refuses.flatMap((placed) => compileRefusal(placed, parts) ?? [])
  const used = elements.filter(({ spec }) => spec.use !== 'forbidden')
  const steps = used.flatMap((placed) => compileElement(placed, parts) ?? [])
  const amount = used.find(({ spec }) => AMOUNTS.has(spec.from ?? ''))
  return {
    always: new Set(used.filter((it) => it.spec.use === 'mandatory').map((it) => it.element)),
    elements: new Set(used.map((it) => it.element)),
    ...(amount ? { amountElement: amount.element } : {}),
    write(given) {
      for (const refused of refusals) {
        const told = refused(given)
        if (told) return { kind: 'refused', refusal: told }
      }
      const fields: Nested = {}
      for (const step of steps) {
        const value = step.valueOf(given)
        if (value === undefined) continue
        if (typeof value !== 'string') return { kind: 'refused', refusal: value }
        step.put(fields, value)
      }
      return { kind: 'written', message: { mti, fields } }
    },
  }
}

/** Sources of the amount that an approval is of. */
const AMOUNTS: ReadonlySet<string> = new Set([
  'request.amount.value',
  'increment.amount',
  'refund.amount',
])

/** What a host has no place for must not be lost on the way to it. */
function compileRefusal(
  { source: from, path }: PlacedMember,
  { find, faults }: RequestParts,
): ((given: Given) => Refusal | undefined) | undefined {
  const source = find(from)
  if (source?.field === undefined) {
    faults.add(path, `${from} is no member of the request`)
    return undefined
  }
  if (source.always) faults.add(path, `every request has ${from}`)
  const told = refusal('NOT_SUPPORTED_BY_HOST', 'the host has no place for this', source.field)
  return (given) => (isThere(source, given) ? told : undefined)
}

interface Step {
  readonly valueOf: ValueOf
  put(fields: Nested, value: string): void
}

function compileElement(placed: Placed<RequestElementSpec>, parts: RequestParts): Step | undefined {
  const { element, path } = placed
  const facts = leafFacts(placed, parts)
  if (!facts) return undefined
  if (parts.follows && facts.sensitive === 'sad') {
    const reason = `element ${element} is sensitive authentication data, which is not kept`
    parts.faults.add(path, `${reason}; ${A_MESSAGE[parts.follows]} cannot have it`)
    return undefined
  }
  const value = compileValue(placed, facts, parts)
  if (!value) return undefined
  const when = compileWhen(placed, parts)
  return {
    valueOf: when ? (given) => (when(given) ? value(given) : undefined) : value,
    put: putterOf(element),
  }
}

function compileWhen(
  { spec, path }: Placed<RequestElementSpec>,
  { find, faults }: RequestParts,
): ((given: Given) => boolean) | undefined {
  if (!spec.when) return undefined
  if (spec.use !== 'conditional') faults.add([...path, 'when'], 'is for conditional elements')
  const conditions = Object.entries(spec.when).flatMap(([from, wanted]) => {
    const source = find(from)
    if (!source) {
      faults.add([...path, 'when', from], `there is no source ${from}`)
      return []
    }
    if (wanted === true) return [(given: Given) => isThere(source, given)]
    if (source.isGroup) faults.add([...path, 'when', from], `${from} has no text: say true`)
    for (const [index, word] of wanted.entries()) {
      if (source.words && !source.words.includes(word)) {
        faults.add([...path, 'when', from, index], `${from} is never ${word}`)
      }
    }
    return [(given: Given) => wanted.includes(source.read(given) ?? '')]
  })
  return (given) => conditions.every((holds) => holds(given))
}

function putterOf(element: string): Step['put'] {
  const names = element.split('.')
  const last = names.pop() ?? ''
  return (fields, value) => {
    nestedAt(fields, names)[last] = value
  }
}
