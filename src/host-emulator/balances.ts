import { type BookedCard, type BookFile, cardOf } from './book-file.ts'

/** The cards of a book in memory, with what has changed since they were last kept. */
export interface Balances {
  card(pan: string): BookedCard | undefined
  cards(): readonly BookedCard[]
  /** Add to a card's available and ledger balance, in minor units. */
  move(pan: string, availableMinor: bigint, ledgerMinor: bigint): void
  /** Count a wrong PIN; a right one begins the count anew. */
  countPinTry(pan: string, right: boolean): void
  hasChanges(): boolean
  /** Write what has changed; inside the caller's transaction. */
  keep(): void
}

export function createBalances(rows: BookFile): Balances {
  const cards = new Map<string, Mutable<BookedCard>>(
    rows.cards.all().map((row) => [String(row['pan']), cardOf(row)]),
  )
  const changed = new Set<BookedCard>()

  return {
    card: (pan) => cards.get(pan),
    cards: () => [...cards.values()],
    move(pan, availableMinor, ledgerMinor) {
      const card = cards.get(pan)
      if (card === undefined) return
      card.availableMinor += availableMinor
      card.ledgerMinor += ledgerMinor
      changed.add(card)
    },
    countPinTry(pan, right) {
      const card = cards.get(pan)
      if (card === undefined || (right && card.pinTries === 0)) return
      card.pinTries = right ? 0 : card.pinTries + 1
      changed.add(card)
    },
    hasChanges: () => changed.size > 0,
    keep() {
      for (const { pan, availableMinor, ledgerMinor, pinTries } of changed) {
        rows.keepCard.run(availableMinor, ledgerMinor, pinTries, pan)
      }
      changed.clear()
    },
  }
}

type Mutable<T> = { -readonly [Member in keyof T]: T[Member] }
