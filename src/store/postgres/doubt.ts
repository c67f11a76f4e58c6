import { type ActBatch, type Answer, createBatchWriter } from '../act-batch.ts'
import { actsOf, keyOf } from './act.ts'

/** A transaction that may have been committed. */
export interface Doubt {
  /** Its number. */
  readonly batch: number
  readonly batches: readonly ActBatch[]
  /** What it would have answered. */
  readonly answers: readonly (readonly Answer[])[]
}

/**
 * End what a transaction began although its acts were refused: whoever asked for it has put nothing
 * to the host, and never will.
 */
export function abandonmentOf({ batches, answers }: Doubt, nowMs: number): ActBatch {
  const writer = createBatchWriter()
  const answered = answers.flat()
  for (const act of actsOf(batches)) {
    if (act.name !== 'begin' || answered[act.at] !== 0) continue
    const { merchant, id } = keyOf(act.intent)
    writer.conclude(merchant, id, { state: 'failed', reason: 'not-sent', decidedAtMs: nowMs })
  }
  return writer.take()
}
