import { type Account, postingsOf } from '#ledger'
import { StoreError } from '../../errors.ts'
import type { Move } from '../../journal-chain.ts'
import { termsIn } from '../../ledger/fee-plans.ts'
import { unlessRefused } from '../../ledger/ledger.ts'
import { fundsOf, postedOf } from '../../ledger/posted-row.ts'
import {
  eventOf,
  isMoneyMove,
  isTaking,
  orderOfMove,
  type PostingOrder,
} from '../../ledger/posting-order.ts'
import { createTally, type Tally } from '../../ledger/tally.ts'
import type { ActOf } from '../act.ts'
import type { Connection, StoredRow } from '../connection.ts'
import type { Transaction } from '../transaction.ts'
import { closeLedgerDays } from './closing.ts'
import { type Found, type FoundBefore, lookUp, lookUpBefore } from './lookup.ts'
import { type Composed, writePostings } from './writing.ts'

/** What the acts of one transaction want posted, until it ends. */
export interface Postings {
  /** @param at the place of its act, which is refused when it may not be posted */
  order(at: number, order: PostingOrder): void
  /** Post what a move means for money, if it means anything. */
  follow(at: number, move: Move): void
  /** Close the days that are over, after all else, by statements one after the other. */
  closeDays(atMs: number): void
  /** Whether that is wanted. */
  readonly closes: boolean
  /** How many are wanted. */
  readonly count: number
  /** Forget all but the first `count`: their act was undone. */
  forgetFrom(count: number): void
  /** Make posting sets of them, in the order of their acts. */
  compose(refuse: (at: number, error: StoreError) => void): Promise<void>
  /** Write what was composed. */
  write(): Promise<void>
}

/** @param node whose postings they are */
export function collectPostings(connection: Connection, node: string): Postings {
  const wanted: Wanted[] = []
  let composed: readonly Composed[] = []
  let closingAtMs: number | undefined

  return {
    order: (at, order) => wanted.push({ at, order }),
    follow(at, move) {
      if (isMoneyMove(move)) wanted.push({ at, move })
    },
    closeDays(atMs) {
      closingAtMs = atMs
    },
    get closes() {
      return closingAtMs !== undefined
    },
    get count() {
      return wanted.length
    },
    forgetFrom(count) {
      wanted.length = count
    },
    async compose(refuse) {
      if (wanted.length === 0) return
      const sorted = wanted.toSorted((a, b) => a.at - b.at)
      const found = await lookUp(connection, {
        moves: sorted.flatMap(({ move }) => move ?? []),
        orders: sorted.flatMap(({ order }) => order ?? []),
        postings: sorted.length,
      })
      const orders = sorted.flatMap((it) => orderedOf(it, found))
      const drawing = orders.map(({ order }) => order).filter((order) => !isTaking(order))
      const before = drawing.length === 0 ? NOTHING : await lookUpBefore(connection, drawing)
      composed = composedOf(orders, { ...found, ...before, refuse })
    },
    async write() {
      await writePostings(connection, node, composed)
      if (closingAtMs !== undefined) await closeLedgerDays(connection, closingAtMs)
    },
  }
}

/** Post what has happened to a merchant's money otherwise than by a move of a payment. */
export async function post(
  { at, order }: ActOf<'post'>,
  { postings, answer }: Transaction,
): Promise<void> {
  postings.order(at, order)
  answer(at, 0)
}

interface Wanted {
  readonly at: number
  readonly order?: PostingOrder
  readonly move?: Move
}

const NOTHING: FoundBefore = { posted: [], funds: [] }

interface Ordered {
  readonly at: number
  readonly order: PostingOrder
  /** Whether it is of a move, which has happened whatever the rules say. */
  readonly isOfMove: boolean
}

function orderedOf({ at, order, move }: Wanted, { payments, openDate }: Found): Ordered[] {
  const row = move && payments.get(move.payment)
  const given = order ?? (move && row && orderOfMove(move, row))
  if (given === undefined) return []
  const businessDate = openDate(given.businessDate)
  return [{ at, order: { ...given, businessDate }, isOfMove: move !== undefined }]
}

interface Composing extends Found, FoundBefore {
  refuse(at: number, error: StoreError): void
}

/** One after the other: each sees what those before it have posted. */
function composedOf(orders: readonly Ordered[], given: Composing): Composed[] {
  const tally = createTally()
  const composed: Composed[] = []
  const posted = [...given.posted]
  for (const [index, { at, order, isOfMove }] of orders.entries()) {
    const posting = given.numbers[index] ?? 0
    const make = () => composeOne(order, posting, { ...given, posted, tally })
    const one = isOfMove ? make() : orRefused(make, (error) => given.refuse(at, error))
    if (one === undefined) continue
    composed.push(one)
    for (const entry of one.set.entries) tally.add(entry, { ...order, posting })
    posted.push(...postedRows(one))
  }
  return composed
}

function orRefused<T>(make: () => T, refuse: (error: StoreError) => void): T | undefined {
  try {
    return unlessRefused(make)
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown
    refuse(thrown)
    return undefined
  }
}

interface OnTop extends Composing {
  /** With what this transaction has posted. */
  readonly posted: readonly StoredRow[]
  readonly tally: Tally
}

function composeOne(order: PostingOrder, posting: number, given: OnTop): Composed | undefined {
  const { merchant } = order
  const currency = order.currency.code
  const plan = given.plans.get(merchant)
  const inForce = plan && termsIn(plan, order)
  const set = postingsOf(eventOf(order), {
    fees: () => inForce?.terms,
    posted: () => postedOf(given.posted, order),
    funds: () => fundsOf((purpose) => balanceOf({ merchant, currency, purpose }, given)),
  })
  if (set === undefined) return undefined
  const chargedAs = inForce === undefined ? {} : { chargedAs: order.per ?? 'payment' }
  return { posting, set, facts: { ...order, ...chargedAs, record: inForce?.record } }
}

function balanceOf(account: Account, { funds, tally }: OnTop): bigint {
  const row = funds.find(
    (it) =>
      it['merchant'] === account.merchant &&
      it['currency'] === account.currency &&
      it['purpose'] === account.purpose,
  )
  return BigInt(String(row?.['minor'] ?? 0)) + tally.changeOf(account)
}

/** As the database would show it. */
function postedRows({ set, facts }: Composed): StoredRow[] {
  const { payment = null, refund = null } = facts
  const takes = isTaking(facts) ? 1 : 0
  return set.entries.map(({ account, minor }) => ({
    ...{ payment, refund, takes },
    ...{ purpose: account.purpose, minor: String(minor) },
  }))
}
