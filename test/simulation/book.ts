import type { Book, BookedCard, Exchange } from '#host-emulator'
import { SANDBOX_CARDS } from './site.ts'

/** A host's book of accounts in memory; what it does to money is written here a second time. */
export interface OpenBook extends Book {
  readonly cardsByPan: ReadonlyMap<string, BookedCard>
  /** The business date on which an exchange was recorded. */
  dayOf(key: string): string | undefined
}

export interface BookParts {
  readonly businessDate: string
  /** The currency that accounts are kept in, as messages have it; empty for any. */
  readonly currency: string
  /** Whether it keeps no reversal of what it does not know. */
  readonly forgets: boolean
}

export function openMapBook({ businessDate: firstDate, currency, forgets }: BookParts): OpenBook {
  const cards = new Map(SANDBOX_CARDS.map((card) => [card.pan, bookedOf(card, currency)]))
  const exchanges = new Map<string, Mutable<Exchange>>()
  const days = new Map<string, string>()

  function move(pan: string, availableMinor: bigint, ledgerMinor: bigint): void {
    const card = cards.get(pan)
    if (card === undefined) return
    card.availableMinor += availableMinor
    card.ledgerMinor += ledgerMinor
  }

  function followUps(key: string, effect: Exchange['effect']): Mutable<Exchange>[] {
    return [...exchanges.values()].filter((it) => it.original === key && it.effect === effect)
  }

  const book: Mutable<OpenBook> = {
    businessDate: firstDate,
    cardsByPan: cards,
    dayOf: (key) => days.get(key),
    card: (pan) => cards.get(pan),
    cards: () => [...cards.values()],
    record(exchange) {
      const { key, effect, pan, approvedMinor } = exchange
      if (exchanges.has(key)) return false
      exchanges.set(key, { ...exchange, capturedMinor: 0n, arrivals: 1 })
      days.set(key, book.businessDate)
      if (effect === 'refunded') move(pan, approvedMinor, approvedMinor)
      else if (effect === 'posted') move(pan, -approvedMinor, -approvedMinor)
      else if (effect === 'held') move(pan, -approvedMinor, 0n)
      return true
    },
    followed: (key) => ({
      incrementedMinor: sumOf(followUps(key, 'held')),
      refundedMinor: sumOf(followUps(key, 'refunded')),
    }),
    exchange: (key) => exchanges.get(key),
    exchanges: () => [...exchanges.values()],
    countArrival(key) {
      const exchange = exchanges.get(key)
      if (exchange !== undefined) exchange.arrivals += 1
    },
    capture(key, amountMinor) {
      const exchange = exchanges.get(key)
      if (exchange?.effect !== 'held') return
      const increments = followUps(key, 'held')
      const heldMinor = exchange.approvedMinor + sumOf(increments)
      move(exchange.pan, heldMinor - amountMinor, -amountMinor)
      for (const one of [exchange, ...increments]) one.effect = 'captured'
      exchange.capturedMinor = amountMinor
    },
    reverse(key) {
      const exchange = exchanges.get(key)
      if (exchange === undefined) return
      const { pan, approvedMinor, capturedMinor, effect } = exchange
      if (effect === 'held') move(pan, approvedMinor, 0n)
      else if (effect === 'posted') move(pan, approvedMinor, approvedMinor)
      else if (effect === 'refunded') move(pan, -approvedMinor, -approvedMinor)
      else if (effect === 'captured' && exchange.original === '') {
        move(pan, capturedMinor, capturedMinor)
      } else return
      exchange.effect = 'reversed'
    },
    reverseUnseen(exchange) {
      if (forgets) return
      const unseen = { effect: 'reversed-unseen', capturedMinor: 0n, arrivals: 0 } as const
      exchanges.set(exchange.key, { ...exchange, ...unseen })
    },
    // Holds last for days, and no story that long.
    lapseHolds() {},
    countPinTry() {},
    openDay(date) {
      book.businessDate = date
    },
    // Meridian authenticates nothing.
    workingKeys: () => [],
    keepWorkingKeys() {},
    commit() {},
    close() {},
  }
  return book
}

function sumOf(exchanges: readonly Exchange[]): bigint {
  return exchanges.reduce((sum, { approvedMinor }) => sum + approvedMinor, 0n)
}

type Mutable<T> = { -readonly [Member in keyof T]: T[Member] }

function bookedOf(
  { pan, openingMinor, expiry, state, partialApprovals, cvv2 }: (typeof SANDBOX_CARDS)[number],
  currency: string,
): Mutable<BookedCard> {
  return {
    pan,
    currency,
    expiry,
    state,
    partialApprovals,
    cvv2,
    street: undefined,
    postalCode: undefined,
    pinHash: undefined,
    pinTries: 0,
    openingMinor,
    availableMinor: openingMinor,
    ledgerMinor: openingMinor,
  }
}
