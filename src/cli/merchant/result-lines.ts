import { currencyOf, isJsonObject, type JsonObject, moneyText } from '#domain'
import type { ChargedResult, MerchantResult } from '#merchant-client'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { type Outside, say } from '../outside.ts'

/** As JSON, or a line a member. */
export function tellResult(result: MerchantResult, asJson: boolean, outside: Outside): void {
  if (asJson) say(outside, JSON.stringify(result))
  else for (const line of linesOfResult(result)) say(outside, line)
}

/** What the operator reads of a result, a line each. */
export function linesOfResult(result: MerchantResult): string[] {
  switch (result.kind) {
    case 'echo':
      return [`The gateway is there; its time is ${result.time}.`]
    case 'refused':
      return [
        `Refused: ${result.code}${result.field ? ` at ${result.field}` : ''}: ${result.reason}`,
      ]
    case 'registered':
      return [`Registered: ${result.card} is ${result.token}.`]
    case 'forgotten':
      return [`Forgotten: ${result.token}, which was ${result.card}.`]
    case 'unseen':
      return [`Never seen here: ${result.payment} is refused when it comes.`]
    case 'unreachable':
      return [
        `No answer that can be trusted: ${result.reason}.`,
        ...(result.id === undefined ? [] : [`Ask again with the same id: ${result.id}`]),
      ]
    case 'tab':
      return paymentLines(`tab ${result.answer['state']}`, result.answer)
    case 'charged':
      return chargedLines(result)
    case 'item-refund':
      return paymentLines(result.outcome, result.answer)
    default:
      return paymentLines(result.kind, result.answer)
  }
}

/** The exit code that a script can branch on. */
export function exitOfResult(result: MerchantResult): ExitCode {
  switch (result.kind) {
    case 'approved':
    case 'partial':
    case 'echo':
    case 'tab':
    case 'reversed':
    case 'capturing':
    case 'captured':
    case 'unseen':
    case 'registered':
    case 'forgotten':
      return EXIT.done
    case 'declined':
    case 'failed':
      return EXIT.declined
    case 'charged':
      return result.refused.length === 0 ? EXIT.done : EXIT.refused
    case 'item-refund':
      return result.outcome === 'carried'
        ? EXIT.done
        : exitOfResult({ kind: result.outcome, id: result.id, answer: result.answer })
    case 'refused':
      return EXIT.refused
    case 'unknown':
    case 'pending':
    case 'reversing':
    case 'unreachable':
      return EXIT.unknown
  }
}

/** The same of a reversal: a payment that stands has not been reversed. */
export function exitOfReversal(result: MerchantResult): ExitCode {
  return result.kind === 'approved' || result.kind === 'partial'
    ? EXIT.refused
    : exitOfResult(result)
}

function chargedLines({ refused, answer }: ChargedResult): string[] {
  const { refused: _, ...rest } = answer
  const lines = refused.map(({ id, why }) => `  refused ${id}: ${why}`)
  return [...paymentLines(`tab ${answer['state']}`, rest), ...lines]
}

function paymentLines(outcome: string, answer: JsonObject): string[] {
  const shown = Object.entries(answer).filter(([member]) => !['type', 'outcome'].includes(member))
  const width = Math.max(...shown.map(([member]) => member.length))
  return [outcome, ...shown.map(([member, value]) => `  ${member.padEnd(width)}  ${textOf(value)}`)]
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((it) => `\n    ${textOf(it)}`).join('')
  if (!isJsonObject(value)) return String(value)
  const { value: minor, currency: code } = value
  const currency = typeof code === 'string' ? currencyOf(code) : undefined
  if (currency && typeof minor === 'string') {
    // What is on a tab may be a fraction of a minor unit.
    return /^-?\d+$/.test(minor)
      ? moneyText({ minor: BigInt(minor), currency })
      : `${minor} minor units of ${currency.code}`
  }
  return Object.entries(value)
    .map(([member, inner]) => `${member} ${textOf(inner)}`)
    .join(', ')
}
