import {
  createGate,
  createParties,
  type Gate,
  mostlyCommon,
  type RetryBounds,
  type Share,
  type TurnedAway,
} from '#admission'
import type { Message } from '#iso8583'
import type { Clock } from '#platform'
import type { HostLink, HostReply, Reservation } from './ports.ts'

/** The way of payments to the host; what is owed to it has one of its own, which is not shared. */
type PaymentsWay = Pick<HostLink, 'reserve'>

export interface HostPlacesOptions {
  /** Payments that are put to the host at once. */
  readonly windowRequests: number
  /** While the host takes longer on average, fewer are put to it at once. */
  readonly answerWaitMs: number
  readonly retry: RetryBounds
  readonly turnedAway: TurnedAway
  readonly clock: Clock
}

/**
 * The way to the host, its window shared fairly between merchants, and no more of it given than the
 * host answers in time: a host that is asked more only takes longer, until all outcomes are
 * unknown.
 */
export function shareHost(host: PaymentsWay, options: HostPlacesOptions): PaymentsWay {
  const { windowRequests, answerWaitMs, retry, turnedAway, clock } = options
  const gate = createGate({ ...mostlyCommon(windowRequests), waitMs: answerWaitMs, retry })
  const merchants = createParties(() => gate.all)

  function full(merchant: string, share: Share): Reservation {
    turnedAway.note(`merchant ${merchant}`)
    return { kind: 'full', retryAfterMs: gate.retryAfterMs(share, clock.elapsedMs()) }
  }

  return {
    reserve(merchant) {
      const share = merchants.of(merchant)
      if (!gate.enter(share)) return full(merchant, share)
      const place = host.reserve(merchant)
      if (place.kind === 'reserved') return new SharedPlace(place, { gate, share, clock })
      gate.leave(share)
      return place.kind === 'full' ? full(merchant, share) : place
    },
  }
}

interface Sharing {
  readonly gate: Gate
  readonly share: Share
  readonly clock: Clock
}

/** A place in the host's window that is part of a merchant's share until it is free again. */
class SharedPlace {
  readonly kind = 'reserved'
  readonly #place: Place
  readonly #sharing: Sharing
  #isHeld = true

  constructor(place: Place, sharing: Sharing) {
    this.#place = place
    this.#sharing = sharing
  }

  async ask(message: Message): Promise<HostReply> {
    const { gate, share, clock } = this.#sharing
    if (!this.#isHeld) return this.#place.ask(message)
    this.#isHeld = false
    const sinceMs = clock.elapsedMs()
    const reply = await this.#place.ask(message)
    const nowMs = clock.elapsedMs()
    gate.leave(share, { nowMs, waitedMs: nowMs - sinceMs })
    return reply
  }

  release(): void {
    this.#place.release()
    if (!this.#isHeld) return
    this.#isHeld = false
    this.#sharing.gate.leave(this.#sharing.share)
  }
}

type Place = Extract<Reservation, { kind: 'reserved' }>
