import type { MerchantClient, MerchantResult, PaymentInput } from '#merchant-client'
import { type Answer, changeFault, type Told } from './agreement.ts'

/** What a merchant may do about a payment of its own. */
export type Step = 'pay' | 'reverse' | 'capture' | 'inquire'

/**
 * `later`: it is not done yet, and nothing of it is in the gateway's hands. `lost`: nobody knows.
 */
export type StepEnd = 'heard' | 'later' | 'lost'

/** One payment in its merchant's hands: what is asked about it, and what was heard. */
export interface Errand extends Told {
  readonly id: string
  /** What is still to be done, in order. */
  steps: readonly Step[]
  take(step: Step, client: MerchantClient): Promise<StepEnd>
  /** When it was last told how the payment stands, wall time; 0 before. */
  readonly heardAtMs: number
  /** What was heard and cannot be. */
  readonly faults: readonly string[]
}

export interface ErrandPlan {
  readonly operation: 'sale' | 'authorize'
  readonly pan: string
  readonly steps: readonly Step[]
}

/** @param number its amount in minor units, and what its id is made from */
export function createErrand(number: number, { operation, pan, steps }: ErrandPlan): Errand {
  const payment: PaymentInput = {
    id: `order-${number}`,
    amount: { value: String(number), currency: 'USD' },
    card: { pan, expiry: '3012', entryMode: 'ecommerce' },
  }
  // What is captured is half of it at least, of one minor unit all.
  const part = Math.ceil(number / 2)
  const faults: string[] = []
  const told: Mutable<Told & Pick<Errand, 'heardAtMs'>> = { amountMinor: number, heardAtMs: 0 }

  function ask(step: Step, client: MerchantClient): Promise<MerchantResult> {
    switch (step) {
      case 'pay':
        return client[operation](payment)
      case 'reverse':
        told.wish ??= 'asked'
        return client.reverse(payment.id)
      case 'capture':
        told.capture ??= { minor: part, isTaken: false }
        return client.capture(payment.id, { value: String(part), currency: 'USD' })
      case 'inquire':
        return client.inquire(payment.id)
    }
  }

  function hear(step: Step, result: MerchantResult): StepEnd {
    switch (result.kind) {
      case 'unreachable':
        return 'lost'
      case 'refused':
        return hearRefusal(step, result.code)
      case 'unseen':
        told.wish = 'unseen'
        return 'heard'
      case 'echo':
      case 'registered':
      case 'forgotten':
        faults.push(`${payment.id} was answered with ${result.kind}`)
        return 'heard'
      default:
        return hearAnswer(step, result.answer)
    }
  }

  function hearRefusal(step: Step, code: string): StepEnd {
    if (FOR_THE_MOMENT.has(code)) return 'later'
    if (code === 'PAYMENT_REVERSED' && told.wish !== undefined) told.wish = 'unseen'
    else if (step === 'capture' && code === 'CAPTURE_NOT_ALLOWED' && !holds(told.last)) {
      return 'heard'
    } else if (step !== 'inquire' || code !== 'PAYMENT_NOT_FOUND' || told.last !== undefined) {
      faults.push(`${payment.id} was refused: ${code}`)
    }
    return 'heard'
  }

  function hearAnswer(step: Step, answer: Answer): StepEnd {
    const fault = changeFault(told, answer)
    if (fault !== undefined) faults.push(`${payment.id} ${fault}`)
    told.last = answer
    told.heardAtMs = Date.now()
    if (step === 'capture') told.capture = { minor: part, isTaken: true }
    if (step !== 'reverse') return 'heard'
    // What is under way cannot be reversed yet.
    if (answer['outcome'] === 'pending') return 'later'
    told.wish = 'taken'
    return 'heard'
  }

  return Object.assign(told, {
    id: payment.id,
    steps,
    faults,
    take: async (step: Step, client: MerchantClient) => hear(step, await ask(step, client)),
  })
}

/** Whether there is something to capture, as it was last told. */
function holds(last: Answer | undefined): boolean {
  return ['approved', 'capturing', 'captured'].includes(String(last?.['outcome']))
}

type Mutable<T> = { -readonly [Member in keyof T]: T[Member] }

const FOR_THE_MOMENT: ReadonlySet<string> = new Set(['BUSY', 'DRAINING', 'HOST_UNAVAILABLE'])
