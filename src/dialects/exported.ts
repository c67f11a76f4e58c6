import type { Note } from './notes.ts'

/** A dialect in the format of another program. */
export interface Exported {
  readonly text: string
  /** What the format cannot say, or says otherwise. */
  readonly notes: readonly Note[]
}
