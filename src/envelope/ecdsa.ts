/**
 * An ES256 signature from the wire, where `r` and `s` stand side by side with 32 bytes each (RFC
 * 7518 section 3.4), in the DER of node:crypto, which takes twice as long when it has to convert by
 * itself.
 *
 * @returns undefined when `raw` is not 64 bytes
 */
export function derOfRaw(raw: Uint8Array): Buffer | undefined {
  if (raw.length !== ES256_SIGNATURE_BYTES) return undefined
  const der = Buffer.alloc(2 + 2 * (2 + HALF + 1))
  const afterR = writeInteger(der, 2, raw.subarray(0, HALF))
  const end = writeInteger(der, afterR, raw.subarray(HALF))
  der[0] = SEQUENCE
  der[1] = end - 2
  return der.subarray(0, end)
}

/** For signatures that node:crypto made itself, so its DER is taken as well formed. */
export function rawOfDer(der: Uint8Array): Buffer {
  const raw = Buffer.alloc(ES256_SIGNATURE_BYTES)
  const afterR = readInteger(der, 2, raw.subarray(0, HALF))
  readInteger(der, afterR, raw.subarray(HALF))
  return raw
}

const ES256_SIGNATURE_BYTES = 64
const HALF = 32
const SEQUENCE = 0x30
const INTEGER = 0x02

/** Writes the shortest non-negative INTEGER and says where it ends. */
function writeInteger(der: Buffer, at: number, half: Uint8Array): number {
  let skip = 0
  while (skip < HALF - 1 && half[skip] === 0) skip++
  const sign = (half[skip] ?? 0) >= 0x80 ? 1 : 0
  const length = HALF - skip + sign
  der[at] = INTEGER
  der[at + 1] = length
  der.set(half.subarray(skip), at + 2 + sign)
  return at + 2 + length
}

/** Right-justifies an INTEGER in `half` and says where it ends. */
function readInteger(der: Uint8Array, at: number, half: Buffer): number {
  const length = der[at + 1] ?? 0
  const end = at + 2 + length
  const start = length > HALF ? end - HALF : at + 2
  half.set(der.subarray(start, end), HALF - (end - start))
  return end
}
