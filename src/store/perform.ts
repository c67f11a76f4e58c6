import type { Merchant } from '#domain'
import {
  ACT,
  type ActBatch,
  type Answer,
  type BatchReader,
  createBatchReader,
  dueTakingOf,
  expiryOf,
  forgettingOf,
  itemRefundWishOf,
  postingWishOf,
  receiptWishOf,
  reversalWishOf,
} from './act-batch.ts'
import { captureWishOf } from './capture-act.ts'
import { type CardActs, registrationOf } from './card-tokens.ts'
import { isConstraint, plainOf, StoreError, storeErrorOf } from './errors.ts'
import type { Journal } from './journal.ts'
import { orderOf } from './ledger/posting-order.ts'
import { attemptEndOf, type Taking } from './owed-messages.ts'
import { chargeWishOf } from './tabs/charging.ts'

/**
 * Do every act of every batch in one transaction, and answer each.
 *
 * A refused act is answered so and changes nothing; the rest stand. When the transaction cannot
 * begin because another process writes, what would write is refused with `STORE_BUSY`, and what
 * reads is answered. Batches that only read wait for no other process and are not synced.
 *
 * @param obstacle why nothing may be begun, captured or registered, if nothing may
 * @throws StoreError when the store failed: nothing of the batches is known to be on disk
 */
export function performBatches(
  journal: Journal,
  batches: readonly ActBatch[],
  obstacle?: StoreError,
): readonly (readonly Answer[])[] {
  const on = (it: Journal) => () => batches.map((batch) => performBatch(it, batch, obstacle))
  if (!batches.some(({ writes }) => writes)) {
    return unlessBusy(() => journal.read(on(journal)), refuseAll)
  }
  return unlessBusy(
    () => journal.transact(on(journal)),
    (busy) => unlessBusy(() => journal.read(on(refusingWrites(journal, busy))), refuseAll),
  )

  function refuseAll(error: StoreError): Answer[][] {
    const refused: Answer = { refused: plainOf(error) }
    return batches.map(({ count }) => Array.from({ length: count }, () => refused))
  }
}

function unlessBusy<T>(transaction: () => T, otherwise: (busy: StoreError) => T): T {
  try {
    return transaction()
  } catch (thrown) {
    const error = storeErrorOf(thrown)
    if (error.code !== 'STORE_BUSY') throw error
    return otherwise(error)
  }
}

function refusingWrites(journal: Journal, error: StoreError): Journal {
  const refuse = () => {
    throw error
  }
  return {
    ...journal,
    payments: {
      ...journal.payments,
      begin: refuse,
      conclude: refuse,
      reverse: refuse,
      expireHolds: refuse,
      capture: refuse,
      recover: refuse,
    },
    owed: {
      ...journal.owed,
      take: refuse,
      number: refuse,
      endAttempt: refuse,
      raiseOverdue: refuse,
    },
    days: { open: refuse, close: refuse },
    tabs: {
      ...journal.tabs,
      open: refuse,
      charge: refuse,
      post: refuse,
      takeDue: refuse,
      refund: refuse,
    },
    merchants: { ...journal.merchants, put: refuse },
    ledger: { post: refuse, correct: refuse },
    cards: { ...journal.cards, register: refuse, forget: refuse },
    leaseStans: refuse,
    journalStray: refuse,
  }
}

function performBatch(journal: Journal, batch: ActBatch, obstacle?: StoreError): Answer[] {
  const answers: Answer[] = []
  for (const reader = createBatchReader(batch); !reader.done; ) {
    try {
      answers.push(perform(journal, reader, obstacle))
    } catch (thrown) {
      answers.push(refusalOf(thrown))
    }
  }
  return answers
}

/**
 * Its values are all read before the act is tried, so that the next act is found whatever happens.
 */
