/** Ways to describe one element, best first; the first that loads as a dialect is taken. */
import { type FieldFile, faultsOfField, type Surroundings } from './dialect-file.ts'
import type { Note, NoteTaker } from './notes.ts'

export type Candidate =
  | {
      readonly kind: 'field'
      readonly field: FieldFile
      readonly remarks: readonly Remark[]
      /** What was noted of its parts. */
      readonly notes?: readonly Note[]
    }
  | { readonly kind: 'none'; readonly reason: string }

export type Remark = Parameters<NoteTaker['take']>

/** The description to use, with its notes taken; undefined when the element is left out. */
export function chosenField(
  candidates: readonly (() => Candidate)[],
  { inside, notes }: { readonly inside: Surroundings; readonly notes: NoteTaker },
): FieldFile | undefined {
  const reasons: string[] = []
  for (const candidate of candidates) {
    const found = candidate()
    const faults = found.kind === 'none' ? [found.reason] : faultsOfField(found.field, inside)
    if (found.kind === 'field' && faults.length === 0) {
      notes.add(found.notes ?? [])
      for (const remark of found.remarks) notes.take(...remark)
      if (reasons.length > 0) notes.take('coarser', `is carried whole: ${reasons.join('; ')}`)
      return found.field
    }
    reasons.push(...faults)
  }
  notes.take('left-out', reasons.join('; '))
  return undefined
}

export function noField(reason: string): Candidate {
  return { kind: 'none', reason }
}
