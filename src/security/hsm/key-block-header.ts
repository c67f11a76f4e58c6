/** What a key block says of its key, in front of it and in clear (ANSI X9.143-2021, section 5). */
export interface KeyBlockHeader {
  /** How it is protected: `B` with triple DES, `D` with AES, both by derived keys. */
  readonly version: KeyBlockVersion
  /** What the key is for, such as `P0`: PIN encryption. */
  readonly usage: string
  /** `T` triple DES, `A` AES, and others. */
  readonly algorithm: string
  /** `E` and `D`: encrypts or decrypts alone, `B` both, `N` no limit, and others. */
  readonly mode: string
  /** `00`: the key has no version. */
  readonly keyVersion: string
  /** `E` under a key block protection key, `S` under any key, `N` never. */
  readonly exportability: 'E' | 'N' | 'S'
  readonly optional: readonly OptionalBlock[]
}

export type KeyBlockVersion = 'B' | 'D'

export interface OptionalBlock {
  /** Such as `KS`, the set that the key is of. */
  readonly id: string
  readonly data: string
}

/** Where a header ends and how long the whole key block says that it is, in characters. */
export interface ReadHeader {
  readonly header: KeyBlockHeader
  readonly characters: number
  readonly blockCharacters: number
}

/** A length of four digits says no more. */
export const KEY_BLOCK_CHARACTERS_MAX = 9999

/** A header and its encrypted part are whole blocks of the version's cipher, in characters. */
export const ALIGNMENT: Readonly<Record<KeyBlockVersion, number>> = { B: 8, D: 16 }

/** Undefined for what is no header of a version that is taken. */
export function readKeyBlockHeader(text: string): ReadHeader | undefined {
  const fixed = FIXED.exec(text)
  if (fixed === null) return undefined
  const [, version = '', length, usage = '', algorithm = '', mode = '', ...rest] = fixed
  const [keyVersion = '', exportability = '', count] = rest
  if (!isVersion(version) || !isExportability(exportability)) return undefined
  const read = readOptional(text, Number(count))
  if (read === undefined || read.end % ALIGNMENT[version] !== 0) return undefined
  const { optional, end } = read
  return {
    header: { version, usage, algorithm, mode, keyVersion, exportability, optional },
    characters: end,
    blockCharacters: Number(length),
  }
}

/**
 * The header's text in front of `protectedCharacters`. Its optional blocks are filled up to whole
 * blocks of the cipher by one named `PB`.
 */
export function keyBlockHeaderText(header: KeyBlockHeader, protectedCharacters: number): string {
  const { version, usage, algorithm, mode, keyVersion, exportability } = header
  const optional = aligned(header.optional.map(optionalText), ALIGNMENT[version])
  const whole = FIXED_CHARACTERS + optional.join('').length + protectedCharacters
  const length = digits(whole, 4)
  const attributes = [usage, algorithm, mode, keyVersion, exportability].join('')
  return `${version}${length}${attributes}${digits(optional.length, 2)}00${optional.join('')}`
}

const FIXED = /^([A-Z])([0-9]{4})([A-Z0-9]{2})([A-Z0-9])([A-Z0-9])([A-Z0-9]{2})([A-Z])([0-9]{2})00/

const FIXED_CHARACTERS = 16

const isVersion = (text: string): text is KeyBlockVersion => text === 'B' || text === 'D'

const isExportability = (text: string): text is KeyBlockHeader['exportability'] =>
  ['E', 'N', 'S'].includes(text)

function readOptional(text: string, count: number) {
  const optional: OptionalBlock[] = []
  let end = FIXED_CHARACTERS
  for (let index = 0; index < count; index++) {
    const block = readOptionalAt(text, end)
    if (block === undefined || optional.some(({ id }) => id === block.id)) return undefined
    optional.push({ id: block.id, data: block.data })
    end = block.end
  }
  return { optional, end }
}

/**
 * Two characters of name, two hexadecimal digits of length, which counts them all. A length of `00`
 * is followed by two digits that say how many digits of length come then, counted in characters.
 */
function readOptionalAt(text: string, at: number) {
  const [, id, short = ''] = /^([A-Z0-9]{2})([0-9A-F]{2})/.exec(text.slice(at, at + 4)) ?? []
  if (id === undefined) return undefined
  if (short !== '00') return cutOptional(text, { id, at, data: at + 4, length: short })
  const lengthCharacters = hexNumber(text.slice(at + 4, at + 6))
  if (lengthCharacters === undefined || lengthCharacters > LENGTH_CHARACTERS_MAX) return undefined
  const data = at + 6 + lengthCharacters
  return cutOptional(text, { id, at, data, length: text.slice(at + 6, data) })
}

function cutOptional(
  text: string,
  { id, at, data, length }: { id: string; at: number; data: number; length: string },
) {
  const end = at + (hexNumber(length) ?? 0)
  if (end < data || end > text.length || !PRINTABLE.test(text.slice(data, end))) return undefined
  return { id, data: text.slice(data, end), end }
}

/** As many digits of length as a key block can need. */
const LENGTH_CHARACTERS_MAX = 4

const PRINTABLE = /^[ -~]*$/

function hexNumber(text: string): number | undefined {
  return /^[0-9A-F]+$/.test(text) ? Number.parseInt(text, 16) : undefined
}

function optionalText({ id, data }: OptionalBlock): string {
  const short = 4 + data.length
  if (short <= 0xff) return `${id}${hexDigits(short, 2)}${data}`
  return `${id}0004${hexDigits(10 + data.length, 4)}${data}`
}

function aligned(blocks: readonly string[], alignment: number): readonly string[] {
  const over = blocks.join('').length % alignment
  if (over === 0) return blocks
  const room = alignment - over
  const length = room < 4 ? room + alignment : room
  return [...blocks, optionalText({ id: 'PB', data: '0'.repeat(length - 4) })]
}

const digits = (count: number, length: number) => String(count).padStart(length, '0')

const hexDigits = (count: number, length: number) =>
  count.toString(16).toUpperCase().padStart(length, '0')
