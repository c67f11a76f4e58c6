import type { Message } from '#iso8583'
import { opensslBlocks, opensslRetailMac } from '../oracles/openssl.ts'
import { PROFILES } from './profile.ts'

/** The key that kestrel's emulator sends its keys under: specs/sandbox-cards.json. */
export const KEY_ENCRYPTING = '4C6B2A7F0D91E3583EB5A19CD8672F14'

const { dialect } = PROFILES.kestrel

/**
 * A message as kestrel wants it proven, by its interface.md and openssl: the key's number in DE53,
 * the MAC over all before it in DE64 or, with a second bitmap, in DE128.
 */
export function sealed({ mti, fields }: Message, key: Uint8Array, number = '01'): Message {
  const numbered = { ...fields, 53: number }
  const element = Object.keys(numbered).some((it) => Number(it) > 64) ? '128' : '64'
  const whole = (mac: string) => ({ mti, fields: { ...numbered, [element]: mac } })
  const covered = dialect.pack(whole('0'.repeat(16))).subarray(0, -16)
  return whole(opensslRetailMac(key, covered).toString('hex').toUpperCase())
}

/** DE96 for a key: encrypted block by block, its check value behind it. */
export function parcelOf(key: Uint8Array): string {
  const cryptogram = opensslBlocks('des-ede3-ecb', { key: three(OUTER), blocks: key })
  return `${hexOf(cryptogram)}${checkValueOf(key)}`
}

/** The key in DE96, if its check value is that of the key. */
export function keyIn({ fields }: Message): Buffer {
  const parcel = String(fields['96'])
  const blocks = Buffer.from(parcel.slice(0, 32), 'hex')
  const key = opensslBlocks('des-ede3-ecb', { key: three(OUTER), blocks, decrypt: true })
  if (checkValueOf(key) !== parcel.slice(32)) throw new Error('the check value is of another key')
  return key
}

const OUTER = Buffer.from(KEY_ENCRYPTING, 'hex')

function checkValueOf(key: Uint8Array): string {
  const zeros = opensslBlocks('des-ede3-ecb', { key: three(key), blocks: Buffer.alloc(8) })
  return hexOf(zeros).slice(0, 6)
}

function three(key: Uint8Array): Buffer {
  return Buffer.concat([key, key.subarray(0, 8)])
}

function hexOf(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase()
}
