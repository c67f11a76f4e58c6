/** What could not be carried from one format to another as it was. */
import type { FilePlace } from './import-error.ts'

/**
 * - `decided`: the format does not say it, so it was decided here
 * - `coarser`: the same bytes on the line, with less said of them
 * - `differs`: some values stand on the line in other bytes
 * - `left-out`: not carried; a message with the element is refused
 */
export type NoteKind = 'decided' | 'coarser' | 'differs' | 'left-out'

export interface Note {
  readonly kind: NoteKind
  /** `mti`, `bitmap`, the path of an element such as `48.2`, or `(file)`. */
  readonly path: string
  readonly reason: string
  readonly place?: FilePlace
}

/** Takes down the notes on one path; `at` makes the same for a part of it. */
export interface NoteTaker {
  readonly path: string
  readonly take: (kind: NoteKind, reason: string) => void
  readonly at: (key: string, place?: FilePlace) => NoteTaker
  /** The same that takes into a list of its own, for what may yet be given up. */
  readonly aside: (notes: Note[]) => NoteTaker
  readonly add: (notes: readonly Note[]) => void
}

const WHOLE_FILE = '(file)'

export function noteTaker(notes: Note[], path = WHOLE_FILE, place?: FilePlace): NoteTaker {
  return {
    path,
    take: (kind, reason) => {
      notes.push({ kind, path, reason, ...(place === undefined ? {} : { place }) })
    },
    at: (key, partPlace) =>
      noteTaker(notes, path === WHOLE_FILE ? key : `${path}.${key}`, partPlace ?? place),
    aside: (others) => noteTaker(others, path, place),
    add: (others) => {
      notes.push(...others)
    },
  }
}
