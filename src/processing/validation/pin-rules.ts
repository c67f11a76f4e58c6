import { PIN_BLOCK_BYTES, type Refusal, refusal, Secret, type TerminalPin } from '#domain'
import type { PaymentBody } from '../messages/bodies.ts'

/** A PIN is entered at a terminal, by the cardholder, in a block as long as its format. */
export function pinRefusal({ card, pin }: PaymentBody): Refusal | undefined {
  if (pin === undefined) return undefined
  if (card.entryMode !== 'terminal') return PIN_ELSEWHERE
  return pin.block.length === 2 * PIN_BLOCK_BYTES[pin.format] ? undefined : PIN_LENGTH
}

/** The PIN of a request that has one, hidden from whoever prints it. */
export function terminalPinOf({ pin }: PaymentBody): { readonly pin?: TerminalPin } {
  if (pin === undefined) return {}
  const { block, format, key } = pin
  return { pin: { block: new Secret(block), format, key } }
}

const PIN_ELSEWHERE = refusal('FIELD_INVALID', 'a PIN comes with entry mode terminal alone', 'pin')
const PIN_LENGTH = refusal('FIELD_INVALID', 'must be as long as its format', 'pin.block')
