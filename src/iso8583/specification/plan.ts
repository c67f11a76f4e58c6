/**
 * A dialect whose specification has been checked: every setting present and independent of the
 * others.
 */
import type { CharacterSet } from '../character-sets.ts'
import type { ContentClass } from '../content.ts'
import type { LengthUnit, Mask } from '../message.ts'

export interface DialectPlan {
  readonly name: string
  readonly title: string | undefined
  readonly mti: MtiPlan
  readonly bitmap: BitmapPlan
  /** In ascending order of element number. */
  readonly fields: readonly ElementPlan[]
}

/** Four digits: `body` is how they stand on the line. */
export interface MtiPlan {
  readonly encoding: CharacterSet | 'bcd'
  readonly body: ValuePlan
  readonly meanings: Meanings
}

/** Raw bytes, or two hex characters for each of them. */
export const BYTE_ENCODINGS = ['binary', 'hex', 'hex-ebcdic'] as const
export type ByteEncoding = (typeof BYTE_ENCODINGS)[number]

export interface BitmapPlan {
  readonly encoding: ByteEncoding
  /** Of one bitmap before it is written in hex: 8 in a message, 1 to 16 in a composite. */
  readonly bytes: number
  /**
   * The most bitmaps that follow one another, 1 to 3. The first bit of each but the last says that
   * another follows. More than one only of 8 bytes.
   */
  readonly count: number
  /**
   * `needed`: a further bitmap is there when one of its elements is; `always`: the second is there
   * at all times, which a composite's never is.
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
  /** What of it is read though it is not as the rest of the plan says; nothing unless asked. */
  readonly lenient: readonly LenientRule[]
  readonly length: LengthPlan
  readonly body: BodyPlan
}

/**
 * `content` takes characters outside the class and dates out of range, `pad` whatever fills the odd
 * half byte of a packed value, `length` spaces in place of the leading zeros of a prefix, and
 * lengths in BER-TLV that are not in their shortest form.
 */
export type LenientRule = 'content' | 'pad' | 'length'

/**
 * `min` and `max` count positions of the value: characters, digits, or bytes of binary values and
 * composites.
 */
export interface LengthPlan {
  readonly min: number
  readonly max: number
  /**
   * Undefined for an element of fixed width, for a part whose composite says its length, and for a
   * last part that runs to the end of its composite.
   */
  readonly prefix: PrefixPlan | undefined
  readonly unit: LengthUnit
}

export interface PrefixPlan {
  readonly encoding: 'ascii' | 'ebcdic' | 'bcd' | 'binary'
  /** Decimal digits; for `binary` the count of bytes. */
  readonly size: number
}

export type BodyPlan = ValuePlan | CompositePlan

export type ValuePlan = TextPlan | PackedPlan | BinaryPlan

export type CompositePlan = PositionalPlan | RepeatedPlan | BitmappedPlan | TaggedPlan | BerPlan

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
  /** Of an amount with a sign: the sign's byte. */
  readonly sign: CharacterSet
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
  readonly encoding: ByteEncoding
}

export interface PositionalPlan {
  readonly kind: 'positional'
  readonly parts: readonly FieldPlan[]
}

/** The same part 1 to `max` times, keyed by its place from 1. */
export interface RepeatedPlan {
  readonly kind: 'repeated'
  readonly max: number
  /** With the key and the path of the first. */
  readonly part: FieldPlan
}

/** The parts that a bitmap announces, keyed by the number of their bit from 1. */
export interface BitmappedPlan {
  readonly kind: 'bitmap'
  readonly bitmap: BitmapPlan
  /** In ascending order of number. */
  readonly parts: readonly FieldPlan[]
}

export interface TaggedPlan {
  readonly kind: 'tagged'
  /** A value of fixed length without a pad: how each tag stands on the line, and as a key. */
  readonly tag: TagPlan
  readonly prefix: PrefixPlan
  readonly parts: readonly FieldPlan[]
  /** How a tag that is not listed is read; undefined when it is refused. */
  readonly other: FieldPlan | undefined
}

export interface TagPlan {
  readonly content: ContentClass
  readonly encoding: CharacterSet | 'bcd' | ByteEncoding
  /** Characters, digits, or bytes of a binary tag, whose key is upper-case hex. */
  readonly length: number
  readonly body: ValuePlan
}

export interface BerPlan {
  readonly kind: 'ber'
  /** `length` counts bytes of the object; its unit `characters` is hex digits. */
  readonly encoding: ByteEncoding
  readonly parts: readonly FieldPlan[]
  readonly other: FieldPlan | undefined
}

/** What stretches of a value mean: one table for each. */
export type Meanings = readonly MeaningTable[]

export interface MeaningTable {
  /** What the stretch is called. */
  readonly of: string | undefined
  readonly from: number
  /** The position after the last one; undefined for the rest of the value. */
  readonly to: number | undefined
  readonly values: ReadonlyMap<string, string>
}

export function isComposite(body: BodyPlan): body is CompositePlan {
  return body.kind !== 'text' && body.kind !== 'packed' && body.kind !== 'binary'
}

/** A value of so many positions that is no field of the file: the message type, a tag. */
export function fixedField(
  named: Pick<FieldPlan, 'key' | 'path' | 'name' | 'meanings'>,
  body: ValuePlan,
  positions: number,
): FieldPlan {
  const length = { min: positions, max: positions, prefix: undefined, unit: UNITS[body.kind] }
  return { ...named, mask: false, lenient: [], length, body }
}

const UNITS = { text: 'characters', packed: 'digits', binary: 'bytes' } as const

/** Whether neither a prefix nor a width of its own says where it ends, but what is around it. */
export function isOpenEnded({ body, length: { prefix, min, max } }: FieldPlan): boolean {
  const isPadded = body.kind === 'text' && body.pad !== undefined
  return prefix === undefined && min !== max && !isPadded
}
