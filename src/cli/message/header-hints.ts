/** Frame headers that count captured bytes rightly, also such as no known host has. */

/** In words, one a header. */
export function headerHints(bytes: Uint8Array): string[] {
  return SIZES.flatMap((size) =>
    KINDS.flatMap(({ name, lengthOf }) => {
      const left = bytes.byteLength - size
      const length = left > 0 ? lengthOf(Buffer.from(bytes.subarray(0, size))) : undefined
      if (length !== left && length !== bytes.byteLength) return []
      const self = length === left ? '' : ' that counts itself'
      const tpdu = isTpdu(bytes.subarray(size)) ? ', a TPDU of 5 among them' : ''
      return [`a ${size}-${name}${self} is right for the ${left} bytes after it${tpdu}`]
    }),
  )
}

const SIZES = [2, 3, 4]

const KINDS: readonly {
  readonly name: string
  readonly lengthOf: (bytes: Buffer) => number | undefined
}[] = [
  { name: 'byte binary length', lengthOf: (bytes) => bytes.readUIntBE(0, bytes.length) },
  { name: 'digit ASCII length', lengthOf: (bytes) => countOf(bytes.toString('latin1')) },
  { name: 'byte packed length', lengthOf: (bytes) => countOf(bytes.toString('hex')) },
]

function countOf(digits: string): number | undefined {
  return /^\d+$/.test(digits) ? Number(digits) : undefined
}

/** Identifier 60 for transactions, 68 for network management. */
function isTpdu(bytes: Uint8Array): boolean {
  return bytes.byteLength > 5 && (bytes[0] === 0x60 || bytes[0] === 0x68)
}
