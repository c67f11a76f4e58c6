import type { Composite } from '#iso8583'
import type { BookedCard } from './book-file.ts'
import type { CheckResults, PaymentRules } from './conduct/conduct.ts'
import type { PaymentType, Reason } from './conduct/document.ts'

/** What the host finds on a payment, before it records it. */
export interface Verdict {
  readonly reason: Reason
  /** What is held or posted: the amount asked for, a part of it, or nothing. */
  readonly approvedMinor: bigint
  readonly results: CheckResults
}

export interface Circumstances {
  readonly amountMinor: bigint
  readonly rules: PaymentRules
  readonly type: PaymentType
  readonly card: BookedCard | undefined
  /** Of the host's business day, `YYYY-MM-DD`. */
  readonly businessDate: string
  /** Whether the PIN block holds the card's PIN; undefined when nobody can say or none was sent. */
  readonly pinRight: boolean | undefined
}

/**
 * Judge a payment request whose elements are in order: interface.md 6, from the check on that it is
 * supported at all.
 */
export function judgePayment(fields: Composite, circumstances: Circumstances): Verdict {
  const { amountMinor, card, rules, type } = circumstances
  if (!rules.supports(fields)) return declined('notSupported')
  const onlyAsks = type.effect === 'none'
  if ((amountMinor === 0n) !== onlyAsks) return declined('invalidAmount')
  if (card === undefined) return declined('noSuchCard')

  const results = resultsOf(fields, card, rules.read)
  const objection = objectionOf(fields, card, { ...circumstances, results })
  if (objection !== undefined) return declined(objection, results)
  if (onlyAsks || amountMinor <= card.availableMinor) {
    return { reason: 'approved', approvedMinor: amountMinor, results }
  }
  const partly = card.partialApprovals && type.partialApprovals && card.availableMinor > 0n
  return partly
    ? { reason: 'partial', approvedMinor: card.availableMinor, results }
    : declined('insufficientFunds', results)
}

const PIN_TRIES_MAX = 3

function declined(reason: Reason, results: CheckResults = {}): Verdict {
  return { reason, approvedMinor: 0n, results }
}

/** What speaks against the card, in the order of interface.md 6, funds left out. */
function objectionOf(
  fields: Composite,
  card: BookedCard,
  found: Circumstances & { readonly results: CheckResults },
): Reason | undefined {
  const { businessDate, pinRight, results, rules } = found
  if (card.state !== 'active') return card.state
  const month = `${businessDate.slice(2, 4)}${businessDate.slice(5, 7)}`
  if (card.expiry < month || saysOther(rules.read.expiry(fields), card.expiry)) return 'expired'
  if (card.currency !== '' && saysOther(rules.read.currency(fields), card.currency)) {
    return 'wrongCurrency'
  }
  if (results.cvv2 === 'no-match' || results.cavv === 'invalid') return 'checkFailed'
  if (pinRight !== undefined && card.pinTries >= PIN_TRIES_MAX) return 'pinTriesExceeded'
  return pinRight === false ? 'wrongPin' : undefined
}

function saysOther(said: string, known: string): boolean {
  return said !== '' && said !== known
}

function resultsOf(fields: Composite, card: BookedCard, read: PaymentRules['read']): CheckResults {
  const cavv = read.cavv(fields)
  const cvv2 = read.cvv2(fields)
  const address = addressResult(read.street(fields), read.postalCode(fields), card)
  if (cavv === '' && cvv2 === '' && address === undefined) return NO_RESULTS
  return {
    ...(cavv === '' ? {} : { cavv: CAVV_OF_ZEROS.test(cavv) ? 'invalid' : 'valid' }),
    ...(address === undefined ? {} : { address }),
    ...(cvv2 === '' ? {} : { cvv2: cvv2Result(cvv2, card.cvv2) }),
  }
}

const NO_RESULTS: CheckResults = {}

/** 20 zero bytes, in base64 or in hex. */
const CAVV_OF_ZEROS = /^(A{27}=|0{40})$/

function cvv2Result(sent: string, known: string | undefined): string {
  if (known === undefined) return 'not-checked'
  return sent.trimEnd() === known ? 'match' : 'no-match'
}

function addressResult(street: string, postalCode: string, card: BookedCard): string | undefined {
  if (street === '' && postalCode === '') return undefined
  const streetHolds = sameAddress(street, card.street)
  const postalCodeHolds = sameAddress(postalCode, card.postalCode)
  if (streetHolds) return postalCodeHolds ? 'match' : 'street-only'
  return postalCodeHolds ? 'postcode-only' : 'no-match'
}

function sameAddress(sent: string, known: string | undefined): boolean {
  return sent !== '' && known !== undefined && plain(sent) === plain(known)
}

function plain(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '')
}
