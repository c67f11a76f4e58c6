import type { Dialect, FieldFacts } from '#iso8583'
import { dateWriter } from '../calendar.ts'
import { type Draft, writerAt } from '../elements.ts'
import {
  type AnswerDocument,
  type AnswerVerdict,
  type PaymentAnswerDocument,
  VERDICTS,
} from './document.ts'
import { dateLayoutOf } from './element-reader.ts'

/** What the values that a host adds to an answer are made of. */
export interface AnswerFacts {
  /** `YYYY-MM-DD`. */
  readonly businessDate: string
  /** Of the request, as are the next. */
  readonly stan: string
  readonly transmissionTime: string
  readonly approvedMinor: bigint
  readonly approvalCode: string
}

/** Writes the host's own elements into an answer. */
export type TellOwn = (fields: Draft, verdict: AnswerVerdict, facts: AnswerFacts) => void

type Make = (facts: AnswerFacts) => string

/** Compile what an answer has beside its echoes, its code and the results of checks. */
export function compileOwnValues(
  answer: AnswerDocument & Partial<PaymentAnswerDocument>,
  dialect: Dialect,
): TellOwn {
  const { approvedAmount, approvalCode } = answer
  const facts = (element: string): FieldFacts | undefined => dialect.field(element)
  const own = [
    ...answer.dates.map((told) => ({ ...told, make: dateMaker(facts(told.element)) })),
    ...answer.references.map((told) => ({
      ...told,
      make: referenceMaker(told.prefix, facts(told.element)),
    })),
    ...(approvedAmount
      ? [{ ...approvedAmount, make: amountMaker(facts(approvedAmount.element)) }]
      : []),
    ...(approvalCode ? [{ ...approvalCode, make: codeMaker(facts(approvalCode.element)) }] : []),
  ].map(({ element, on, make }) => ({ write: writerAt(element), on, make }))
  const byVerdict = Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, own.filter(({ on }) => on.includes(verdict))]),
  )
  return (fields, verdict, given) => {
    for (const { write, make } of byVerdict[verdict] ?? []) write(fields, make(given))
  }
}

/** Digits of an approval code, at most (1987 DE38). */
const APPROVAL_DIGITS = 6

/** interface.md 4.38: six digits that need no register of those that were given before. */
export function approvalCodeOf(stan: string, transmissionTime: string): string {
  const sum = Number(stan) * 7919 + Number(transmissionTime)
  return String(sum % 10 ** APPROVAL_DIGITS).padStart(APPROVAL_DIGITS, '0')
}

function codeMaker(facts: FieldFacts | undefined): Make {
  return ({ approvalCode }) => fitted(approvalCode || '0'.repeat(APPROVAL_DIGITS), facts)
}

function amountMaker(facts: FieldFacts | undefined): Make {
  const digits = facts?.min ?? 0
  return ({ approvedMinor }) => approvedMinor.toString().padStart(digits, '0')
}

function dateMaker(facts: FieldFacts | undefined): Make {
  const write = dateWriter((facts && dateLayoutOf(facts)) ?? 'MMDD')
  return ({ businessDate }) => write(businessDate)
}

/** interface.md 4.63: the business date, hours and minutes of the request, its trace number. */
function referenceMaker(prefix: string, facts: FieldFacts | undefined): Make {
  const write = dateWriter('MMDD')
  return ({ businessDate, transmissionTime, stan }) =>
    fitted(`${prefix}${write(businessDate)}${transmissionTime.slice(4, 8)}${stan}`, facts)
}

/** A text cut to its last characters or filled, so that its element has room for it. */
function fitted(text: string, facts: FieldFacts | undefined): string {
  if (facts === undefined) return text
  const { content, min, max, pad } = facts
  const cut = text.slice(-max)
  if (cut.length >= min || pad !== undefined) return cut
  return content === 'n' || content === 'an' ? cut.padStart(min, '0') : cut.padEnd(min, ' ')
}
