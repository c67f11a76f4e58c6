/**
 * The closed lists of what can be wrong with bytes, with a message to be packed, and with a
 * specification.
 */

export type DecodeErrorCode =
  | 'TRUNCATED'
  | 'TRAILING_BYTES'
  | 'BITMAP_INVALID'
  | 'FIELD_UNKNOWN'
  | 'LENGTH_INVALID'
  | 'LENGTH_UNDER_MIN'
  | 'LENGTH_OVER_MAX'
  | 'CONTENT_INVALID'
  | 'NIBBLE_INVALID'
  | 'PAD_INVALID'
  | 'TAG_INVALID'
  | 'TAG_UNKNOWN'
  | 'TAG_DUPLICATE'

export type EncodeErrorCode =
  | 'FIELD_UNKNOWN'
  | 'VALUE_TYPE'
  | 'LENGTH_UNDER_MIN'
  | 'LENGTH_OVER_MAX'
  | 'LENGTH_AMBIGUOUS'
  | 'CONTENT_INVALID'
  | 'PART_MISSING'
  | 'PART_UNKNOWN'
  | 'TAG_INVALID'
  | 'TAG_UNKNOWN'

/**
 * Bytes that are not a message of the dialect. `offset` counts bytes from the start of the message
 * to the place of the fault. The text never carries bytes of the message.
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  readonly code: DecodeErrorCode
  readonly offset: number
  /** `mti`, `bitmap`, `message`, or the path of an element such as `48.92`. */
  readonly path: string

  constructor(code: DecodeErrorCode, offset: number, path: string) {
    super(`${code} at byte ${offset}, ${path}`)
    this.code = code
    this.offset = offset
    this.path = path
  }
}

/** A message that the dialect cannot carry. The text never carries a value. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError'
  readonly code: EncodeErrorCode
  readonly path: string

  constructor(code: EncodeErrorCode, path: string) {
    super(`${code}, ${path}`)
    this.code = code
    this.path = path
  }
}

/** One fault of a specification: where in the JSON document, and why, for whoever wrote it. */
export interface SpecFault {
  readonly path: readonly (string | number)[]
  readonly reason: string
}

/** A document of people that was refused, with every fault found; its kinds have a code each. */
export abstract class SpecificationError extends Error {
  abstract readonly code: string
  readonly faults: readonly SpecFault[]

  constructor(faults: readonly SpecFault[]) {
    super(faults.map((it) => `${it.path.join('.') || '(document)'}: ${it.reason}`).join('\n'))
    this.faults = faults
  }
}

/** A dialect or frame header that cannot be used. */
export class DialectError extends SpecificationError {
  override readonly name = 'DialectError'
  readonly code = 'DIALECT_INVALID'
}
