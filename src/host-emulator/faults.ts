import type { Message } from '#iso8583'

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
  | { readonly kind: 'answer-code'; readonly code: string }
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

/**
 * @returns the answer with what the fault changes in it; the other faults are of the line, not of
 * the answer.
 */
export function alterAnswer(answer: Message, fault: Fault): Message {
  switch (fault.kind) {
    case 'wrong-stan': {
      const next = (Number(answer.fields['11']) % 999_999) + 1
      return withElement(answer, '11', String(next).padStart(6, '0'))
    }
    case 'wrong-amount': {
      const next = (BigInt(String(answer.fields['4'])) + 1n) % 1_000_000_000_000n
      return withElement(answer, '4', String(next).padStart(12, '0'))
    }
    case 'answer-code':
      return withElement(answer, '39', fault.code)
    case 'silence':
    case 'delay':
    case 'answer-twice':
    case 'garbage':
    case 'cut':
    case 'decline':
      return answer
  }
}

/** Bytes that no dialect reads: a message type followed by a bitmap that is none. */
export function garbageFor(answer: Message): Uint8Array {
  return new TextEncoder().encode(`${answer.mti}${'Z'.repeat(60)}`)
}

function withElement({ mti, fields }: Message, element: string, value: string): Message {
  return { mti, fields: { ...fields, [element]: value } }
}
