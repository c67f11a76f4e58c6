/**
 * A decoded message, and what a dialect can say of its elements. Plain values: what `decode --json`
 * prints is a `Message`.
 */
import type { DecodeErrorCode } from './errors.ts'

/**
 * `fields` is keyed by element number, "2" to "192".
 *
 * Text is as it stood on the line, without the pad a dialect says to take off. Binary values are
 * upper-case hex, two characters a byte.
 */
export interface Message {
  readonly mti: string
  readonly fields: Readonly<Record<string, FieldValue>>
  /** What was read only because the dialect asks for leniency there; absent when nothing was. */
  readonly lenient?: readonly Leniency[]
}

/** What a strict reading would have thrown, without its text. */
export interface Leniency {
  readonly path: string
  readonly code: DecodeErrorCode
  /** In bytes from the start of the message. */
  readonly offset: number
}

export type FieldValue = string | Composite

/**
 * The parts of a composite element, keyed by subfield name, by tag, by the number of a bit, or by
 * place from "1".
 *
 * Tags stand on the line in the order of the keys. Where that is not the order in which an object
 * lists its keys (whole numbers first), one more part `$order` names them all in the line's order,
 * one space between them.
 */
export interface Composite {
  readonly [part: string]: FieldValue
}

/** Whether a key is one of a number: of an element, of a bit, or of the place of a part. */
export function isNumberKey(key: string): boolean {
  return /^[1-9]\d{0,2}$/.test(key)
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
  /** What holds the parts of a composite together. */
  readonly composite?: 'positional' | 'repeated' | 'bitmap' | 'tagged' | 'ber'
  /** The parts of a composite, in the dialect's order; of one that repeats, the first. */
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
  /** It has parts, which follow, and no value of its own. */
  readonly composite?: true
  /** What of it, or of a part without a line of its own, was read by leniency. */
  readonly lenient?: readonly Pick<Leniency, 'code' | 'offset'>[]
}
