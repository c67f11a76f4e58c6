import {
  PIN_BLOCK_BYTES,
  type PinFormat,
  type Refusal,
  refusal,
  Secret,
  type TerminalPin,
} from '#domain'
import type { PaymentBody } from '../messages/bodies.ts'

/** A PIN is entered at a terminal, by the cardholder, in a block as long as its format. */
export function pinRefusal({ card, pin }: Pick<PaymentBody, 'card' | 'pin'>): Refusal | undefined {
  if (pin === undefined) return undefined
  if (card.entryMode !== 'terminal') return PIN_ELSEWHERE
  const { block, format, ksn } = pin
  if (block.length !== 2 * PIN_BLOCK_BYTES[format]) return PIN_LENGTH
  return ksn === undefined || ksn.length === KSN_CHARACTERS[format] ? undefined : KSN_LENGTH
}

/** The PIN of a request that has one, hidden from whoever prints it. */
export function terminalPinOf({ pin }: Pick<PaymentBody, 'pin'>): { readonly pin?: TerminalPin } {
  if (pin === undefined) return {}
  const { block, format, key, ksn } = pin
  const serial = ksn === undefined ? {} : { ksn }
  return { pin: { block: new Secret(block), format, key, ...serial } }
}

/** DUKPT of triple DES (ANSI X9.24-1) counts in 10 bytes, that of AES (X9.24-3) in 12. */
const KSN_CHARACTERS: Readonly<Record<PinFormat, number>> = {
  'iso-0': 20,
  'iso-3': 20,
  'iso-4': 24,
}

const PIN_ELSEWHERE = refusal('FIELD_INVALID', 'a PIN comes with entry mode terminal alone', 'pin')
const PIN_LENGTH = refusal('FIELD_INVALID', 'must be as long as its format', 'pin.block')
const KSN_LENGTH = refusal('FIELD_INVALID', 'must be as long as the format wants', 'pin.ksn')
