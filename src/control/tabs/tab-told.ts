import { type Refusal, refusal } from '#domain'
import { errorAnswer } from '#processing'
import { later } from '../exchange.ts'
import type { Parts } from '../parts.ts'

/** What a request about a tab is answered by: whose it is, and the moment. */
export function answeredNow({ id }: { readonly id: string }, { clock }: Parts) {
  return { requestId: id, nowMs: clock.nowMs() }
}

/** Refuse what names no tab of its merchant. */
export function noTab({ id }: { readonly id: string }): string {
  return refused('TAB_NOT_FOUND', 'this merchant has no tab with this id', { id, field: 'tab' })
}

/** The journal took nothing, and may later. */
export function journalFull({ id }: { readonly id: string }, parts: Parts): string {
  return errorAnswer(later(refusal('BUSY', 'the journal is full'), parts), id)
}

export function refused(
  code: Refusal['code'],
  reason: string,
  { id, field }: { readonly id: string; readonly field?: string },
): string {
  return errorAnswer(refusal(code, reason, field), id)
}
