import type { Composite, Message } from '#iso8583'
import type { BookedCard } from './book-file.ts'
import { partOf, textOf } from './elements.ts'

/** What the host finds on a payment, before it records it. */
export interface Verdict {
  /** DE39. */
  readonly code: string
  /** What is held or posted: the amount asked for, a part of it (10), or nothing. */
  readonly approvedMinor: bigint
  /** DE48 of the answer. */
  readonly results: Composite | undefined
}

export interface Circumstances {
  readonly card: BookedCard | undefined
  /** Of the host's business day, `YYYY-MM-DD`. */
  readonly businessDate: string
  /** Whether DE52 holds the card's PIN; undefined when nobody can say or none was sent. */
  readonly pinRight: boolean | undefined
}

/** Judge a payment request whose elements are in order: interface.md 6, from the DE3 check on. */
export function judgePayment(request: Message, circumstances: Circumstances): Verdict {
  const { card } = circumstances
  const amountMinor = BigInt(textOf(request, '4'))
  const refused = refusalOf(request, amountMinor)
  if (refused !== undefined) return declined(refused)
  if (card === undefined) return declined('14')

  const results = resultsOf(request, card)
  const objection = objectionOf(request, card, circumstances, results)
  if (objection !== undefined) return declined(objection, results)
  if (amountMinor <= card.availableMinor) {
    return { code: '00', approvedMinor: amountMinor, results }
  }
  const partly = card.partialApprovals && request.mti === '0100' && card.availableMinor > 0n
  return partly
    ? { code: '10', approvedMinor: card.availableMinor, results }
    : declined('51', results)
}

/** interface.md 4.38. */
export function approvalCode(request: Message): string {
  const sum = Number(textOf(request, '11')) * 7919 + Number(textOf(request, '7'))
  return String(sum % 1_000_000).padStart(6, '0')
}

/** interface.md 4.63. */
export function networkReference(request: Message, settlementDate: string): string {
  return `M${settlementDate}${textOf(request, '7').slice(4, 8)}${textOf(request, '11')}`
}

const PIN_TRIES_MAX = 3

function declined(code: string, results?: Composite): Verdict {
  return { code, approvedMinor: 0n, results }
}

function refusalOf(request: Message, amountMinor: bigint): string | undefined {
  if (textOf(request, '3') !== '000000') return '12'
  return amountMinor === 0n ? '13' : undefined
}

/** What speaks against the card, in the order of interface.md 6, funds left out. */
function objectionOf(
  request: Message,
  card: BookedCard,
  { businessDate, pinRight }: Circumstances,
  results: Composite | undefined,
): string | undefined {
  switch (card.state) {
    case 'lost':
      return '41'
    case 'stolen':
      return '43'
    case 'restricted':
      return '62'
    case 'active':
  }
  const month = `${businessDate.slice(2, 4)}${businessDate.slice(5, 7)}`
  if (card.expiry < month || textOf(request, '14') !== card.expiry) return '54'
  if (textOf(request, '49') !== card.currency) return '57'
  if (results?.[RESULT.cvv2] === 'N' || results?.[RESULT.cavv] === '1') return '05'
  if (pinRight !== undefined && card.pinTries >= PIN_TRIES_MAX) return '75'
  return pinRight === false ? '55' : undefined
}

/** Tags of DE48: interface.md 4.48. */
const ASKED = { cavv: '43', street: '80', postalCode: '82', cvv2: '92' } as const
const RESULT = { cavv: '45', address: '83', cvv2: '87' } as const

function resultsOf(request: Message, card: BookedCard): Composite | undefined {
  if (request.fields['48'] === undefined) return undefined
  const results: Record<string, string> = {}
  const cavv = partOf(request, '48', ASKED.cavv)
  if (cavv !== undefined) results[RESULT.cavv] = cavv === CAVV_OF_ZEROS ? '1' : '2'
  const address = addressResult(request, card)
  if (address !== undefined) results[RESULT.address] = address
  const cvv2 = partOf(request, '48', ASKED.cvv2)
  if (cvv2 !== undefined) results[RESULT.cvv2] = cvv2Result(cvv2, card.cvv2)
  return Object.keys(results).length === 0 ? undefined : results
}

/** Base64 of 20 zero bytes. */
const CAVV_OF_ZEROS = `${'A'.repeat(27)}=`

function cvv2Result(sent: string, known: string | undefined): string {
  if (known === undefined) return 'P'
  return sent === known ? 'M' : 'N'
}

function addressResult(request: Message, card: BookedCard): string | undefined {
  const street = partOf(request, '48', ASKED.street)
  const postalCode = partOf(request, '48', ASKED.postalCode)
  if (street === undefined && postalCode === undefined) return undefined
  const streetHolds = sameAddress(street, card.street)
  const postalCodeHolds = sameAddress(postalCode, card.postalCode)
  if (streetHolds) return postalCodeHolds ? 'Y' : 'A'
  return postalCodeHolds ? 'Z' : 'N'
}

function sameAddress(sent: string | undefined, known: string | undefined): boolean {
  return sent !== undefined && known !== undefined && bare(sent) === bare(known)
}

function bare(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '')
}
