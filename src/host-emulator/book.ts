import { type Balances, createBalances } from './balances.ts'
import {
  type BookedCard,
  type BookedKey,
  type BookFile,
  cardOf,
  type Exchange,
  exchangeOf,
  openBookFile,
  workingKeyOf,
} from './book-file.ts'
import type { SandboxCard } from './cards.ts'

/** An exchange to be recorded; `effect` says what it does to the card. */
export interface NewExchange extends Omit<Exchange, 'effect' | 'capturedMinor' | 'arrivals'> {
  readonly effect: 'held' | 'posted' | 'refunded' | 'none'
}

export interface BookOptions {
  /** Cards that the file does not know yet are taken up with their opening balance. */
  readonly cards: readonly SandboxCard[]
  /** Business date of a new book, `YYYY-MM-DD`. */
  readonly businessDate: string
  /** The currency that accounts are kept in; any, when absent. */
  readonly currency?: string
  /** Keyed hash of a card's PIN, for the cards that have one. */
  readonly pinHash?: (pan: string, pin: string) => Uint8Array
}

/**
 * The books of a core host: cards, balances, holds, exchanges, the business date.
 *
 * Synchronous, without sockets or a clock of its own. What the acts change is kept together at the
 * next {@link Book.commit}: answer nobody before.
 */
export interface Book {
  readonly businessDate: string
  card(pan: string): BookedCard | undefined
  cards(): readonly BookedCard[]
  /**
   * Record a payment and apply its effect. @returns false when the key is taken: nothing changed.
   */
  record(exchange: NewExchange): boolean
  exchange(key: string): Exchange | undefined
  /** Every exchange, in the order of their keys. */
  exchanges(): readonly Exchange[]
  /** What its increments hold, and what its refunds have given back, as it stands. */
  followed(key: string): Followed
  countArrival(key: string): void
  /**
   * Take so much of what an exchange and its increments hold, and release the rest; one that holds
   * nothing stays.
   */
  capture(key: string, amountMinor: bigint): void
  /**
   * Undo an exchange wholly; one that has no effect any more stays as it is, and so does an
   * increment that is captured with its original.
   */
  reverse(key: string): void
  /** Let a key be taken by an original that has not come, so that it finds itself reversed. */
  reverseUnseen(exchange: Omit<NewExchange, 'effect'>): void
  /** Lift the holds that have lapsed. */
  lapseHolds(nowMs: number): void
  countPinTry(pan: string, right: boolean): void
  openDay(businessDate: string): void
  /** The keys for MACs, the newest first. */
  workingKeys(): readonly BookedKey[]
  keepWorkingKeys(keys: readonly BookedKey[]): void
  commit(): void
  close(): void
}

/** Amounts in minor units. */
export interface Followed {
  readonly incrementedMinor: bigint
  readonly refundedMinor: bigint
}

/** @param file path of the SQLite file, or `:memory:`. */
export function openBook(file: string, options: BookOptions): Book {
  const rows = openBookFile(file)
  takeUpCards(rows, options)
  return createBook(rows, options.businessDate)
}

/** What a book's file holds at one moment, also while an emulator has it open. */
export function readBook(file: string): {
  readonly businessDate: string | undefined
  readonly exchanges: readonly Exchange[]
  readonly cards: readonly BookedCard[]
} {
  const rows = openBookFile(file)
  rows.database.exec('BEGIN')
  const read = {
    businessDate: dateIn(rows),
    exchanges: rows.exchanges.all().map(exchangeOf),
    cards: rows.cards.all().map(cardOf),
  }
  rows.database.close()
  return read
}

function createBook(rows: BookFile, firstDate: string): Book {
  const balances = createBalances(rows)
  let writing = false
  let businessDate = dateIn(rows) ?? firstDate
  let nextLapseMs = earliestLapse(rows)

  const write = (): BookFile => {
    if (!writing) rows.database.exec('BEGIN IMMEDIATE')
    writing = true
    return rows
  }
  const { undo, ...followUps } = createFollowUps(rows, balances, write)
  const commit = (): void => {
    if (!writing && !balances.hasChanges()) return
    const { database } = write()
    balances.keep()
    database.exec('COMMIT')
    writing = false
  }

  return {
    get businessDate() {
      return businessDate
    },
    card: balances.card,
    cards: balances.cards,
    record(exchange) {
      if (!insert(write(), exchange, exchange.effect)) return false
      const { effect, pan, approvedMinor, lapsesAtMs } = exchange
      const [availableMinor, ledgerMinor] = MOVES[effect](approvedMinor)
      if (effect !== 'none') balances.move(pan, availableMinor, ledgerMinor)
      if (effect === 'held') nextLapseMs = Math.min(nextLapseMs, lapsesAtMs)
      return true
    },
    exchange: (key) => exchangeIn(rows, key),
    exchanges: () => rows.exchanges.all().map(exchangeOf),
    countArrival: (key) => void write().countArrival.run(key),
    ...followUps,
    reverseUnseen: (exchange) => void insert(write(), exchange, 'reversed-unseen'),
    lapseHolds(nowMs) {
      if (nowMs < nextLapseMs) return
      for (const row of rows.lapsing.all(nowMs)) undo(exchangeOf(row), 'lapsed')
      nextLapseMs = earliestLapse(rows)
    },
    countPinTry: balances.countPinTry,
    openDay(date) {
      businessDate = date
      write().setDay.run(date)
    },
    workingKeys: () => rows.workingKeys.all().map(workingKeyOf),
    keepWorkingKeys: (keys) => replaceWorkingKeys(write(), keys),
    commit,
    close() {
      commit()
      rows.database.close()
    },
  }
}

