import { type CipherName, createBlockCipher } from './block-cipher.ts'
import { createMac } from './mac.ts'

/**
 * What tells which key this is and nothing of the key: of DES and triple DES a block of zeros
 * encrypted, of AES the CMAC of such a block (ANSI X9.24-1:2017, A.3).
 *
 * @param bytes its left part that is shown, as hosts use to: 3 of DES, 3 or 5 of AES
 * @returns upper-case hexadecimal
 * @throws RangeError when there are no keys of such a length
 */
export function checkValueOf(cipher: CipherName, key: Uint8Array, bytes: number): string {
  const zeros = Buffer.alloc(cipher === 'aes' ? 16 : 8)
  const whole =
    cipher === 'aes'
      ? createMac({ algorithm: 'cmac', cipher }, key)(zeros)
      : createBlockCipher(cipher, key).encrypt(zeros)
  return whole.toString('hex', 0, bytes).toUpperCase()
}
