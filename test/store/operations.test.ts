import test from 'ava'
import type { PaymentState } from '#domain'
import { type MemoryStore, openMemoryStore } from '#store'
import {
  cellOf,
  OPEN_DATE,
  ROWS,
  type Row,
  refused,
  WISHES,
  type Wish,
} from '../domain/operations.ts'
import { approved, intent, reversing, usd } from './sample.ts'

for (const row of ROWS) {
  for (const wish of WISHES) {
    test(`${wish} of a ${row.operation} that is ${row.state}: ${cellOf(row, wish)}`, (t) => {
      const store = openMemoryStore()
      store.transact(() => bringTo(row, store))
      t.is(store.find('acme-books', 'order-1')?.state, row.state)
      t.is(
        store.transact(() => outcomeOf(wish, store)),
        cellOf(row, wish),
      )
      store.close()
    })
  }
}

/** `order-1` as the row has it, by the acts that lead there. */
function bringTo({ operation, state }: Row, store: MemoryStore): void {
  if (operation === 'payment.increment' || operation === 'payment.refund') {
    const of = operation === 'payment.refund' ? 'payment.sale' : 'payment.authorize'
    store.begin(intent(9, { operation: of }))
    store.conclude('acme-books', 'order-9', approved)
    store.begin(intent(1, { operation, original: 'order-9' }))
    store.conclude('acme-books', 'order-1', approved)
    return
  }
  store.begin(intent(1, { operation }))
  STEPS[state](store)
}

const conclude = (store: MemoryStore, state: 'approved' | 'declined' | 'failed' | 'unknown') =>
  store.conclude('acme-books', 'order-1', {
    ...{ state, decidedAtMs: 1, settlementDate: OPEN_DATE },
    ...(state === 'unknown' ? { reason: 'host-silent' as const } : {}),
  })

const approve = (store: MemoryStore) => conclude(store, 'approved')

function undo(store: MemoryStore): void {
  approve(store)
  store.reverse(reversing('order-1', 2))
}

function take(store: MemoryStore): void {
  approve(store)
  store.capture({ merchant: 'acme-books', id: 'order-1', businessDate: OPEN_DATE, atMs: 2 })
}

function settle(store: MemoryStore, kind: 'acknowledged' | 'not-found'): void {
  store.endAttempt(1, { kind, responseCode: '00', atMs: 3 })
}

const STEPS: Readonly<Record<PaymentState, (store: MemoryStore) => void>> = {
  begun() {},
  approved: approve,
  declined: (store) => conclude(store, 'declined'),
  failed: (store) => conclude(store, 'failed'),
  unknown: (store) => conclude(store, 'unknown'),
  reversing: undo,
  reversed(store) {
    undo(store)
    settle(store, 'acknowledged')
  },
  reversed_not_found(store) {
    undo(store)
    settle(store, 'not-found')
  },
  capturing: take,
  captured(store) {
    take(store)
    settle(store, 'acknowledged')
  },
}

function outcomeOf(wish: Wish, store: MemoryStore): string {
  switch (wish) {
    case 'capture':
      return captured(store)
    case 'increment':
    case 'refund': {
      const [operation, original] = [`payment.${wish}` as const, 'order-1']
      const amount = { minor: 1n, currency: usd() }
      const begun = store.begin(intent(2, { operation, original, amount }))
      return begun.kind === 'not-followed' ? refused(begun.why) : 'yes'
    }
    case 'reverse': {
      const before = store.find('acme-books', 'order-1')?.state
      const result = store.reverse(reversing('order-1', 5))
      if (result.kind === 'refused') return refused(result.why)
      return store.find('acme-books', 'order-1')?.state === before ? 'stands' : 'yes'
    }
  }
}

function captured(store: MemoryStore): string {
  const before = store.find('acme-books', 'order-1')
  const amount = before?.capture ? {} : { amount: { minor: 1n, currency: usd() } }
  const wish = { merchant: 'acme-books', id: 'order-1', businessDate: OPEN_DATE, atMs: 5 }
  const result = store.capture({ ...wish, ...amount })
  if (result.kind === 'refused') return refused(result.why)
  return store.find('acme-books', 'order-1')?.state === before?.state ? 'stands' : 'yes'
}