function perform(journal: Journal, from: BatchReader, obstacle?: StoreError): Answer {
  const { payments, owed, days, merchants } = journal
  const act = from.number()
  switch (act) {
    case ACT.begin: {
      const intent = from.intent()
      if (obstacle !== undefined) throw obstacle
      const result = payments.begin(intent)
      return result.kind === 'begun' ? 0 : { value: result }
    }
    case ACT.conclude:
      payments.conclude(from.text(), from.text(), from.outcome())
      return 0
    case ACT.find:
      return { value: payments.find(from.text(), from.text()) }
    case ACT.reverse:
      return { value: payments.reverse(reversalWishOf(from)) }
    case ACT.isReversedUnseen:
      return { value: payments.isReversedUnseen(from.text(), from.text()) }
    case ACT.capture: {
      const wish = from.captureWish()
      if (obstacle !== undefined) throw obstacle
      return { value: payments.capture(captureWishOf(wish)) }
    }
    case ACT.takeOwed:
      return { value: owed.take(takingOf(from)) }
    case ACT.numberOwed:
      owed.number(from.number(), { stan: from.number(), askedAtMs: from.number() })
      return 0
    case ACT.endAttempt:
      owed.endAttempt(from.number(), attemptEndOf(from.attemptEnd()))
      return 0
    case ACT.raiseOverdue: {
      const [host, owedBeforeMs] = [from.text(), from.number()]
      return { value: owed.raiseOverdue({ host, owedBeforeMs, atMs: from.number() }) }
    }
    case ACT.expireHolds:
      return { value: payments.expireHolds(expiryOf(from)) }
    case ACT.openDay: {
      const [host, date] = [from.text(), from.text()]
      const by = from.text() === 'host' ? 'host' : 'calendar'
      return { value: days.open({ host, date, by, atMs: from.number() }) }
    }
    case ACT.closeDays:
      return { value: days.close(from.text(), from.number()) }
    case ACT.leaseStans:
      return { value: journal.leaseStans(from.text(), from.number()) }
    case ACT.journalStray:
      journal.journalStray(from.stray())
      return 0
    case ACT.recover:
      return { value: payments.recover(from.number(), from.number()) }
    case ACT.putMerchant:
      merchants.put({ merchant: merchantOf(from.text()), by: from.text(), atMs: from.number() })
      return 0
    case ACT.listMerchants:
      return { value: merchants.list() }
    case ACT.merchantsVersion:
      return { value: merchants.version() }
    case ACT.post:
      journal.ledger.post(orderOf(from.order()))
      return 0
    case ACT.chainHead:
      return { value: journal.chainHead() }
    default:
      return performOnTabs(journal, act, { from, obstacle })
  }
}

function performOnTabs({ tabs, cards }: Journal, act: number, { from, obstacle }: Reading): Answer {
  switch (act) {
    case ACT.openTab: {
      const opening = from.tabOpening()
      if (obstacle !== undefined) throw obstacle
      return { value: tabs.open(opening) }
    }
    case ACT.chargeTab: {
      const wish = from.chargeWish()
      if (obstacle !== undefined) throw obstacle
      return { value: tabs.charge(chargeWishOf(wish)) }
    }
    case ACT.postTab: {
      const wish = postingWishOf(from)
      if (obstacle !== undefined) throw obstacle
      return { value: tabs.post(wish) }
    }
    case ACT.takeDueTabs:
      return { value: tabs.takeDue(dueTakingOf(from)) }
    case ACT.readReceipt:
      return { value: tabs.receipt(receiptWishOf(from)) }
    case ACT.refundItem: {
      const wish = itemRefundWishOf(from)
      if (obstacle !== undefined) throw obstacle
      return { value: tabs.refund(wish) }
    }
    default:
      return performOnCards(cards, act, { from, obstacle })
  }
}

function performOnCards(cards: CardActs, act: number, { from, obstacle }: Reading): Answer {
  switch (act) {
    case ACT.registerCard: {
      const registration = from.registration()
      if (obstacle !== undefined) throw obstacle
      return { value: cards.register(registrationOf(registration)) }
    }
    case ACT.findRegistration:
      return { value: cards.findRegistration(from.text(), from.text()) }
    case ACT.findCard:
      return { value: cards.findCard(from.text(), from.text()) }
    case ACT.forgetCard:
      return { value: cards.forget(forgettingOf(from)) }
    default:
      throw new TypeError(`no act has the number ${act}`)
  }
}

interface Reading {
  readonly from: BatchReader
  readonly obstacle: StoreError | undefined
}

function takingOf(from: BatchReader): Taking {
  const [host, nowMs, leaseUntilMs] = [from.text(), from.number(), from.number()]
  return { host, nowMs, leaseUntilMs, horizonMs: from.number(), countMax: from.number() }
}

/**
 * The first statement of an act is the only one that a constraint can refuse, and a refused
 * statement changes nothing; every other error of SQLite ends the transaction.
 */
function refusalOf(thrown: unknown): Answer {
  if (!(thrown instanceof StoreError) && !isConstraint(thrown)) throw thrown
  return { refused: plainOf(storeErrorOf(thrown)) }
}

const merchantOf = (record: string): Merchant => JSON.parse(record)
