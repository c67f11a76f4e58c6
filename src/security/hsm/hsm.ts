import type { Pan, Secret } from '#domain'
import type { ImportFault } from './import-rules.ts'
import type { IsoPinFormat, TranslationFault } from './translation-rules.ts'

/**
 * What a payment HSM does for the gateway.
 *
 * It keeps no keys: each is given to it as it has wrapped it itself, and is bound to its purpose
 * and its owner there. No PIN and no key is ever outside of it in clear.
 */
export interface Hsm {
  /** Open a key, and see which it is. Rejects when it is not as the HSM has wrapped it. */
  checkValueOf(key: HsmKey): Promise<string>
  /** Take a key out of a key block. */
  importKey(given: KeyImport): Promise<KeyImported>
  /** Make a terminal's PIN key, and put it into a key block that takes it there. */
  createTerminalKey(given: KeyCreation): Promise<KeyCreated>
  /** Make the host's PIN block of a terminal's. */
  translatePin(given: PinTranslation): Promise<PinTranslated>
}

/**
 * - `protection`: protects key blocks.
 * - `terminal-pin`: terminals encrypt PINs under it; they come out of it to be translated alone.
 * - `terminal-base`: the key of each PIN is derived from it, as DUKPT does.
 * - `host-pin`: PINs go to the core host under it.
 */
export type KeyPurpose = 'protection' | 'terminal-pin' | 'terminal-base' | 'host-pin'

/** A key as it is kept; all but `wrapped` may be seen by anybody. */
export interface HsmKey {
  readonly purpose: KeyPurpose
  /** Whose it is, such as a host's name. */
  readonly owner: string
  readonly cipher: 'tdes' | 'aes'
  /** Upper-case hexadecimal: 3 bytes of triple DES, 5 of AES. */
  readonly checkValue: string
  /** Opens under the HSM's own key alone, with all the other members as they are. */
  readonly wrapped: string
}

export interface KeyImport {
  readonly keyBlock: string
  /** The protection key that the block was made under. */
  readonly under: HsmKey
  readonly purpose: Exclude<KeyPurpose, 'protection'>
  readonly owner: string
  /** What whoever sent it has told, in hexadecimal, in whole or the left part of it. */
  readonly expectedCheckValue?: string
}

export type KeyImported =
  | { readonly kind: 'imported'; readonly key: HsmKey }
  | { readonly kind: 'refused'; readonly fault: ImportFault }

export interface KeyCreation {
  readonly under: HsmKey
  readonly owner: string
}

export interface KeyCreated {
  readonly key: HsmKey
  readonly keyBlock: string
}

/** One end of a translation. */
export interface PinEnd {
  readonly key: HsmKey
  readonly format: IsoPinFormat
  readonly pan: Pan
  /** Key serial number of a terminal with a base key, in hexadecimal. */
  readonly ksn?: string
}

export interface PinTranslation {
  /** Encrypted, in hexadecimal. */
  readonly block: Secret<string>
  readonly from: PinEnd
  readonly to: PinEnd
}

export type PinTranslated =
  | { readonly kind: 'translated'; readonly block: Secret<string> }
  | { readonly kind: 'refused'; readonly fault: TranslationFault }
