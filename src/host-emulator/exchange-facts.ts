import type { Message } from '#iso8583'
import type { Exchange } from './book-file.ts'
import { partOf, textOf } from './elements.ts'

/** What a payment's messages, its reversals among them, must say alike. */
type ExchangeFacts = Pick<Exchange, 'pan' | 'amountMinor' | 'currency' | 'rrn' | 'terminal'>

export function factsOf(request: Message): ExchangeFacts {
  return {
    pan: textOf(request, '2'),
    amountMinor: BigInt(textOf(request, '4')),
    currency: textOf(request, '49'),
    rrn: textOf(request, '37'),
    terminal: textOf(request, '41'),
  }
}

export function sameFacts(a: ExchangeFacts, b: ExchangeFacts): boolean {
  return (
    a.pan === b.pan &&
    a.amountMinor === b.amountMinor &&
    a.currency === b.currency &&
    a.rrn === b.rrn &&
    a.terminal === b.terminal
  )
}

/** DE7, DE11 and DE32 name an exchange (interface.md 3.3). */
export function exchangeKey(message: Message): string {
  return keyOf(textOf(message, '7'), textOf(message, '11'), textOf(message, '32'))
}

/** The exchange that a reversal names in DE90. */
export function originalKey(reversal: Message): string {
  const part = (name: string): string => partOf(reversal, '90', name) ?? ''
  return keyOf(part('transmittedAt'), part('stan'), part('acquirer'))
}

function keyOf(transmittedAt: string, stan: string, acquirer: string): string {
  return `${transmittedAt}-${stan}-${acquirer.padStart(11, '0')}`
}
