import { isSingleDes, KEY_BYTES } from '../host-keys/block-cipher.ts'
import { isPublished } from '../host-keys/components.ts'
import type { Environment } from '../keyring-document.ts'
import type { HsmKey, KeyImport } from './hsm.ts'
import type { KeyBlockFault } from './key-block.ts'
import type { KeyBlockHeader, KeyBlockVersion } from './key-block-header.ts'

/**
 * Why the key of a key block is not taken. Closed.
 *
 * - a {@link KeyBlockFault}: it gives no key.
 * - `usage-wrong`: it is no key for PIN encryption, or no base key where one is wanted.
 * - `mode-wrong`: it may not be used in the direction that is wanted.
 * - `algorithm-wrong`: it is of no cipher that PINs are encrypted with, or of another length.
 * - `protection-weaker`: it came under a key that is weaker than itself.
 * - `key-weak`: it is single DES in the length of triple DES.
 * - `key-published`: anyone can read it, and this is production.
 * - `check-value-wrong`: it is not the key that was expected.
 */
export type ImportFault =
  | KeyBlockFault
  | 'usage-wrong'
  | 'mode-wrong'
  | 'algorithm-wrong'
  | 'protection-weaker'
  | 'key-weak'
  | 'key-published'
  | 'check-value-wrong'

/** What the two versions are protected with. */
export const PROTECTION_CIPHERS: Readonly<Record<KeyBlockVersion, HsmKey['cipher']>> = {
  B: 'tdes',
  D: 'aes',
}

/** The cipher of a header's algorithm, where PINs are encrypted with it. */
export function cipherOf({ algorithm }: KeyBlockHeader): HsmKey['cipher'] | undefined {
  if (algorithm === 'T') return 'tdes'
  return algorithm === 'A' ? 'aes' : undefined
}

/** What the header forbids. */
export function headerFault(
  { usage, mode }: KeyBlockHeader,
  { purpose }: Pick<KeyImport, 'purpose'>,
): ImportFault | undefined {
  if (usage !== USAGES[purpose]) return 'usage-wrong'
  return MODES[purpose].includes(mode) ? undefined : 'mode-wrong'
}

export const PIN_ENCRYPTION = 'P0'
const BASE_DERIVATION = 'B0'

const USAGES: Readonly<Record<KeyImport['purpose'], string>> = {
  'terminal-pin': PIN_ENCRYPTION,
  'terminal-base': BASE_DERIVATION,
  'host-pin': PIN_ENCRYPTION,
}

/**
 * A terminal's key decrypts here, the host's encrypts, and from a base key others are derived; `B`
 * does both of the first, `N` has no limit.
 */
const MODES: Readonly<Record<KeyImport['purpose'], readonly string[]>> = {
  'terminal-pin': ['D', 'B', 'N'],
  'terminal-base': ['X', 'N'],
  'host-pin': ['E', 'B', 'N'],
}

export interface FoundKey {
  readonly cipher: HsmKey['cipher']
  readonly key: Uint8Array
  readonly protection: { readonly cipher: HsmKey['cipher']; readonly key: Uint8Array }
}

/** What is wrong with the key itself. */
export function keyFault(
  found: FoundKey,
  { purpose }: Pick<KeyImport, 'purpose'>,
  environment: Environment,
): ImportFault | undefined {
  const { cipher, key } = found
  if (!lengthsOf(found, purpose).includes(key.byteLength)) return 'algorithm-wrong'
  if (strengthOf(found.protection) < strengthOf(found)) return 'protection-weaker'
  if (cipher === 'tdes' && isSingleDes(key)) return 'key-weak'
  return environment === 'production' && isPublished(key) ? 'key-published' : undefined
}

/** Terminals derive from two keys of triple DES alone. */
function lengthsOf({ cipher }: FoundKey, purpose: KeyImport['purpose']): readonly number[] {
  return purpose === 'terminal-base' && cipher === 'tdes' ? [16] : KEY_BYTES[cipher]
}

/** Two keys of triple DES are weaker than three, and any of AES is stronger than both. */
function strengthOf({ cipher, key }: Pick<FoundKey, 'cipher' | 'key'>): number {
  return (cipher === 'aes' ? 100 : 0) + key.byteLength
}
