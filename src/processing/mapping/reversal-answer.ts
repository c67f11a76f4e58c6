import type { Message } from '#iso8583'
import type { AnswerReader } from './answer.ts'
import type { Mismatch } from './answer-rules.ts'
import type { MappingSpec, Verdict } from './specification.ts'

/** What the host's answer to a reversal means; `responseCode` is DE39. */
export type ReversalReading =
  | {
      readonly kind: 'reversed' | 'not-found' | 'refused' | 'undecided'
      readonly responseCode: string
    }
  | Mismatch

/** A code that says that there is no original means that to a reversal, whatever else it means. */
export function createReversalReading(
  answers: AnswerReader,
  { originalNotFound = [] }: Pick<MappingSpec, 'originalNotFound'>,
): (sent: Message, answer: Message) => ReversalReading {
  const notFound = new Set(originalNotFound)
  return (sent, answer) => {
    const reading = answers.read(sent, answer)
    if (reading.kind === 'mismatched') return reading
    const { responseCode = '' } = reading.findings
    if (notFound.has(responseCode)) return { kind: 'not-found', responseCode }
    return { kind: MEANINGS[reading.verdict], responseCode }
  }
}

const MEANINGS = {
  approved: 'reversed',
  partial: 'undecided',
  declined: 'refused',
  unknown: 'undecided',
} as const satisfies Record<Verdict, string>
