import { type Merchant, type MerchantRequest, refusal } from '#domain'
import {
  answerOf,
  cardAnswer,
  echoAnswer,
  errorAnswer,
  inquiryAnswer,
  unseenAnswer,
} from '#processing'
import { askAboutCard } from './ask-about-card.ts'
import { authorize } from './authorize.ts'
import { capture } from './capture.ts'
import { type CardTold, forgetCard, registerCard } from './cards.ts'
import type { Conducted } from './exchange.ts'
import { followUp } from './follow-up.ts'
import { inquire } from './inquire.ts'
import { JournalBusyError } from './journal-busy.ts'
import type { Parts } from './parts.ts'
import { reverse } from './reverse.ts'
import { chargeTab } from './tabs/charge-tab.ts'
import { inquireTab } from './tabs/inquire-tab.ts'
import { openTab } from './tabs/open-tab.ts'
import { postTab } from './tabs/post-tab.ts'
import { refundItem } from './tabs/refund-item.ts'
import type { TabKeeper } from './tabs/tab-keeper.ts'
import { createTwins } from './twins.ts'

/**
 * Answers one authenticated message: merchant id and JSON text in, JSON text out.
 *
 * Rejects only when the store cannot be relied on; then nobody is told an outcome.
 */
export type Dispatch = (merchant: string, json: string) => Promise<string>

/** What is needed besides the conduct of payments. */
export interface DispatchParts extends Parts {
  readonly tabs: Pick<TabKeeper, 'charged' | 'wake'>
}

export function createDispatch(parts: DispatchParts): Dispatch {
  const conduct = createConduct(parts)

  /** A journal that cannot be asked is a reason to come back, before anything was begun. */
  async function unlessBusy(request: MerchantRequest, merchant: Merchant): Promise<string> {
    try {
      return await conduct(request, merchant)
    } catch (error) {
      if (!(error instanceof JournalBusyError)) throw error
      const { retryAfterMs } = parts.limits
      return errorAnswer({ ...refusal('BUSY', error.message), retryAfterMs }, request.id)
    }
  }

  async function inTurn(request: MerchantRequest, merchant: Merchant): Promise<string> {
    const turn = parts.turns.take(request.operation, merchant.id)
    if (turn.kind === 'refused') return errorAnswer(turn.refusal, request.id)
    try {
      return await unlessBusy(request, merchant)
    } finally {
      turn.end()
    }
  }

  return async (sender, json) => {
    const merchant = parts.merchants.find(sender)
    if (!merchant) return errorAnswer(refusal('MERCHANT_INACTIVE', 'this merchant is not active'))
    const validated = parts.messages.validateRequest(json, { merchant })
    return validated.kind === 'valid'
      ? inTurn(validated.request, merchant)
      : errorAnswer(validated.refusal, parts.messages.requestIdOf(json))
  }
}

type Conduct = (request: MerchantRequest, merchant: Merchant) => Promise<string>

/** The one switch on the kind of request in the whole program. */
function createConduct(parts: DispatchParts): Conduct {
  const twins = createTwins()

  async function conduct(request: MerchantRequest, merchant: Merchant): Promise<string> {
    switch (request.operation) {
      case 'payment.authorize':
      case 'payment.sale': {
        const act = () => authorize(request, merchant, parts)
        return told(request.id, await twins.conduct(merchant.id, request.id, act))
      }
      case 'payment.increment':
      case 'payment.refund': {
        const act = () => followUp(request, merchant, parts)
        return told(request.id, await twins.conduct(merchant.id, request.id, act))
      }
      case 'payment.inquire':
        return told(request.id, await inquire(request, parts))
      case 'payment.reverse': {
        const act = () => reverse(request, parts)
        const reversed = await twins.conduct(merchant.id, request.payment, act)
        return reversed.kind === 'unseen'
          ? unseenAnswer(request, parts.clock.nowMs())
          : told(request.id, reversed)
      }
      case 'payment.capture': {
        const act = () => capture(request, parts)
        return told(request.id, await twins.conduct(merchant.id, request.payment, act))
      }
      case 'card.register':
        return cardTold(request.id, await registerCard(request, parts))
      case 'card.forget':
        return cardTold(request.id, await forgetCard(request, parts))
      case 'card.verify':
      case 'card.balance': {
        const heard = await askAboutCard(request, merchant, parts)
        return heard.kind === 'heard'
          ? inquiryAnswer(request, heard.outcome, { ...heard, nowMs: parts.clock.nowMs() })
          : errorAnswer(heard.refusal, request.id)
      }
      case 'echo':
        return echoAnswer(request.id, parts.clock.nowMs())
      default:
        return conductTab(request, merchant)
    }
  }

  function conductTab(request: TabRequest, merchant: Merchant): Promise<string> {
    switch (request.operation) {
      case 'tab.open':
        return openTab(request, parts)
      case 'tab.charge':
        return chargeTab(request, parts)
      case 'tab.post':
        return postTab(request, parts)
      case 'tab.inquire':
        return inquireTab(request, parts)
      case 'tab.refund': {
        const act = () => refundItem(request, merchant, parts)
        return twins.conduct(merchant.id, request.id, act)
      }
    }
  }

  return conduct
}

type TabRequest = Extract<MerchantRequest, { readonly operation: `tab.${string}` }>

function cardTold(requestId: string, told: CardTold): string {
  return told.kind === 'card'
    ? cardAnswer(told.card, requestId)
    : errorAnswer(told.refusal, requestId)
}

function told(requestId: string, conducted: Conducted): string {
  return conducted.kind === 'payment'
    ? answerOf(conducted.payment, requestId)
    : errorAnswer(conducted.refusal, requestId)
}
