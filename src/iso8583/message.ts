/**
 * A decoded message, and what a dialect can say of its elements. Plain values: what `decode --json`
 * prints is a `Message`.
 */

/**
 * `fields` is keyed by element number, "2" to "192".
 *
 * Text is as it stood on the line, without the pad a dialect says to take off. Binary values are
 * upper-case hex, two characters a byte.
 */
export interface Message {
  readonly mti: string
  readonly fields: Readonly<Record<string, FieldValue>>
}

export type FieldValue = string | Composite

/** The parts of a composite element, keyed by subfield name or by tag. */
export interface Composite {
  readonly [part: string]: FieldValue
}

/**
 * What masking a dialect asks for: `sad` is sensitive authentication data and may never be stored.
 */
export type Mask = 'pan' | 'sad' | 'secret'

/** What a prefix counts; a fixed length and `min` and `max` always count positions of the value. */
export type LengthUnit = 'digits' | 'bytes' | 'characters'

/**
 * What the dialect says of one element or part. Lengths count positions of the value; bytes for
 * binary values.
 */
export interface FieldFacts {
  readonly path: string
  readonly name: string
  /** A content class such as `n`, `ans` or `MMDDhhmmss`; `composite` when the element has parts. */
  readonly content: string
  readonly min: number
  readonly max: number
  /** What a value's length is counted in: `bytes` for binary values and composites. */
  readonly unit: 'characters' | 'bytes'
  readonly sensitive: Mask | false
  /**
   * The edge on which a short value is padded on the line, and with what; the pad comes off on the
   * way in unless `kept`.
   */
  readonly pad?: PadFacts
  /** The parts of a composite, in the dialect's order. */
  readonly parts?: readonly FieldFacts[]
}

export interface PadFacts {
  readonly side: 'left' | 'right'
  readonly with: string
  readonly kept: boolean
}

/** One line of a view for people. Composites are followed by their parts. */
export interface DescribedField {
  readonly path: string
  readonly name: string
  /** Masked as the dialect says, whole when it could not be read as the dialect says. */
  readonly value: string
  readonly meaning?: string
  readonly masked: boolean
}
