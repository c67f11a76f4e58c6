import type { ActBatch, Answer } from '../act-batch.ts'
import { StoreError } from '../errors.ts'
import { type Act, type ActOf, actsOf } from './act.ts'
import { closeDays, openDay } from './business-days.ts'
import { capture } from './captures.ts'
import { findCard, findRegistration, forgetCard, registerCard } from './card-tokens.ts'
import type { Connection } from './connection.ts'
import { post } from './ledger/postings.ts'
import type { PostgresLimits } from './limits.ts'
import { listMerchants, merchantsVersion, putMerchant } from './merchants.ts'
import { beginFenced, type Claim, chainHead } from './nodes.ts'
import { endAttempt, numberOwed, raiseOverdue, takeOwed } from './owed-messages.ts'
import { begin, conclude, find, isReversedUnseen } from './payments.ts'
import { beat, recover } from './recovery.ts'
import { expireHolds, reverse } from './reversals.ts'
import { roundsOf } from './rounds.ts'
import { leaseStans } from './stan-leases.ts'
import { journalStray } from './strays.ts'
import { chargeTabs } from './tab-charges.ts'
import { readReceipt, refundItem } from './tab-receipts.ts'
import { openTab, postTab, takeDueTabs } from './tabs.ts'
import { beginTransaction, type Transaction, together } from './transaction.ts'
import { troubleOf } from './trouble.ts'

/** What batches are performed with. */
export interface Performing {
  readonly connection: Connection
  readonly claim: Claim
  readonly limits: PostgresLimits
  /** Number of this transaction among those of the claim. */
  readonly batch: number
  /**
   * Called at the moment from which on the transaction may be committed, with the answers that it
   * then has.
   */
  readonly onCommit: (answers: readonly (readonly Answer[])[]) => void
}

/**
 * Do every act of every batch in one transaction, and answer each.
 *
 * Acts that have nothing to do with each other go to the server as one statement a kind, all at
 * once. When it refuses one for what an act was given, all is undone and done again act by act, so
 * that only that act is refused. Batches that only read are no transaction, and not synced.
 *
 * @throws whatever a statement threw; `troubleOf` says what that means
 */
export async function performBatches(
  batches: readonly ActBatch[],
  performing: Performing,
): Promise<readonly (readonly Answer[])[]> {
  const task = { ...performing, batches, acts: actsOf(batches) }
  return batches.some(({ writes }) => writes) ? writeActs(task) : readActs(task)
}

interface Task extends Performing {
  readonly batches: readonly ActBatch[]
  /** All of theirs. */
  readonly acts: readonly Act[]
}

async function readActs(task: Task): Promise<Answer[][]> {
  const transaction = beginTransaction(task.connection, task.claim.node)
  for (const round of roundsOf(task.acts)) await together(inRound(round, transaction, task))
  return answered(task, transaction)
}

async function writeActs(task: Task): Promise<Answer[][]> {
  try {
    return await transact(task, allTogether)
  } catch (thrown) {
    await undo(thrown, task)
    if (troubleOf(thrown) !== 'value') throw thrown
  }
  try {
    return await transact(task, oneByOne)
  } catch (thrown) {
    await undo(thrown, task)
    throw thrown
  }
}

/** A connection that is lost has undone it already. */
async function undo(thrown: unknown, { connection }: Task): Promise<void> {
  if (troubleOf(thrown) !== 'away') await connection.script('ROLLBACK')
}

/** What decides by all that is begun on a payment: nothing is begun meanwhile. */
const HOLDING_OFF: ReadonlySet<Act['name']> = new Set(['reverse', 'expireHolds'])

type Way = (task: Task, transaction: Transaction, begun: Promise<unknown>) => Promise<void>

/** @param way how the acts are done in a transaction whose beginning is under way */
async function transact(task: Task, way: Way): Promise<Answer[][]> {
  const { connection, claim, batch, acts, onCommit } = task
  const transaction = beginTransaction(connection, claim.node)
  const holdsOffOthers = acts.some(({ name }) => HOLDING_OFF.has(name))
  const begun = beginFenced(connection, claim, { batch, holdsOffOthers })
  await way(task, transaction, begun)
  const head = await begun
  await transaction.postings.compose(transaction.refuse)
  const answers = answered(task, transaction)
  onCommit(answers)
  const written = [transaction.postings.write(), transaction.moves.write(head)]
  if (transaction.postings.closes) await together(written)
  const commit = connection.script('COMMIT')
  await together([...written, commit])
  // In a transaction that has failed the server answers COMMIT with having rolled it back.
  if ((await commit).command !== 'COMMIT') throw new StoreError('STORE_FAULT', 'nothing committed')
  return answers
}

/** The first round goes along with the transaction's beginning. */
async function allTogether(
  task: Task,
  transaction: Transaction,
  begun: Promise<unknown>,
): Promise<void> {
  const [first = [], ...others] = roundsOf(task.acts)
  await together([begun, ...inRound(first, transaction, task)])
  await transaction.debts.write()
  for (const round of others) {
    await together(inRound(round, transaction, task))
    await transaction.debts.write()
  }
}

