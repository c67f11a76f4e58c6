import type { PinFormat } from '#domain'

/** Every format that ISO 9564-1 knows; 1 and 2 are named to be refused. */
export type IsoPinFormat = PinFormat | 'iso-1' | 'iso-2'

/**
 * Why a PIN block is not translated. Closed.
 *
 * - `offline-format`: format 2 is between a chip and its reader alone.
 * - `unbound-format`: format 1 is bound to no card, so any card's PIN could be put in for another.
 * - `pan-changed`: a block for another card is an oracle for the PINs of both.
 * - `key-unfit`: the key is for something else, or of another cipher than the format's.
 * - `block-unusable`: there is no PIN for this card in it under this key. Says no more.
 */
export type TranslationFault =
  | 'offline-format'
  | 'unbound-format'
  | 'pan-changed'
  | 'key-unfit'
  | 'block-unusable'

/** A translation as it is wished for, before any key or block is looked at. */
export interface TranslationWish {
  readonly from: IsoPinFormat
  readonly to: IsoPinFormat
  readonly samePan: boolean
}

/**
 * What of a translation is forbidden whatever the block holds (ISO 9564-1:2017, 11; PCI PIN 3.1,
 * 3-3): 0, 3 and 4 become one another for the same card, and nothing else becomes anything.
 */
export function translationFault(wish: TranslationWish): TranslationFault | undefined {
  const { from, to, samePan } = wish
  if (from === 'iso-2' || to === 'iso-2') return 'offline-format'
  if (from === 'iso-1' || to === 'iso-1') return 'unbound-format'
  return samePan ? undefined : 'pan-changed'
}

export function isBound(format: IsoPinFormat): format is PinFormat {
  return format !== 'iso-1' && format !== 'iso-2'
}
