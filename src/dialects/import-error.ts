/** Why a file of another program cannot be brought in at all. A closed list. */
export type ImportErrorCode =
  /** More bytes, elements or nesting than a description of messages needs. */
  | 'LIMIT_EXCEEDED'
  /** No well-formed XML or JSON, or an entity that only a document type could explain. */
  | 'SYNTAX_INVALID'
  /** Well formed, and no description of messages in this format. */
  | 'FORMAT_UNKNOWN'
  /** Its message type cannot be said in a dialect. */
  | 'MTI_UNSUPPORTED'
  /** Its bitmap cannot be said in a dialect. */
  | 'BITMAP_UNSUPPORTED'
  /** Not one of its elements can be carried over. */
  | 'NOTHING_CARRIED'
  /** What came of it is no dialect; the message lists the faults. */
  | 'DIALECT_INVALID'

/** Where something stands in a file, as an editor counts: lines and columns from 1. */
export interface FilePlace {
  readonly line: number
  readonly column: number
}

/** A file that was refused, with the place of the fault where the format tells it. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: ImportErrorCode
  readonly place: FilePlace | undefined

  constructor(code: ImportErrorCode, reason: string, place?: FilePlace) {
    super(reason)
    this.code = code
    this.place = place
  }
}
