import type { Composite, Message } from '#iso8583'
import type { Exchange } from './book-file.ts'
import { type ReadText, sameButFilling } from './elements.ts'

/** What a payment's messages, its reversals among them, must say alike. */
export type ExchangeFacts = Pick<Exchange, 'pan' | 'amountMinor' | 'currency' | 'rrn' | 'terminal'>

/** What a message has of these facts; text that it does not have is empty. */
export function factsOf(
  fields: Composite,
  read: Readonly<Record<'pan' | 'amount' | 'currency' | 'rrn' | 'terminal', ReadText>>,
): ExchangeFacts {
  return {
    pan: read.pan(fields),
    amountMinor: BigInt(read.amount(fields)),
    currency: read.currency(fields),
    rrn: read.rrn(fields),
    terminal: read.terminal(fields),
  }
}

/** Reads what a message says of its original; an exchange of its own has its own reference. */
interface SayingOriginal {
  readonly readOriginalType: ReadText
  readonly read: Readonly<Record<'pan' | 'currency' | 'terminal' | 'approvalCode', ReadText>> & {
    readonly rrn?: ReadText
  }
}

/** Whether a message, in what it says of its original but for the amount, says what that said. */
export function isOfOriginal(
  { fields }: Message,
  { read, readOriginalType }: SayingOriginal,
  original: Exchange,
): boolean {
  const type = readOriginalType(fields)
  return (
    (type === '' || type === original.mti) &&
    saysNoOther(read.pan(fields), original.pan) &&
    saysNoOther(read.currency(fields), original.currency) &&
    saysNoOther(read.rrn?.(fields) ?? '', original.rrn) &&
    saysNoOther(read.terminal(fields), original.terminal) &&
    saysNoOther(read.approvalCode(fields), original.approvalCode)
  )
}

function saysNoOther(said: string, known: string): boolean {
  return said === '' || sameButFilling(said, known)
}
