/**
 * Character sets of host lines. Values are always ASCII text here; a set says which byte each
 * character is on the line. EBCDIC pages from IBM's code page tables 00037 and 01047.
 */

export type CharacterSet = 'ascii' | 'ebcdic-037' | 'ebcdic-1047'

export const CHARACTER_SETS: readonly CharacterSet[] = ['ascii', 'ebcdic-037', 'ebcdic-1047']

/** The bytes of the 95 printable ASCII characters, from the space to the tilde. */
const EBCDIC_037 =
  '405a7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f' +
  '7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e9bae0bbb06d' +
  '79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c04fd0a1'
const EBCDIC_1047 =
  '405a7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f' +
  '7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e9ade0bd5f6d' +
  '79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c04fd0a1'

const TO_LINE: Readonly<Record<CharacterSet, Uint8Array>> = {
  ascii: Uint8Array.from({ length: 256 }, (_, code) => (isPrintable(code) ? code : 0)),
  'ebcdic-037': pageOf(EBCDIC_037),
  'ebcdic-1047': pageOf(EBCDIC_1047),
}

const FROM_LINE: Readonly<Record<CharacterSet, Uint8Array>> = {
  ascii: inverseOf(TO_LINE.ascii),
  'ebcdic-037': inverseOf(TO_LINE['ebcdic-037']),
  'ebcdic-1047': inverseOf(TO_LINE['ebcdic-1047']),
}

/** From ASCII code to the byte on the line; 0 for a code that is not printable. */
export function toLine(set: CharacterSet): Uint8Array {
  return TO_LINE[set]
}

/** From the byte on the line to ASCII code; 0 for a byte that is no printable ASCII character. */
export function fromLine(set: CharacterSet): Uint8Array {
  return FROM_LINE[set]
}

/** For a class of ASCII characters: the byte on the line of each, 0 for those outside the class. */
export const allowedToLine = onceForClass((set, characters) =>
  TO_LINE[set].map((byte, code) => (characters[code] === 1 ? byte : 0)),
)

/** For a class of ASCII characters: 1 for each byte on the line that is one of them. */
export const allowedFromLine = onceForClass((set, characters) =>
  FROM_LINE[set].map((code) => (code !== 0 && characters[code] === 1 ? 1 : 0)),
)

type TableOf = (set: CharacterSet, characters: Uint8Array) => Uint8Array

/** Elements by the hundred share a few classes: each table is made once, and never written to. */
function onceForClass(make: TableOf): TableOf {
  const made = new WeakMap<Uint8Array, Map<CharacterSet, Uint8Array>>()
  return (set, characters) => {
    const bySet = made.get(characters) ?? new Map<CharacterSet, Uint8Array>()
    const table = bySet.get(set) ?? make(set, characters)
    made.set(characters, bySet.set(set, table))
    return table
  }
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code <= 0x7e
}

function pageOf(hex: string): Uint8Array {
  const page = new Uint8Array(256)
  page.set(Buffer.from(hex, 'hex'), 0x20)
  return page
}

function inverseOf(page: Uint8Array): Uint8Array {
  const inverse = new Uint8Array(256)
  page.forEach((byte, code) => {
    if (byte !== 0) inverse[byte] = code
  })
  return inverse
}
