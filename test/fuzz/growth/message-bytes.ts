/** Bytes of elements that hold as much as they can of what is slow. */

/** Of one part of a repeated composite, its length of two digits included. */
export const REPEATED_BYTES = 100

/** An ASCII message of one element, its length in so many digits. */
export function messageWith(
  number: number,
  { digits, value, count = value.length }: { digits: number; value: Buffer; count?: number },
): Buffer {
  const bitmap = (0x8000000000000000n >> BigInt(number - 1)).toString(16).padStart(16, '0')
  return Buffer.concat([Buffer.from(`0200${bitmap}${String(count).padStart(digits, '0')}`), value])
}

export function emptyObjects(bytes: number): Buffer {
  const count = Math.floor(bytes / 4)
  return Buffer.from(
    Array.from({ length: count }, (_, at) => `${threeByteTag(at)}00`).join(''),
    'hex',
  )
}

export function wideTags(bytes: number): Buffer {
  const count = Math.floor(bytes / 5)
  const tag = (at: number) =>
    Buffer.of(0x9f, 0x81 + (at >> 14), 0x80 | ((at >> 7) & 127), at & 127, 0)
  return Buffer.concat(Array.from({ length: count }, (_, at) => tag(at)))
}

export function longObject(bytes: number): Buffer {
  return objectOf(0xc1, Buffer.alloc(bytes - 6, 0xab))
}

/** As deep as the dialect goes, then one object after the other. */
export function templates(bytes: number): Buffer {
  let value = emptyObjects(bytes - 20)
  for (let depth = 0; depth < 3; depth += 1) value = objectOf(0xe1, value)
  return value
}

/** The length in the shortest form there is: a longer one is refused at once. */
function objectOf(tag: number, value: Buffer): Buffer {
  const digits = value.length.toString(16)
  const length = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  const form = value.length < 0x80 ? length : Buffer.of(0x80 | length.length, ...length)
  return Buffer.concat([Buffer.of(tag), form, value])
}

export function emptyTags(bytes: number): Buffer {
  const count = Math.floor(bytes / 6)
  return Buffer.from(Array.from({ length: count }, (_, at) => `${textTag(at)}\0\0`).join(''))
}

export function repeatedParts(bytes: number): Buffer {
  const part = Buffer.from(`${REPEATED_BYTES - 2}`.padEnd(REPEATED_BYTES, 'a'))
  return Buffer.alloc(bytes - (bytes % REPEATED_BYTES), part)
}

export function longValue(name: string): (bytes: number) => Buffer {
  const fill: Readonly<Record<string, number>> = { text: 0x61, ebcdic: 0x81, hex: 0x61 }
  return (bytes) => Buffer.alloc(bytes - (bytes % 2), fill[name] ?? 0x11)
}

export function twice(value: Buffer): Buffer {
  return Buffer.concat([value.subarray(0, -6), value.subarray(0, 6)])
}

export function textTag(at: number): string {
  return at.toString(36).toUpperCase().padStart(4, '0')
}

/** 1F8100 to DFFF7F: all there are of three bytes that are not listed. */
export function threeByteTag(at: number): string {
  const first = [0x1f, 0x3f, 0x5f, 0x7f, 0x9f, 0xbf][Math.floor(at / 16_256)] ?? 0x1f
  const rest = at % 16_256
  return Buffer.of(first, 0x81 + Math.floor(rest / 128), rest % 128)
    .toString('hex')
    .toUpperCase()
}
