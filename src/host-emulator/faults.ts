import type { Conduct, PaymentRules } from './conduct/conduct.ts'
import type { Answer } from './conduct/message-rules.ts'

/**
 * How an answer goes astray (interface.md 7.2). The payment itself is judged and recorded before.
 */
export type Fault =
  | { readonly kind: 'silence' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'answer-twice' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'wrong-stan' }
  | { readonly kind: 'wrong-amount' }
  /** At a host that has MACs. */
  | { readonly kind: 'wrong-mac' }
  /** Without a code, one that the host's interface does not know. */
  | { readonly kind: 'answer-code'; readonly code?: string }
  | { readonly kind: 'decline'; readonly code: string }

/** A rule of a script: every condition that it names must hold. */
export interface FaultRule {
  readonly pan?: string
  readonly amountMinor?: bigint
  /** The payment's place among all since the start, counted from 1. */
  readonly sequence?: number
  readonly fault: Fault
}

/** What a rule looks at. */
export interface FaultFacts {
  readonly pan: string
  readonly amountMinor: bigint
  readonly sequence: number
}

/** @returns the fault of the first rule that holds, or undefined. */
export function faultByScript(rules: readonly FaultRule[], facts: FaultFacts): Fault | undefined {
  return rules.find(
    (rule) =>
      (rule.pan ?? facts.pan) === facts.pan &&
      (rule.amountMinor ?? facts.amountMinor) === facts.amountMinor &&
      (rule.sequence ?? facts.sequence) === facts.sequence,
  )?.fault
}

/** Change in the answer what the fault says; the other faults are of the line. */
export function alterAnswer(
  { fields }: Answer,
  fault: Fault,
  { rules, codes }: { readonly rules: PaymentRules; readonly codes: Conduct['codes'] },
): void {
  const { read, write } = rules
  switch (fault.kind) {
    case 'wrong-stan':
      write.stan(fields, nextOf(read.stan(fields), 1n))
      break
    case 'wrong-amount':
      write.amount(fields, nextOf(read.amount(fields), 0n))
      break
    case 'answer-code':
      write.responseCode(fields, fault.code ?? codes.unlisted)
      break
    case 'silence':
    case 'delay':
    case 'answer-twice':
    case 'garbage':
    case 'cut':
    case 'decline':
    case 'wrong-mac':
  }
}

/** The number after this one, in as many digits; `first` after the greatest. */
function nextOf(digits: string, first: bigint): string {
  const next = (BigInt(digits) + 1n) % 10n ** BigInt(digits.length)
  return (next || first).toString().padStart(digits.length, '0')
}

/** Bytes that no dialect reads: they are no digits in any encoding of a message type. */
export function garbage(): Uint8Array {
  return new Uint8Array(GARBAGE_BYTES).fill(0x5a)
}

const GARBAGE_BYTES = 64
