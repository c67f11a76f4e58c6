import {
  createGate,
  createParties,
  mostlyCommon,
  type RetryBounds,
  type Share,
  type TurnedAway,
} from '#admission'
import { type MerchantRequest, type Refusal, refusal } from '#domain'
import type { Clock } from '#platform'

/** Leave to have a request conducted, shared fairly between merchants. */
export interface Turns {
  take(operation: MerchantRequest['operation'], merchant: string): Turn
}

export type Turn =
  | {
      readonly kind: 'taken'
      /** The request has its answer. Called once. */
      end(): void
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export interface TurnsOptions {
  /** Requests under way in all, those included that are not opened yet. */
  readonly requestsInFlightMax: number
  readonly retry: RetryBounds
  readonly turnedAway: TurnedAway
  readonly clock: Clock
}

/**
 * New payments have one half of the requests under way; the other half is for whatever asks about a
 * payment or takes it back, so that no flood of payments can refuse those.
 */
export function createTurns(options: TurnsOptions): Turns {
  const half = Math.ceil(options.requestsInFlightMax / 2)
  const payments = createHalf(half, options)
  const questions = createHalf(half, options)
  return {
    take(operation, merchant) {
      return (TAKING.has(operation) ? payments : questions).take(merchant)
    },
  }
}

/** What takes or holds money, or has something kept for that. */
const TAKING: ReadonlySet<MerchantRequest['operation']> = new Set([
  'card.register',
  'payment.authorize',
  'payment.sale',
  'payment.increment',
  'tab.open',
  'tab.charge',
] as const)

function createHalf(placesMax: number, { retry, turnedAway, clock }: TurnsOptions) {
  const gate = createGate({ ...mostlyCommon(placesMax), retry })
  const merchants = createParties(() => gate.all)

  function refuse(merchant: string, share: Share): Turn {
    turnedAway.note(`merchant ${merchant}`)
    const retryAfterMs = gate.retryAfterMs(share, clock.elapsedMs())
    const busy = refusal('BUSY', 'too many requests of this merchant are under way')
    return { kind: 'refused', refusal: { ...busy, retryAfterMs } }
  }

  return {
    take(merchant: string): Turn {
      const share = merchants.of(merchant)
      if (!gate.enter(share)) return refuse(merchant, share)
      const sinceMs = clock.elapsedMs()
      return {
        kind: 'taken',
        end() {
          const nowMs = clock.elapsedMs()
          gate.leave(share, { nowMs, waitedMs: nowMs - sinceMs })
        },
      }
    },
  }
}
