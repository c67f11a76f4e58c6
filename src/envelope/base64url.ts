/** RFC 4648 section 5 without padding, as RFC 7515 section 2 has it. */
export function encodeBase64url(bytes: Uint8Array | string): string {
  return (typeof bytes === 'string' ? Buffer.from(bytes) : asBuffer(bytes)).toString('base64url')
}

/**
 * Decode the one canonical spelling.
 *
 * Padding, spaces, the other alphabet, a length that no byte string has and bits set behind the
 * last byte are refused, so that equal bytes have equal text.
 *
 * @returns undefined when `text` is not canonical
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

/** The same memory as a Buffer; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