async function oneByOne(
  task: Task,
  transaction: Transaction,
  begun: Promise<unknown>,
): Promise<void> {
  await begun
  const { connection, acts } = task
  for (const act of acts) {
    const [moves, postings] = [transaction.moves.count, transaction.postings.count]
    await connection.script('SAVEPOINT act')
    try {
      await together(inRound([act], transaction, task))
      await transaction.debts.write()
    } catch (thrown) {
      if (troubleOf(thrown) !== 'value') throw thrown
      await connection.script('ROLLBACK TO SAVEPOINT act')
      transaction.moves.forgetFrom(moves)
      transaction.postings.forgetFrom(postings)
      transaction.debts.forget()
      transaction.refuse(act.at, new StoreError('ACT_INVALID', 'a value does not fit its column'))
    }
  }
}

/** The acts of a round, all of them under way. */
function inRound(
  round: readonly Act[],
  transaction: Transaction,
  { limits }: Task,
): Promise<void>[] {
  const begins: ActOf<'begin'>[] = []
  const concludes: ActOf<'conclude'>[] = []
  const finds: ActOf<'find'>[] = []
  const charges: ActOf<'chargeTab'>[] = []
  const underWay: Promise<void>[] = []
  for (const act of round) {
    if (act.name === 'begin') begins.push(act)
    else if (act.name === 'conclude') concludes.push(act)
    else if (act.name === 'find') finds.push(act)
    else if (act.name === 'chargeTab') charges.push(act)
    else underWay.push(unlessRefused(act, transaction, limits))
  }
  if (begins.length > 0) underWay.push(begin(begins, transaction))
  if (concludes.length > 0) underWay.push(conclude(concludes, transaction))
  if (finds.length > 0) underWay.push(find(finds, transaction))
  if (charges.length > 0) underWay.push(chargeTabs(charges, transaction))
  return underWay
}

/** An act decides completely before it writes: one that throws StoreError has changed nothing. */
async function unlessRefused(
  act: Lone,
  transaction: Transaction,
  limits: PostgresLimits,
): Promise<void> {
  try {
    await perform(act, transaction, limits)
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown
    transaction.refuse(act.at, thrown)
  }
}

/** Acts that are rare enough to go alone. */
type Lone = Exclude<Act, { readonly name: 'begin' | 'conclude' | 'find' | 'chargeTab' }>

function perform(act: Lone, transaction: Transaction, limits: PostgresLimits): Promise<void> {
  switch (act.name) {
    case 'reverse':
      return reverse(act, transaction)
    case 'isReversedUnseen':
      return isReversedUnseen(act, transaction)
    case 'capture':
      return capture(act, transaction)
    case 'takeOwed':
      return takeOwed(act, transaction)
    case 'numberOwed':
      return numberOwed(act, transaction)
    case 'endAttempt':
      return endAttempt(act, transaction)
    case 'raiseOverdue':
      return raiseOverdue(act, transaction)
    case 'expireHolds':
      return expireHolds(act, transaction)
    case 'openDay':
      return openDay(act, transaction)
    case 'closeDays':
      return closeDays(act, transaction)
    case 'leaseStans':
      return leaseStans(act, transaction, limits.stanRestMs)
    case 'post':
      return post(act, transaction)
    case 'journalStray':
      return journalStray(act, transaction)
    case 'recover':
      return recover(act, transaction)
    case 'putMerchant':
      return putMerchant(act, transaction)
    case 'listMerchants':
      return listMerchants(act, transaction)
    case 'merchantsVersion':
      return merchantsVersion(act, transaction)
    case 'registerCard':
      return registerCard(act, transaction)
    case 'findRegistration':
      return findRegistration(act, transaction)
    case 'findCard':
      return findCard(act, transaction)
    case 'forgetCard':
      return forgetCard(act, transaction)
    case 'chainHead':
      return chainHead(act, transaction)
    case 'openTab':
      return openTab(act, transaction)
    case 'postTab':
      return postTab(act, transaction)
    case 'takeDueTabs':
      return takeDueTabs(act, transaction)
    case 'readReceipt':
      return readReceipt(act, transaction)
    case 'refundItem':
      return refundItem(act, transaction)
    case 'beat':
      return beat(act, transaction, limits.deadAfterMs)
  }
}

/** One list of answers for each batch. */
function answered({ batches, acts }: Task, { answers }: Transaction): Answer[][] {
  if (acts.some(({ at }) => answers[at] === undefined)) {
    throw new StoreError('STORE_FAULT', 'an act was not answered')
  }
  let next = 0
  return batches.map(({ count }) => {
    const first = next
    next += count
    return answers.slice(first, next).flatMap((answer) => answer ?? [])
  })
}
