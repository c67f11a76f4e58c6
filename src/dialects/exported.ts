/** What every export has to do, whatever the format. */
import type { DialectPlan, FieldPlan, TextPlan } from '#iso8583'
import type { Remark } from './candidates.ts'
import type { Note, NoteTaker } from './notes.ts'

/** A dialect in the format of another program. */
export interface Exported {
  readonly text: string
  /** What the format cannot say, or says otherwise. */
  readonly notes: readonly Note[]
}

/** Note what no other format says. */
export function noteUnsaid({ bitmap }: DialectPlan, notes: NoteTaker): void {
  const unsaid = 'masks, meanings, least lengths and the finer content classes are not said'
  notes.take('coarser', unsaid)
  if (bitmap.secondary === 'always') {
    notes.at('bitmap').take('differs', 'the second bitmap is sent only when it is needed')
  }
}

/** Every part or none: what is left out would move the parts behind it. */
export function allParts<T>(
  parts: readonly FieldPlan[],
  notes: NoteTaker,
  partOf: (part: FieldPlan, notes: NoteTaker, index: number) => T | undefined,
): readonly T[] | undefined {
  const own: Note[] = []
  const aside = notes.aside(own)
  const said = parts
    .map((part, index) => partOf(part, aside.at(part.key), index))
    .filter((part) => part !== undefined)
  if (said.length < parts.length) return undefined
  notes.add(own)
  return said
}

/** An EBCDIC page that is 037 in all but some characters, and what is told of it. */
interface Page {
  readonly others: string
  readonly reason: string
}

/** Remarks on text that may have a character of which the page has another byte than 037. */
export function pageRemarks(
  { content, characterSet }: Pick<TextPlan, 'content' | 'characterSet'>,
  { reason, others }: Page,
): Remark[] {
  const isSame = [...others].every((it) => content.characters[it.charCodeAt(0)] !== 1)
  return characterSet !== 'ebcdic-037' || isSame ? [] : [['differs', reason]]
}
