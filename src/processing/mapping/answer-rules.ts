import type { Composite, FieldFacts } from '#iso8583'
import type { RequestWriter } from './request.ts'
import { readerAt } from './sources.ts'
import type { AnswerElementSpec, Faults, Placed, Verdict } from './specification.ts'

/** Where an answer is not one to what was sent. `path` is an element, `reason` says no value. */
export interface Mismatch {
  readonly kind: 'mismatched'
  readonly path: string
  readonly reason: string
}

export function mismatched(path: string, reason: string): Mismatch {
  return { kind: 'mismatched', path, reason }
}

/** Whether one element of an answer is as its mapping says. */
export type Rule = (sent: Composite, answer: Composite, verdict: Verdict) => Mismatch | undefined

/** @returns nothing for an element that may be there or not */
export function ruleOf(
  { element, spec, path }: Placed<AnswerElementSpec>,
  facts: FieldFacts,
  { request, faults }: { readonly request: RequestWriter; readonly faults: Faults },
): Rule | undefined {
  if (spec.unlessVerdict && (spec.use === 'conditional' || spec.use === 'forbidden')) {
    faults.add([...path, 'unlessVerdict'], 'is for mandatory and echoed elements')
  }
  const unless = new Set(spec.unlessVerdict ?? [])
  switch (spec.use) {
    case 'mandatory':
      return mandatory(element, unless)
    case 'conditional':
      return undefined
    case 'forbidden':
      return forbidden(element)
    case 'echoed':
      if (!request.elements.has(element)) {
        faults.add(path, 'cannot be echoed: the request does not have it')
      }
      return echoed(element, unless, facts)
  }
}

function mandatory(element: string, unless: ReadonlySet<Verdict>): Rule {
  const read = readerAt(element)
  const missing = mismatched(element, 'is missing')
  return (_sent, answer, verdict) =>
    read(answer) !== undefined || unless.has(verdict) ? undefined : missing
}

function forbidden(element: string): Rule {
  const read = readerAt(element)
  const present = mismatched(element, 'must not be there')
  return (_sent, answer) => (read(answer) === undefined ? undefined : present)
}

/** As it was sent; an element that was not sent must not come back. */
function echoed(element: string, unless: ReadonlySet<Verdict>, facts: FieldFacts): Rule {
  const read = readerAt(element)
  const differs = mismatched(element, 'is not what was sent')
  const same = comparisonFor(facts)
  return (sent, answer, verdict) => {
    const before = read(sent)
    const after = read(answer)
    if (before === after || unless.has(verdict)) return undefined
    if (typeof before !== 'string' || typeof after !== 'string') return differs
    return same(before, after) ? undefined : differs
  }
}

/** Filling that the dialect adds on the line is no difference. */
function comparisonFor({ pad }: FieldFacts): (a: string, b: string) => boolean {
  if (!pad) return () => false
  const bare = pad.side === 'right' ? withoutEnd : withoutStart
  return (a, b) => bare(a, pad.with) === bare(b, pad.with)
}

function withoutEnd(text: string, filling: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === filling) end--
  return text.slice(0, end)
}

function withoutStart(text: string, filling: string): string {
  let start = 0
  while (start < text.length && text[start] === filling) start++
  return text.slice(start)
}
