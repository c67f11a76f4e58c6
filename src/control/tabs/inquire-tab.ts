import type { TabInquiryRequest } from '#domain'
import { tabAnswer } from '#processing'
import type { Parts } from '../parts.ts'
import { answeredNow, noTab } from './tab-told.ts'

/** An inquiry, or another request whose answer is how the tab stands, without its charges. */
type Asked = Omit<TabInquiryRequest, 'after'> & { readonly after?: number }

/** Tell a merchant how one of its tabs stands. Nothing goes to the host, nothing changes. */
export async function inquireTab(request: Asked, parts: Parts): Promise<string> {
  const { merchant, tab: id, after } = request
  const page = after === undefined ? undefined : PAGE_ITEMS
  const wish = { merchant, id, after: after ?? 0, countMax: page ?? 0 }
  const receipt = await parts.store.readReceipt(wish)
  return receipt ? tabAnswer(receipt, answeredNow(request, parts), page) : noTab(request)
}

/** Charges on one page of a receipt: what a message may have, each with all its members. */
const PAGE_ITEMS = 50
