import { refusal, type TabPostRequest } from '#domain'
import { errorAnswer } from '#processing'
import { later } from '../exchange.ts'
import type { Parts } from '../parts.ts'
import { inquireTab } from './inquire-tab.ts'
import { noTab } from './tab-told.ts'

/** Post a tab because its merchant says so; one that is closed is told as it is. */
export async function postTab(request: TabPostRequest, parts: Parts): Promise<string> {
  const { merchant, tab: id } = request
  const wish = { merchant, id, openDate: parts.day.date(), atMs: parts.clock.nowMs() }
  const result = await parts.store.postTab({ ...wish, isAsked: true })
  switch (result.kind) {
    case 'closed':
      parts.forwarding.wake()
      return inquireTab({ ...request, operation: 'tab.inquire' }, parts)
    case 'unseen':
      return noTab(request)
    case 'not-due':
    case 'refused':
      return errorAnswer(later(NOT_NOW, parts), request.id)
  }
}

const NOT_NOW = refusal(
  'TAB_NOT_ALLOWED',
  'whether more is held for it is not known yet: ask again',
  'tab',
)
