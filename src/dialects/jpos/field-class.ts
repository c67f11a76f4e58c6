/**
 * jPOS names a class for each way in which a field can stand on the line: `IFB_LLHCHAR` is text
 * behind a length of one binary byte. Nearly all names keep a grammar (family, length digits,
 * modifiers, kind), so they are parsed; a table has those that do not.
 */
import type { PrefixFile } from '../dialect-file.ts'

export type FieldClass =
  | ValueClass
  | { readonly kind: 'bitmap'; readonly encoding: 'hex' | 'binary' | 'hex-ebcdic' }
  | TagClass
  | { readonly kind: 'unused' }
  | { readonly kind: 'unsupported'; readonly reason: string }

/** A value that stands for itself. */
export interface ValueClass {
  readonly kind: 'value'
  readonly content: 'n' | 'ans' | 'x+n' | 'b'
  readonly encoding: 'ascii' | 'ebcdic-1047' | 'bcd' | 'binary' | 'hex' | 'hex-ebcdic'
  readonly prefix?: PrefixFile
  readonly unit?: 'bytes' | 'digits'
  /**
   * How short values are filled: `zeros` on the left and `spaces` on the right of text of fixed
   * width; or the half byte of an odd count of digits, on the left where the file says pad="true".
   */
  readonly fill?: 'zeros' | 'spaces' | NibbleFill
  /** Whether the length attribute counts half bytes. */
  readonly countsNibbles?: true
}

export interface NibbleFill {
  readonly onRight: '0' | 'F'
  readonly onLeft: '0' | 'F'
  /** Whether the length counts the filling half byte. */
  readonly counted?: true
}

/** A part that brings its own tag: decimal digits in ASCII, then its length as its value is. */
export interface TagClass {
  readonly kind: 'tag'
  readonly tagDigits: number
  readonly lengthDigits: number
  readonly encoding: 'ascii' | 'ebcdic-1047'
  readonly content: 'ans' | 'b'
}

/** What a class of jPOS does, by its name with or without the package. */
export function fieldClass(name: string): FieldClass {
  const short = name.startsWith(PACKAGE) ? name.slice(PACKAGE.length) : name
  const exception = EXCEPTIONS.get(short)
  if (exception !== undefined) return exception
  return taggedClass(short) ?? grammarClass(short) ?? unsupported('is no class known here')
}

const PACKAGE = 'org.jpos.iso.'
const EBCDIC = 'ebcdic-1047'

const TEXT = { kind: 'value', content: 'ans', fill: 'spaces' } as const
const FILLED = unsupported('fills a value up behind its length, which a dialect cannot say')
const TAG_AFTER = unsupported('puts the length before the tag, which a dialect cannot say')
const TOKEN = unsupported('ends a value with a token, which a dialect cannot say')

const EXCEPTIONS: ReadonlyMap<string, FieldClass> = new Map<string, FieldClass>([
  ['IF_CHAR', { ...TEXT, encoding: 'ascii' }],
  ['IF_ECHAR', { ...TEXT, encoding: EBCDIC }],
  ['IF_NOP', { kind: 'unused' }],
  ['IF_UNUSED', { kind: 'unused' }],
  ['IF_TBASE', TOKEN],
  ['IF_TCHAR', TOKEN],
  ['IFA_FLLCHAR', FILLED],
  ['IFA_FLLNUM', FILLED],
  ['IFB_LLHFBINARY', FILLED],
  ['IFEP_LLCHAR', TAG_AFTER],
  ['IFEP_LLLCHAR', TAG_AFTER],
  ['IFEPE_LLCHAR', TAG_AFTER],
  ['IFEPE_LLLCHAR', TAG_AFTER],
  ['IFELPE_LLLCHAR', TAG_AFTER],
  ['IFE_SIGNED_NUMERIC', unsupported('overpunches a sign, which a dialect cannot say')],
  [
    'IFA_LLBNUM',
    {
      kind: 'value',
      content: 'n',
      encoding: 'bcd',
      prefix: { digits: 2, encoding: 'ascii' },
      fill: { onLeft: '0', onRight: '0', counted: true },
    },
  ],
  ['IFEB_LLNUM', bytesOfDigits(2)],
  ['IFEB_LLLNUM', bytesOfDigits(3)],
  ['IFA_AMOUNT2003', { kind: 'value', content: 'n', encoding: 'ascii', fill: 'zeros' }],
  [
    'IFB_AMOUNT2003',
    {
      kind: 'value',
      content: 'n',
      encoding: 'bcd',
      fill: { onLeft: '0', onRight: '0' },
    },
  ],
])

/** Packed digits behind an EBCDIC length of their bytes, an odd count filled up with F. */
function bytesOfDigits(digits: number): ValueClass {
  return {
    kind: 'value',
    content: 'n',
    encoding: 'bcd',
    prefix: { digits, encoding: 'ebcdic' },
    unit: 'bytes',
    fill: { onLeft: 'F', onRight: 'F' },
  }
}

const TAGGED = /^IF(A_T+|MC_|EMC_|IPM_)(L{1,5})(CHAR|BINARY)$/

/**
 * `IFA_TTLLCHAR`; and IFMC, IFEMC and IFIPM, whose tags have two, two and four digits. IFEMC has
 * its tags in ASCII before lengths and values in EBCDIC.
 */
