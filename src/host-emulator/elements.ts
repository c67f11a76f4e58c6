import type { Composite, Message } from '#iso8583'

/**
 * Section 3 of interface.md as tables: which elements a request must and may have, and which its
 * answer echoes.
 */
export interface MessageRules {
  readonly mandatory: readonly string[]
  /** Mandatory and conditional ones together; undefined where others are tolerated. */
  readonly allowed: ReadonlySet<string> | undefined
  readonly echoed: readonly string[]
}

export const PAYMENT = rules({
  mandatory: '2 3 4 7 11 12 13 14 18 19 22 25 32 37 41 42 43 49',
  conditional: '48 52',
  echoed: '2 3 4 7 11 12 13 32 37 41 42 49',
})

export const REVERSAL = rules({
  mandatory: '2 3 4 7 11 12 13 18 22 25 32 37 41 42 49 90 95',
  conditional: '38 63',
  echoed: '2 3 4 7 11 32 37 41 42 49',
})

export const NETWORK: MessageRules = {
  ...rules({ mandatory: '7 11 70', conditional: '15', echoed: '7 11 70' }),
  allowed: undefined,
}

/** A request of a type that the interface does not list. */
export const UNLISTED: MessageRules = {
  mandatory: [],
  allowed: undefined,
  echoed: [...new Set([...PAYMENT.echoed, ...NETWORK.echoed])],
}

/** Whether a request has what it must, and nothing that it must not. */
export function wellFormed({ fields }: Message, { mandatory, allowed }: MessageRules): boolean {
  for (const element of mandatory) if (fields[element] === undefined) return false
  if (allowed !== undefined) for (const element in fields) if (!allowed.has(element)) return false
  return true
}

/** The answer to `request` with DE39 = `code`, echoing what there is to echo. */
export function answerTo(
  request: Message,
  { echoed }: MessageRules,
  own: Readonly<Record<string, string | Composite>>,
): Message {
  const fields: Record<string, string | Composite> = {}
  for (const element of echoed) {
    const value = request.fields[element]
    if (value !== undefined) fields[element] = value
  }
  return { mti: answerType(request.mti), fields: Object.assign(fields, own) }
}

/** A request's or advice's type, in contrast to an answer's: its third digit is even. */
export function isRequestType(mti: string): boolean {
  return mti.charCodeAt(2) % 2 === 0
}

/** Text of an element that is not composite; empty when it is absent or composite. */
export function textOf({ fields }: Message, element: string): string {
  const value = fields[element]
  return typeof value === 'string' ? value : ''
}

/** Text of a part of a composite element; undefined when it is not there. */
export function partOf({ fields }: Message, element: string, part: string): string | undefined {
  const composite = fields[element]
  const value = typeof composite === 'object' ? composite[part] : undefined
  return typeof value === 'string' ? value : undefined
}

/** 0200 to 0210, 0421 to 0430 (interface.md 2). */
function answerType(mti: string): string {
  const originator = mti.charCodeAt(3) - 48
  return `${mti.slice(0, 2)}${Number(mti[2]) + 1}${originator - (originator % 2)}`
}

function rules(words: { mandatory: string; conditional: string; echoed: string }): MessageRules {
  const mandatory = words.mandatory.split(' ')
  return {
    mandatory,
    allowed: new Set([...mandatory, ...words.conditional.split(' ')]),
    echoed: words.echoed.split(' '),
  }
}