/** What each effect does to the available and the ledger balance. */
const MOVES: Readonly<Record<NewExchange['effect'], (minor: bigint) => readonly [bigint, bigint]>> =
  {
    held: (minor) => [-minor, 0n],
    posted: (minor) => [-minor, -minor],
    refunded: (minor) => [minor, minor],
    none: () => [0n, 0n],
  }

/** What becomes of an exchange that is in the book. */
function createFollowUps(rows: BookFile, balances: Balances, write: () => BookFile) {
  const undo = (exchange: Exchange, effect: 'reversed' | 'lapsed'): void => {
    const { pan } = exchange
    const [availableMinor, ledgerMinor] = movedBy(exchange)
    balances.move(pan, -availableMinor, -ledgerMinor)
    write().setEffect.run(effect, exchange.key)
  }
  const followUpsOf = (key: string): Exchange[] => rows.followUps.all(key).map(exchangeOf)
  const capture = (key: string, amountMinor: bigint): void => {
    const exchange = exchangeIn(rows, key)
    if (exchange?.effect !== 'held') return
    const held = [exchange, ...followUpsOf(key)].filter(({ effect }) => effect === 'held')
    const heldMinor = held.reduce((sum, { approvedMinor }) => sum + approvedMinor, 0n)
    balances.move(exchange.pan, heldMinor - amountMinor, -amountMinor)
    for (const one of held) write().setEffect.run('captured', one.key)
    rows.addCapture.run(key, amountMinor)
  }
  const reverse = (key: string): void => {
    const exchange = exchangeIn(rows, key)
    if (exchange !== undefined && isReversible(exchange)) undo(exchange, 'reversed')
  }
  const followed = (key: string): Followed => {
    const sums = { held: 0n, refunded: 0n }
    for (const { effect, approvedMinor } of followUpsOf(key)) {
      if (effect === 'held' || effect === 'refunded') sums[effect] += approvedMinor
    }
    return { incrementedMinor: sums.held, refundedMinor: sums.refunded }
  }
  return { undo, capture, reverse, followed }
}

function isReversible({ effect, original }: Exchange): boolean {
  if (effect === 'captured') return original === ''
  return effect === 'held' || effect === 'posted' || effect === 'refunded'
}

/** What an exchange has done to its card, as it stands. */
function movedBy({ approvedMinor, capturedMinor, effect }: Exchange): readonly [bigint, bigint] {
  switch (effect) {
    case 'held':
    case 'posted':
    case 'refunded':
      return MOVES[effect](approvedMinor)
    case 'captured':
      return MOVES.posted(capturedMinor)
    default:
      return MOVES.none(0n)
  }
}

function takeUpCards(
  rows: BookFile,
  { cards, businessDate, currency, pinHash }: BookOptions,
): void {
  rows.database.exec('BEGIN IMMEDIATE')
  if (dateIn(rows) === undefined) rows.setDay.run(businessDate)
  for (const card of cards) {
    const hash = card.pin === undefined ? undefined : pinHash?.(card.pan, card.pin)
    rows.addCard.run(
      card.pan,
      currency ?? '',
      card.expiry,
      card.state,
      card.partialApprovals ? 1 : 0,
      card.cvv2 ?? null,
      card.street ?? null,
      card.postalCode ?? null,
      hash ?? null,
      card.openingMinor,
    )
  }
  rows.database.exec('COMMIT')
}

function insert(rows: BookFile, exchange: Omit<NewExchange, 'effect'>, effect: string): boolean {
  const { changes } = rows.addExchange.run(
    exchange.key,
    exchange.mti,
    exchange.pan,
    exchange.amountMinor,
    exchange.approvedMinor,
    exchange.currency,
    exchange.rrn,
    exchange.terminal,
    exchange.responseCode,
    exchange.approvalCode,
    effect,
    exchange.lapsesAtMs,
    exchange.original,
  )
  return Number(changes) === 1
}

function replaceWorkingKeys(rows: BookFile, keys: readonly BookedKey[]): void {
  rows.dropWorkingKeys.run()
  for (const { key, index, untilMs } of keys) rows.addWorkingKey.run(key, index, untilMs ?? null)
}

function exchangeIn(rows: BookFile, key: string): Exchange | undefined {
  const row = rows.exchange.get(key)
  return row === undefined ? undefined : exchangeOf(row)
}

function dateIn(rows: BookFile): string | undefined {
  const row = rows.day.get()
  return row === undefined ? undefined : String(row['businessDate'])
}

function earliestLapse(rows: BookFile): number {
  const at = rows.nextLapse.get()?.['at']
  return typeof at === 'bigint' ? Number(at) : Number.POSITIVE_INFINITY
}
