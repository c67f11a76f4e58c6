import type { Merchant, ReversalCause } from '#domain'
import { type Message, repeatMtiOf } from '#iso8583'
import type { ExchangeFacts } from '../exchange-facts.ts'
import type { Mismatch } from './answer-rules.ts'
import type { CompiledKind } from './compiled-kinds.ts'
import { messageOfImage } from './image.ts'
import type { Written } from './request.ts'
import type { CaptureGiven } from './sources.ts'
import type { Verdict } from './specification.ts'

/** How the host is told something that it is owed, and what it says to that. */
export interface OwedWay {
  /** Write the message from what was kept of its payment. */
  write(payment: KeptPayment, merchant: Merchant, exchange: ExchangeFacts): Written
  /** What an answer to it means. */
  read(sent: Message, answer: Message): Acknowledgement
}

/** What a reversal or a capture is written from. */
export interface KeptPayment {
  /** The payment's host message as `Mapping.storedImage` made it, opened. */
  readonly image: Uint8Array
  readonly terminal: string
  /** Of the payment's findings. */
  readonly carried?: Readonly<Record<string, string>>
  readonly cause: ReversalCause
  readonly capture?: CaptureGiven
  /** Whether it was sent before, or may have been. */
  readonly isRepeat: boolean
}

/** What the host's answer to a reversal or a capture means; `responseCode` is DE39. */
export type Acknowledgement =
  | {
      readonly kind: 'acknowledged' | 'not-found' | 'refused' | 'undecided'
      readonly responseCode: string
      /** `MMDD`, when the host said it. */
      readonly settlementDate?: string
    }
  | Mismatch

/**
 * @param notFound codes that say that there is no original, whatever else they mean; none where
 *   that is a refusal like any other
 */
export function owedWay(
  { request, answer: answers }: CompiledKind,
  notFound: readonly string[] = [],
): OwedWay {
  return {
    write({ image, terminal, carried = {}, cause, capture, isRepeat }, merchant, exchange) {
      const written = request.write({
        merchant,
        exchange,
        terminal,
        body: {},
        original: messageOfImage(image),
        carried,
        cause,
        ...(capture ? { capture } : {}),
      })
      return isRepeat ? asRepeat(written) : written
    },
    read(sent, answer) {
      const reading = answers.read(sent, answer)
      if (reading.kind === 'mismatched') return reading
      const { responseCode = '', details } = reading.findings
      const settlementDate = details?.['settlementDate']
      const settled = settlementDate === undefined ? {} : { settlementDate }
      const isNotFound = notFound.includes(responseCode)
      return {
        kind: isNotFound ? 'not-found' : MEANINGS[reading.verdict],
        responseCode,
        ...settled,
      }
    },
  }
}

function asRepeat(written: Written): Written {
  if (written.kind === 'refused') return written
  const { mti, fields } = written.message
  return { kind: 'written', message: { mti: repeatMtiOf(mti), fields } }
}

const MEANINGS = {
  approved: 'acknowledged',
  partial: 'undecided',
  declined: 'refused',
  unknown: 'undecided',
} as const satisfies Record<Verdict, string>
