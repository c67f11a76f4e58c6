import type { Secret } from './secret.ts'

/**
 * How a PIN and what fills it up stand in a block (ISO 9564-1:2017, 9.3 and 9.4). 0 and 3 are
 * blocks of triple DES, 4 is one of AES; all three are bound to the card number.
 */
export type PinFormat = 'iso-0' | 'iso-3' | 'iso-4'

/** How long a block is: one of triple DES, or of AES. */
export const PIN_BLOCK_BYTES: Readonly<Record<PinFormat, number>> = {
  'iso-0': 8,
  'iso-3': 8,
  'iso-4': 16,
}

/** A PIN as a terminal has encrypted it: sensitive authentication data, which nobody keeps. */
export interface TerminalPin {
  /** Upper-case hexadecimal. */
  readonly block: Secret<string>
  readonly format: PinFormat
  /** The name of the terminal's key, among its merchant's. */
  readonly key: string
  /** Key serial number, in hexadecimal, where the terminal has a key of its own for each PIN. */
  readonly ksn?: string
}
