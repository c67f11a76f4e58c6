import { CARDS, CVV2 } from './site.ts'
import { unsealed } from './vault.ts'

const PANS = Object.values(CARDS).map(({ pan }) => pan)

/** By itself: four digits within longer numbers are chance. */
const CVV2_ALONE = new RegExp(`(?<![0-9])${CVV2}(?![0-9])`)

/** Whether a card number or its code stands in clear in a text. */
export function holdsSecret(text: string): boolean {
  return PANS.some((pan) => text.includes(pan)) || CVV2_ALONE.test(text)
}

/** Whether one does in a cell of the disk: as it stands there, or in a sealed message its code. */
export function cellHoldsSecret(cell: unknown): boolean {
  if (typeof cell === 'string') return holdsSecret(cell)
  if (!(cell instanceof Uint8Array)) return false
  return holdsSecret(DECODER.decode(cell)) || CVV2_ALONE.test(DECODER.decode(unsealed(cell)))
}

const DECODER = new TextDecoder('latin1')
