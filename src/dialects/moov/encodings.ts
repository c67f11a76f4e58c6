/** What moov calls the encodings of a dialect. */

/** By character set. */
export const TEXT_NAMES = {
  ascii: 'ASCII',
  'ebcdic-037': 'EBCDIC',
  'ebcdic-1047': 'EBCDIC1047',
} as const

/** The other way about: encodings of text by moov's names. */
export const TEXT_ENCODINGS: ReadonlyMap<string, string> = new Map(
  Object.entries(TEXT_NAMES).map(([encoding, name]) => [name, encoding]),
)

/** The same of a bitmap, and of bytes. */
export const BYTE_ENCODINGS: ReadonlyMap<string, string> = new Map([
  ['Binary', 'binary'],
  ['HexToASCII', 'hex'],
])
