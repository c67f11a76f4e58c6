/**
 * A dialect whose specification has been checked: every setting present and independent of the
 * others.
 */
import type { CharacterSet } from '../character-sets.ts'
import type { ContentClass } from '../content.ts'
import type { LengthUnit, Mask } from '../message.ts'

export interface DialectPlan {
  readonly name: string
  readonly mti: { readonly encoding: CharacterSet | 'bcd'; readonly meanings: Meanings }
  readonly bitmap: BitmapPlan
  /** In ascending order of element number. */
  readonly fields: readonly ElementPlan[]
}

export interface BitmapPlan {
  readonly encoding: 'binary' | 'hex' | 'hex-ebcdic'
  /** How many bitmaps of 64 elements the dialect knows: 1 to 3. */
  readonly count: number
  /**
   * `needed`: a further bitmap is there when one of its elements is; `always`: it is there at all
   * times.
   */
  readonly secondary: 'needed' | 'always'
}

export interface ElementPlan extends FieldPlan {
  readonly number: number
}

export interface FieldPlan {
  readonly key: string
  readonly path: string
  readonly name: string
  readonly mask: Mask | false
  readonly meanings: Meanings
  readonly length: LengthPlan
  readonly body: BodyPlan
}

/**
 * `min` and `max` count positions of the value: characters, digits, or bytes of binary values and
 * composites.
 */
export interface LengthPlan {
  readonly min: number
  readonly max: number
  /** Undefined for an element of fixed width, and for a part whose composite says its length. */
  readonly prefix: PrefixPlan | undefined
  readonly unit: LengthUnit
}

export interface PrefixPlan {
  readonly encoding: 'ascii' | 'ebcdic' | 'bcd' | 'binary'
  /** Decimal digits; for `binary` the count of bytes. */
  readonly size: number
}

export type BodyPlan = TextPlan | PackedPlan | BinaryPlan | PositionalPlan | TaggedPlan | BerPlan

export interface TextPlan {
  readonly kind: 'text'
  readonly content: ContentClass
  readonly characterSet: CharacterSet
  readonly pad: TextPad | undefined
}

export interface TextPad {
  readonly side: 'left' | 'right'
  readonly with: string
  /** Whether the pad stays in the value that is read. */
  readonly kept: boolean
}

export interface PackedPlan {
  readonly kind: 'packed'
  readonly content: ContentClass
  readonly pad: NibblePad
}

/** What fills the half byte that an odd count of digits leaves. */
export interface NibblePad {
  readonly side: 'left' | 'right'
  /** 0 to 15. */
  readonly nibble: number
  /** Whether the length on the line includes it. */
  readonly counted: boolean
}

export interface BinaryPlan {
  readonly kind: 'binary'
  readonly content: ContentClass
  readonly encoding: 'binary' | 'hex' | 'hex-ebcdic'
}

export interface PositionalPlan {
  readonly kind: 'positional'
  readonly parts: readonly FieldPlan[]
}

export interface TaggedPlan {
  readonly kind: 'tagged'
  readonly tag: {
    readonly content: ContentClass
    readonly characterSet: CharacterSet
    readonly length: number
  }
  readonly prefix: PrefixPlan
  readonly parts: readonly FieldPlan[]
  /** How a tag that is not listed is read; undefined when it is refused. */
  readonly other: FieldPlan | undefined
}

export interface BerPlan {
  readonly kind: 'ber'
  readonly parts: readonly FieldPlan[]
  readonly other: FieldPlan | undefined
}

/** What stretches of a value mean: one table for each. */
export type Meanings = readonly MeaningTable[]

export interface MeaningTable {
  readonly from: number
  /** The position after the last one; undefined for the rest of the value. */
  readonly to: number | undefined
  readonly values: ReadonlyMap<string, string>
}
