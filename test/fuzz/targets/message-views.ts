/** What else can be had of a message or of its bytes, and how it agrees with the whole reading. */
import {
  compareMessages,
  DecodeError,
  type Dialect,
  type FieldValue,
  type Message,
  readBefore,
} from '#iso8583'
import { PLANTED_PAN } from '../mutation/document.ts'
import { numbersOf } from './sample-messages.ts'
import { Finding, type Outcome, outcomeOf } from './target.ts'

const NEW_ONE_IN = 16

/** Never throws; sensitive values show nothing but the ends of a card number, others no number. */
export function checkDescription(dialect: Dialect, message: Message): void {
  for (const { path, value, masked } of described(dialect, message, false)) {
    if (masked && !value.includes('*')) throw new Finding('a masked line is not masked', path)
    if (value.includes(PLANTED_PAN)) throw new Finding('a card number is shown', path)
    const facts = path.includes('?') ? undefined : dialect.field(path)
    const isHidden = /^(\*{3,8}|\d{6}\*{2,9}\d{4})$/.test(value)
    if (facts?.sensitive && value !== '' && !(masked && isHidden)) {
      throw new Finding('a sensitive line is not masked', path)
    }
  }
  described(dialect, message, true)
}

/** A reading of some elements only: the same as the whole reading has, where that succeeds. */
export function createRouting(dialect: Dialect): (input: Buffer, whole?: Message) => void {
  const numbers = numbersOf(dialect).map(String)
  const chosen = numbers.filter((_, index) => index % 5 === 2)
  const read = dialect.routing(chosen)
  return (input, whole) => {
    const routed = outcomeOf(() => read(input), DecodeError)
    if (input.length % NEW_ONE_IN === 0) {
      const again = outcomeOf(() => dialect.routing(chosen)(input), DecodeError)
      if (textOf(again) !== textOf(routed)) throw new Finding('a new routing reads otherwise')
    }
    if (whole === undefined) return
    if (routed.kind === 'refused')
      throw new Finding('routing refuses what is read', routed.error.message)
    const wanted = Object.entries(whole.fields).filter(([key]) => chosen.includes(key))
    checkFields('routing reads otherwise', routed.value.fields, wanted)
  }
}

/** Of a message that is refused, what stands before the fault. */
export function checkReadBefore(dialect: Dialect, input: Buffer, error: DecodeError): void {
  const outcome = outcomeOf(() => readBefore(dialect, input, error), Never)
  const before = outcome.kind === 'made' ? outcome.value : undefined
  if (before === undefined) return
  if (before.bytes > input.length || before.bytes > error.offset + input.length) {
    throw new Finding('the fault lies outside the input')
  }
  if (Object.hasOwn(before.message.fields, error.path.split('.')[0] ?? '')) {
    throw new Finding('what is at fault was read')
  }
}

/** A message does not differ from itself. */
export function checkNoDifference(dialect: Dialect, message: Message): void {
  const copy = structuredClone(message)
  const outcome = outcomeOf(() => compareMessages(dialect, [message, copy]), Never)
  const [difference] = outcome.kind === 'made' ? outcome.value : []
  if (difference !== undefined) throw new Finding('a message differs from itself', difference.path)
}

function textOf(outcome: Outcome<Message>): string {
  return outcome.kind === 'made' ? JSON.stringify(outcome.value) : outcome.error.message
}

/** For what never throws. */
class Never extends Error {}

function described(dialect: Dialect, message: Message, unmasked: boolean) {
  const outcome = outcomeOf(() => dialect.describe(message, { unmasked }), Never)
  return outcome.kind === 'made' ? outcome.value : []
}

function checkFields(
  what: string,
  fields: Message['fields'],
  wanted: readonly (readonly [string, FieldValue])[],
): void {
  const text = JSON.stringify(Object.fromEntries(wanted))
  if (JSON.stringify(fields) !== text) throw new Finding(what, `${JSON.stringify(fields)}, ${text}`)
}
