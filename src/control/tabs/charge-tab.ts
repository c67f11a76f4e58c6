import type { TabChargeRequest } from '#domain'
import { chargeAnswer, errorAnswer, freshnessRefusal } from '#processing'
import { DRAINING } from '../authorize.ts'
import type { DispatchParts } from '../dispatch.ts'
import { answeredNow, journalFull, noTab } from './tab-told.ts'

/**
 * Charge a tab, up to as many charges as a message may have, in one act. Nothing goes to the host
 * for it; who keeps the tabs hears, for one may be due to be posted now, or to have more held.
 */
export async function chargeTab(request: TabChargeRequest, parts: DispatchParts): Promise<string> {
  const atMs = parts.clock.nowMs()
  const stale = freshnessRefusal(request, atMs, parts.limits.freshnessMs)
  const obstacle = parts.draining() ? DRAINING : stale
  if (obstacle) return errorAnswer(obstacle, request.id)
  const { merchant, tab: id, charges } = request
  const result = await parts.store.chargeTab({ merchant, id, charges, atMs })
  switch (result.kind) {
    case 'charged':
      parts.tabs.charged(result.tab)
      return chargeAnswer(result, answeredNow(request, parts))
    case 'unseen':
      return noTab(request)
    case 'full':
      return journalFull(request, parts)
  }
}
