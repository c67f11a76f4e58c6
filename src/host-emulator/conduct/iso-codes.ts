import type { FieldFacts } from '#iso8583'
import { REASONS, type Reason } from './document.ts'
import { fits } from './element-reader.ts'

/**
 * The standard's code for each reason, in its editions of 1987 (two characters), 1993 (three) and
 * 2003 (four), the closest first.
 */
const ISO_CODES: Readonly<Record<Exclude<Reason, 'unlisted'>, readonly string[]>> = {
  approved: ['00', '000', '0000'],
  partial: ['10', '002', '0002'],
  reversed: ['00', '400', '4000'],
  checkFailed: ['05', '122', '100', '1045', '1000'],
  notSupported: ['12', '902', '115', '9102', '1015'],
  invalidAmount: ['13', '110', '1010'],
  noSuchCard: ['14', '111', '118', '1011', '1018'],
  lost: ['41', '208', '2008'],
  stolen: ['43', '209', '2009'],
  restricted: ['62', '36', '104', '204', '1004', '2004'],
  expired: ['54', '33', '101', '201', '1001', '2001'],
  wrongCurrency: ['57', '119', '1030', '1019'],
  insufficientFunds: ['51', '116', '1016'],
  wrongPin: ['55', '117', '1017'],
  pinTriesExceeded: ['75', '38', '106', '206', '1006', '2006'],
  notSignedOn: ['91', '910', '907', '9110', '9107'],
  formatError: ['30', '904', '9100'],
  duplicate: ['94', '913', '9113'],
  originalNotFound: ['25', '914', '9114'],
  contradiction: ['12', '902', '914', '9102'],
  lateOriginal: ['12', '902', '9102'],
  notHeld: ['12', '902', '9102'],
}

/** What a mapping says that response codes mean. */
export interface ListedCodes {
  readonly approved: readonly string[]
  readonly partial: readonly string[]
  readonly declined: readonly string[]
  readonly unknown: readonly string[]
}

/**
 * The code for each reason: the standard's, where the mapping lists it with the meaning that the
 * reason has; else the first that it lists with that meaning.
 */
export function codesFor(listed: ListedCodes, facts: FieldFacts): Readonly<Record<Reason, string>> {
  const entries = REASONS.map((reason) => [reason, codeFor(reason, listed, facts)])
  return Object.fromEntries(entries) as Record<Reason, string>
}

function codeFor(reason: Reason, listed: ListedCodes, facts: FieldFacts): string {
  switch (reason) {
    case 'approved':
    case 'reversed':
      return preferred(reason, listed.approved)
    case 'partial':
      return preferred(reason, [...listed.partial, ...listed.approved])
    case 'duplicate':
      return duplicateCode(listed, facts)
    case 'unlisted':
      return unlistedCode(listed, facts)
    default:
      return preferred(reason, listed.declined)
  }
}

function preferred(reason: Exclude<Reason, 'unlisted'>, codes: readonly string[]): string {
  return ISO_CODES[reason].find((code) => codes.includes(code)) ?? codes[0] ?? ''
}

/** The first stands, whatever it was: neither an approval nor a decline, if the host can say so. */
function duplicateCode(listed: ListedCodes, facts: FieldFacts): string {
  const decided = [...listed.approved, ...listed.partial]
  const iso = ISO_CODES.duplicate.find((code) => fits(code, facts) && !decided.includes(code))
  return iso ?? listed.unknown[0] ?? listed.declined[0] ?? ''
}

/** A code of the highest characters that is not listed. */
function unlistedCode(listed: ListedCodes, facts: FieldFacts): string {
  const taken = Object.values(listed).flat()
  const length = Math.max(facts.min, Math.min(facts.max, 2))
  const candidates = ['Z', 'Y', 'X', '9', '8', '7'].map((it) => it.repeat(length))
  return candidates.find((code) => fits(code, facts) && !taken.includes(code)) ?? ''
}
