import type { CompiledKinds } from './compiled-kinds.ts'
import type { PlacedMessage } from './placed-messages.ts'
import type { ByKind, MessageKind } from './specification.ts'

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
  placed: ByKind<PlacedMessage>,
  sizes: ReadonlyMap<MessageKind, number>,
): readonly Asked[] {
  const asked = (kind: MessageKind, traces: ReadonlySet<string>): readonly Asked[] => {
    const compiled = kinds[kind]
    if (compiled === undefined) return []
    const { request, answer } = compiled
    const { always, elements } = request
    const answered = { echoed: answer.echoed, answered: answer.elements }
    return [{ kind, always, elements, traces, ...answered, bytesMin: sizes.get(kind) ?? 0 }]
  }
  const own = new Set(['exchange.stan'])
  const authorize = elementsFrom(placed['payment.authorize'], own)
  const sale = elementsFrom(placed['payment.sale'], own)
  const originals = [...authorize].filter((it) => sale.has(it)).map((it) => `original.${it}`)
  const reverse = elementsFrom(placed['payment.reverse'], new Set([...own, ...originals]))
  const numbered = (kind: MessageKind) => asked(kind, elementsFrom(placed[kind], own))
  return [
    ...asked('payment.authorize', authorize),
    ...asked('payment.sale', sale),
    ...asked('payment.reverse', reverse),
    ...numbered('payment.capture'),
    ...numbered('payment.increment'),
    ...numbered('payment.refund'),
    ...numbered('card.verify'),
    ...numbered('card.balance'),
  ]
}

function elementsFrom(
  message: PlacedMessage | undefined,
  sources: ReadonlySet<string>,
): ReadonlySet<string> {
  const written = (message?.request ?? []).filter(
    ({ spec }) => spec.use !== 'forbidden' && sources.has(spec.from ?? ''),
  )
  return new Set(written.map(({ element }) => element))
}
