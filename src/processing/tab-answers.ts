import {
  type ChargeObstacle,
  type Currency,
  grainsText,
  leftGrainsOf,
  type Payment,
  type Tab,
  type TabCharge,
  type TabItem,
  type TabReceipt,
} from '#domain'
import { amountBody, outcomeWord } from './answers.ts'
import { momentText } from './calendar.ts'

/** What a request about a tab is answered with besides the tab itself. */
export interface TabAnswered {
  readonly requestId: string
  readonly nowMs: number
}

/**
 * How a tab stands, for its merchant: a tab.answer of specs/messages.
 *
 * @param page how many charges a whole page has, when the answer is one of the receipt
 */
export function tabAnswer(
  { tab, items, hostMessages }: TabReceipt,
  { requestId, nowMs }: TabAnswered,
  page?: number,
): string {
  const { consent, currency } = tab
  return JSON.stringify({
    type: 'tab.answer',
    ...headOf(tab, requestId),
    payment: tab.payment,
    state: tab.state,
    consent: {
      reference: consent.reference,
      maximum: amountBody(consent.maximumMinor, currency.code),
      until: momentText(consent.untilMs),
    },
    held: amountBody(tab.heldMinor, currency.code),
    charges: tab.chargeCount,
    charged: moneyOf(tab.chargedGrains, currency),
    left: tab.state === 'open' ? moneyOf(leftGrainsOf(tab), currency) : undefined,
    posted: postedOf(tab),
    hostMessages,
    hostMessagesPerThousand: perThousand(tab, hostMessages),
    items: page === undefined ? undefined : items.map(itemBody),
    next: items.length === page ? items.at(-1)?.number : undefined,
    time: momentText(nowMs),
  })
}

/** Which charges are on a tab: a tab.charge.answer of specs/messages. */
export function chargeAnswer(
  { tab, refused }: { readonly tab: Tab; readonly refused: readonly RefusedCharge[] },
  { requestId, nowMs }: TabAnswered,
): string {
  return JSON.stringify({
    type: 'tab.charge.answer',
    ...headOf(tab, requestId),
    state: tab.state,
    refused: refused.length === 0 ? undefined : refused,
    charges: tab.chargeCount,
    charged: moneyOf(tab.chargedGrains, tab.currency),
    left: moneyOf(leftGrainsOf(tab), tab.currency),
    time: momentText(nowMs),
  })
}

interface RefusedCharge {
  readonly id: string
  readonly why: ChargeObstacle
}

/**
 * How the refund of a charge stands: a tab.refund.answer of specs/messages.
 *
 * @param payment by which whole minor units go back, when any do
 */
export function itemRefundAnswer(
  { tab, charge, payment }: { tab: Tab; charge: TabCharge; payment?: Payment },
  { requestId, nowMs }: TabAnswered,
): string {
  return JSON.stringify({
    type: 'tab.refund.answer',
    ...headOf(tab, requestId),
    charge: charge.id,
    outcome: payment ? outcomeWord(payment) : 'carried',
    amount: moneyOf(charge.grains, tab.currency),
    refundedAmount: payment && amountBody(payment.amount.minor, tab.currency.code),
    time: momentText(nowMs),
  })
}

function headOf({ id, merchant }: Tab, requestId: string) {
  return { id: requestId, tab: id, merchant }
}

function moneyOf(grains: bigint, { code }: Currency): { value: string; currency: string } {
  return { value: grainsText(grains), currency: code }
}

function postedOf({ closing, currency }: Tab) {
  if (closing === undefined) return undefined
  return {
    because: closing.because,
    value: closing.postedMinor.toString(),
    brought: moneyOf(closing.broughtGrains, currency),
    carried: moneyOf(closing.carriedGrains, currency),
    time: momentText(closing.atMs),
  }
}

function perThousand({ state, chargeCount }: Tab, hostMessages: number): string | undefined {
  if (state === 'open' || chargeCount === 0) return undefined
  return ((hostMessages * 1_000) / chargeCount).toFixed(2)
}

function itemBody({ number, id, grains, quantity, item, refund, atMs }: TabItem) {
  return {
    ...{ number, id, amount: grainsText(grains), quantity, item },
    refund: refund && { id: refund.id, value: refund.minor.toString(), state: refund.state },
    time: momentText(atMs),
  }
}
