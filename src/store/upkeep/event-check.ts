import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { ALLOWED_MOVES, mayMove, type PaymentState } from '#domain'
import {
  CHAIN_START,
  type ChainHead,
  contentHash,
  EVENT_COLUMNS,
  eventHash,
} from '../journal-chain.ts'
import { LASTING_COLUMNS, PAYMENT_TABLES, type StoredRow } from '../payment-row.ts'
import type { FaultList } from './faults.ts'

/** Follows events in order: each against its payment, and against the event before it. */
export interface EventCheck {
  /** The last event looked at, and how many were. */
  readonly at: number
  readonly count: number
  /** The first of them that is chained. */
  readonly chainedFrom: number | undefined
  /** The last of each node. */
  heads(): readonly ChainHead[]
  /**
   * Look at the next `limit` events.
   *
   * @returns whether there may be more
   */
  next(limit: number): boolean
}

/** Where each payment stands by the events so far. */
export interface States {
  get(payment: number): PaymentState | undefined
  set(payment: number, state: PaymentState): void
}

export interface EventCheckParts {
  readonly states: States
  readonly faults: FaultList
  /** The event after which to begin: what cannot be known without the ones before is believed. */
  readonly after?: number
  /** Hashes to be found; each that is, is taken out. */
  readonly wanted?: Set<string>
}

export function createEventCheck(database: DatabaseSync, parts: EventCheckParts): EventCheck {
  const { states, faults, after = 0, wanted = new Set() } = parts
  const select = database.prepare(
    `SELECT *, lower(hex(content)) AS content, lower(hex(hash)) AS hash
     FROM payment_events WHERE seq > ? ORDER BY seq LIMIT ?`,
  )
  const judge = createEventJudge({
    ...{ states, faults, wanted },
    believes: after > 0,
    paymentOf: createPaymentLookup(database),
  })
  let at = after
  let count = 0
  return {
    get at() {
      return at
    },
    get count() {
      return count
    },
    get chainedFrom() {
      return judge.chainedFrom
    },
    heads: judge.heads,
    next(limit) {
      const rows = select.all(at, limit)
      for (const row of rows) {
        judge.next(row)
        at = Number(row.seq)
      }
      count += rows.length
      return rows.length === limit
    },
  }
}

/** Looks at events, of whatever store, one after the other. */
export interface EventJudge {
  /** @param row of `payment_events`, `content` and `hash` as lower-case hexadecimal digits */
  next(row: StoredRow): void
  /** The first of them that is chained. */
  readonly chainedFrom: number | undefined
  /** The last of each node. */
  heads(): readonly ChainHead[]
}

export interface EventJudgeParts {
  readonly states: States
  readonly faults: FaultList
  /** Hashes to be found; each that is, is taken out. */
  readonly wanted: Set<string>
  /** Whether what was before the first event is believed. */
  readonly believes: boolean
  /** These columns of a payment at least, if it is there. @param state which the event leads to */
  paymentOf(payment: number, state: string): StoredRow | undefined
}

export function createEventJudge(parts: EventJudgeParts): EventJudge {
  const checkMove = createMoveCheck(parts)
  const chain = createChainCheck(parts)
  return {
    next(row) {
      const event = eventRow(row)
      checkMove(event)
      chain.check(event)
      checkContent(event, parts)
    },
    get chainedFrom() {
      return chain.from
    },
    heads: chain.heads,
  }
}

interface EventRow {
  readonly place: string
  readonly seq: number
  readonly payment: number
  readonly from: string | null
  readonly to: string
  readonly node: string
  readonly content: string
  /** Empty, when the event is older than the chain. */
  readonly hash: string
  /** What the hash is of. */
  readonly values: readonly SQLOutputValue[]
}

function eventRow(row: StoredRow): EventRow {
  const { seq, payment, from_state, to_state, node, content, hash } = row
  return {
    place: `event ${seq}`,
    seq: Number(seq),
    payment: Number(payment),
    from: from_state === null ? null : String(from_state),
    to: String(to_state),
    node: String(node),
    content: String(content),
    hash: String(hash ?? ''),
    values: EVENT_COLUMNS.map((column) => row[column] ?? null),
  }
}

function createMoveCheck({ states, faults, believes }: EventJudgeParts) {
  return ({ place, payment, from, to }: EventRow): void => {
    const before = states.get(payment)
    if (isState(to)) states.set(payment, to)
    const isBelieved = before === undefined && believes
    if (from !== (before ?? null) && !isBelieved) {
      faults.add('move', place, 'does not begin where its payment was')
    } else if (!isAllowed(from, to)) {
      faults.add('move', place, 'is a move that no payment may make')
    }
  }
}

function isState(text: string): text is PaymentState {
  return Object.hasOwn(ALLOWED_MOVES, text)
}

function isAllowed(from: string | null, to: string): boolean {
  if (from === null) return to === 'begun'
  return isState(from) && isState(to) && mayMove(from, to)
}

function createChainCheck({ wanted, faults, believes }: EventJudgeParts) {
  const heads = new Map<string, ChainHead>()
  let first: number | undefined

  function check({ place, seq, node, hash, values }: EventRow): void {
    if (hash === '') {
      if (heads.size > 0) faults.add('chain', place, 'is not chained, and one before it is')
      return
    }
    first ??= seq
    wanted.delete(hash)
    const before = heads.get(node)?.hash ?? (believes ? undefined : CHAIN_START)
    if (before !== undefined && eventHash(before, values) !== hash) {
      faults.add('chain', place, 'does not follow from what it says and from the one before it')
    }
    heads.set(node, { node, event: seq, hash })
  }

  return {
    check,
    heads: () => [...heads.values()],
    get from() {
      return first
    },
  }
}

/** Holds what an event's act wrote against what its payment says. */
function checkContent(
  { place, payment, to, hash, content }: EventRow,
  { faults, paymentOf }: EventJudgeParts,
): void {
  const columns = isState(to) ? LASTING_COLUMNS[to] : []
  const row = isState(to) ? paymentOf(payment, to) : undefined
  const values = columns.map((column) => row?.[column] ?? null)
  if (row === undefined) {
    faults.add('reference', place, 'is of a payment that is not there')
  } else if (hash !== '' && contentHash(columns, values) !== content) {
    faults.add('content', place, 'wrote another payment than the one that is there')
  }
}

function createPaymentLookup(database: DatabaseSync): EventJudgeParts['paymentOf'] {
  const selects = new Map<string, StatementSync>()
  for (const [state, columns] of Object.entries(LASTING_COLUMNS)) {
    const select = `SELECT ${['seq', ...columns].join()} FROM ${PAYMENT_TABLES} WHERE seq = ?`
    selects.set(state, database.prepare(select))
  }
  return (payment, state) => selects.get(state)?.get(payment)
}
