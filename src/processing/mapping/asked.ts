import type { CompiledKinds } from './mapping.ts'
import type { PlacedMessage } from './placed-messages.ts'
import type { MessageKind } from './specification.ts'

/** What is certain of one kind of message and its answer, for the keys of a link to be held to. */
export interface Asked {
  readonly kind: MessageKind
  /** Elements that every request of the kind has, and all that one can have. */
  readonly always: ReadonlySet<string>
  readonly elements: ReadonlySet<string>
  /** Elements that hold the trace number of an exchange: this one's, or the original's. */
  readonly traces: ReadonlySet<string>
  /** Elements that every answer repeats, and all that one is listed with. */
  readonly echoed: ReadonlySet<string>
  readonly answered: ReadonlySet<string>
  /** The shortest request, without its frame header. */
  readonly bytesMin: number
}

export function askedOf(
  kinds: CompiledKinds,
  placed: Readonly<Record<MessageKind, PlacedMessage>>,
  sizes: ReadonlyMap<MessageKind, number>,
): readonly Asked[] {
  const asked = (kind: MessageKind, traces: ReadonlySet<string>): Asked => ({
    kind,
    always: kinds[kind].request.always,
    elements: kinds[kind].request.elements,
    traces,
    echoed: kinds[kind].answer.echoed,
    answered: kinds[kind].answer.elements,
    bytesMin: sizes.get(kind) ?? 0,
  })
  const own = new Set(['exchange.stan'])
  const authorize = elementsFrom(placed['payment.authorize'], own)
  const sale = elementsFrom(placed['payment.sale'], own)
  const originals = [...authorize].filter((it) => sale.has(it)).map((it) => `original.${it}`)
  const reverse = elementsFrom(placed['payment.reverse'], new Set([...own, ...originals]))
  return [
    asked('payment.authorize', authorize),
    asked('payment.sale', sale),
    asked('payment.reverse', reverse),
  ]
}

function elementsFrom(
  { request }: PlacedMessage,
  sources: ReadonlySet<string>,
): ReadonlySet<string> {
  const written = request.filter(
    ({ spec }) => spec.use !== 'forbidden' && sources.has(spec.from ?? ''),
  )
  return new Set(written.map(({ element }) => element))
}