function taggedClass(name: string): TagClass | undefined {
  const [, family = '', length = '', kind] = TAGGED.exec(name) ?? []
  if (kind === undefined) return undefined
  const tagDigits = family.startsWith('A_') ? family.length - 2 : family === 'IPM_' ? 4 : 2
  return {
    kind: 'tag',
    tagDigits,
    lengthDigits: length.length,
    encoding: family === 'EMC_' ? EBCDIC : 'ascii',
    content: kind === 'CHAR' ? 'ans' : 'b',
  }
}

const GRAMMAR =
  /^IF(A|B|E|AE|EA)_(F?)(L{0,6})(H?)([AE]?)(CHAR|NUMERIC|NUM|BINARY|AMOUNT|HEX|BITMAP)$/

interface Words {
  readonly family: 'A' | 'B' | 'E' | 'AE' | 'EA'
  readonly isFilledWithF: boolean
  readonly lengthDigits: number
  readonly isBinaryLength: boolean
  readonly modifier: '' | 'A' | 'E'
}

function grammarClass(name: string): FieldClass | undefined {
  const found = GRAMMAR.exec(name)
  if (found === null) return undefined
  const [, family, f, length = '', h, modifier, kind] = found
  const words: Words = {
    family: family as Words['family'],
    isFilledWithF: f === 'F',
    lengthDigits: length.length,
    isBinaryLength: h === 'H',
    modifier: modifier as Words['modifier'],
  }
  const isVariable = words.lengthDigits > 0
  switch (kind) {
    case 'CHAR':
      return isVariable || family === 'E' ? textClass(words) : undefined
    case 'NUM':
      return isVariable ? digitsClass(words) : undefined
    case 'NUMERIC':
      return isVariable ? undefined : digitsClass(words)
    case 'BINARY':
      return binaryClass(words)
    case 'AMOUNT':
      return isVariable ? undefined : amountClass(words)
    case 'HEX':
      return family === 'B' ? nibblesClass(words) : undefined
    default:
      return isVariable ? undefined : { kind: 'bitmap', encoding: hexOf(words) }
  }
}

function textClass(words: Words): FieldClass {
  const isEbcdic = words.family === 'E' || words.family === 'AE' || words.modifier === 'E'
  const fill = words.lengthDigits === 0 ? { fill: 'spaces' as const } : {}
  const encoding = isEbcdic ? EBCDIC : 'ascii'
  return { kind: 'value', content: 'ans', encoding, ...prefixOf(words), ...fill }
}

function digitsClass(words: Words): FieldClass {
  const { family, isFilledWithF, lengthDigits } = words
  if (family === 'B') {
    const fill: NibbleFill = { onLeft: '0', onRight: isFilledWithF ? 'F' : '0' }
    return { kind: 'value', content: 'n', encoding: 'bcd', ...prefixOf(words), fill }
  }
  const encoding = family === 'E' || family === 'AE' ? EBCDIC : 'ascii'
  const fill = lengthDigits === 0 ? { fill: 'zeros' as const } : {}
  return { kind: 'value', content: 'n', encoding, ...prefixOf(words), ...fill }
}

/** Hex text where the width is fixed, raw bytes behind a length, unless a modifier says hex. */
function binaryClass(words: Words): FieldClass {
  const prefix = prefixOf(words)
  if (words.lengthDigits === 0) {
    return { kind: 'value', content: 'b', encoding: hexOf(words) }
  }
  if (words.modifier === 'E') {
    return { kind: 'value', content: 'ans', encoding: EBCDIC, ...prefix }
  }
  const encoding = words.modifier === 'A' ? 'hex' : 'binary'
  return { kind: 'value', content: 'b', encoding, ...prefix, unit: 'bytes' }
}

function amountClass({ family }: Words): FieldClass {
  if (family === 'B') {
    const fill: NibbleFill = { onLeft: '0', onRight: '0' }
    return { kind: 'value', content: 'x+n', encoding: 'bcd', fill }
  }
  return { kind: 'value', content: 'x+n', encoding: family === 'A' ? 'ascii' : EBCDIC }
}

/** Hex digits, two a byte; behind a length they are whole bytes, counted in digits. */
function nibblesClass(words: Words): FieldClass {
  const value = { kind: 'value', content: 'b', encoding: 'binary' } as const
  if (words.lengthDigits === 0) return { ...value, countsNibbles: true }
  return { ...value, ...prefixOf(words), unit: 'digits' }
}

function hexOf({ family }: Words): 'hex' | 'binary' | 'hex-ebcdic' {
  if (family === 'A' || family === 'EA') return 'hex'
  return family === 'B' ? 'binary' : 'hex-ebcdic'
}

/** A binary length takes one byte less than the decimal digits that its name counts. */
function prefixOf(words: Words): { prefix?: PrefixFile } {
  const { family, lengthDigits, isBinaryLength } = words
  if (lengthDigits === 0) return {}
  if (isBinaryLength)
    return { prefix: { bytes: Math.max(1, lengthDigits - 1), encoding: 'binary' } }
  const encoding = family === 'B' ? 'bcd' : family === 'E' || family === 'EA' ? 'ebcdic' : 'ascii'
  return { prefix: { digits: lengthDigits, encoding } }
}

function unsupported(reason: string): FieldClass {
  return { kind: 'unsupported', reason }
}
