import type { Row } from '../payment-row.ts'
import { type Act, columnOf, keyOf, originalOf, type PaymentKey } from './act.ts'

/**
 * Acts in rounds, to be done one after the other. Acts of one round have nothing to do with each
 * other, so that those of a kind can be one statement; what has comes in the order of asking.
 */
export function roundsOf(acts: readonly Act[]): Act[][] {
  const rounds: Act[][] = []
  const lastOf = new Map<string, { readonly round: number; readonly name: Act['name'] }>()
  let first = 0

  /** Charges of a tab are one statement too: they are judged in the order of asking. */
  function after(key: string, { name }: Act): number {
    const last = lastOf.get(key)
    if (last === undefined) return 0
    return name === 'chargeTab' && last.name === name ? last.round : last.round + 1
  }

  for (const act of acts) {
    const keys = keysOf(act)
    const round =
      keys === 'all'
        ? rounds.length
        : keys.reduce((least, key) => Math.max(least, after(key, act)), first)
    const others = rounds[round]
    if (others === undefined) rounds.push([act])
    else others.push(act)
    if (keys === 'all') first = round + 1
    else for (const key of keys) lastOf.set(key, { round, name: act.name })
  }
  return rounds
}

/** What an act has to do with; `all`: with every other, or with payments that it does not name. */
function keysOf(act: Act): readonly string[] | 'all' {
  switch (act.name) {
    case 'begin': {
      const own = [paymentKey(keyOf(act.intent)), exchangeKey(act.intent)]
      const original = originalOf(act.intent)
      return original === undefined ? own : [...own, paymentKey(original)]
    }
    case 'conclude':
    case 'find':
    case 'isReversedUnseen':
    case 'capture':
      return [paymentKey(act)]
    case 'chargeTab':
      return [`tab ${paymentKey(act)}`]
    case 'readReceipt':
      return [`tab ${paymentKey(act.wish)}`]
    case 'leaseStans':
      return ['stans']
    case 'putMerchant':
    case 'listMerchants':
    case 'merchantsVersion':
      return ['merchants']
    case 'registerCard':
    case 'findRegistration':
      return ['cards']
    case 'findCard':
    case 'forgetCard':
      return [`card ${act.token}`]
    case 'journalStray':
    case 'post':
      return []
    default:
      return 'all'
  }
}

/** No two payments have the same, whatever characters their names are made of. */
export function paymentKey({ merchant, id }: PaymentKey): string {
  return `${merchant.length} ${merchant}${id}`
}

/** The same trace number at the same moment: the first of two begun with it has it. */
function exchangeKey(intent: Row): string {
  return EXCHANGE.map((column) => columnOf(intent, column)).join('\n')
}

const EXCHANGE = ['host', 'business_date', 'transmitted_at', 'stan'] as const
