import { CARDS, CVV2 } from './site.ts'
import { unsealed } from './vault.ts'

/** By itself: four digits within longer numbers are chance. */
const CVV2_ALONE = `(?<![0-9])${CVV2}(?![0-9])`
const CVV2_PATTERN = new RegExp(CVV2_ALONE)
const SECRET = new RegExp([...Object.values(CARDS).map(({ pan }) => pan), CVV2_ALONE].join('|'))

/** Whether a card number or its code stands in clear in a text. */
export function holdsSecret(text: string): boolean {
  return SECRET.test(text)
}

/** Whether one does in any cell: as it stands there, or in a sealed message its code. */
export function cellsHoldSecret(cells: readonly unknown[]): boolean {
  const [open, sealed]: [string[], string[]] = [[], []]
  for (const cell of cells) {
    if (typeof cell === 'string') open.push(cell)
    if (!(cell instanceof Uint8Array)) continue
    open.push(textOf(cell))
    sealed.push(textOf(unsealed(cell)))
  }
  return holdsSecret(open.join('\n')) || CVV2_PATTERN.test(sealed.join('\n'))
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
