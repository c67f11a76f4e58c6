import type { Dialect, FieldFacts } from '#iso8583'
import type { Faults, Placed } from './specification.ts'

/** What the dialect says of an element that a mapping names; what holds no text is a fault. */
export function leafFacts(
  { element, path }: Placed<unknown>,
  { dialect, faults }: { readonly dialect: Dialect; readonly faults: Faults },
): FieldFacts | undefined {
  const facts = dialect.field(element)
  if (facts && !facts.parts) return facts
  const reason = facts
    ? `element ${element} has parts: name them, e.g. ${facts.parts?.[0]?.path}`
    : `the dialect ${dialect.name} has no element ${element}`
  faults.add(path, reason)
  return undefined
}
