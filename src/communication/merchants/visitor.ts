import { type Served, Share } from '#admission'
import { Holding } from './buffers.ts'
import { type Door, type Lane, STRANGER } from './door.ts'
import type { ListenerCounters } from './listener.ts'
import { networkOf } from './network.ts'
import type { Peer } from './tls.ts'

/** One merchant's connection, as far as letting its messages in is concerned. */
export class Visitor {
  readonly peer: Peer
  /** Memory held for the connection, but for messages that were let in. */
  readonly holding: Holding
  readonly #door: Door
  readonly #counters: ListenerCounters
  readonly #unprovedName: string
  /** Whom it counts as. */
  #name: string
  /** By lane; most connections use one alone. */
  readonly #shares: (Share | undefined)[] = []

  constructor(peer: Peer, door: Door, counters: ListenerCounters) {
    this.peer = peer
    this.holding = new Holding(door.buffers)
    this.#door = door
    this.#counters = counters
    this.#unprovedName = nameOf(peer)
    this.#name = this.#unprovedName
  }

  /** Let a message in. @returns its visit, or what to answer at once */
  enter(message: Uint8Array): Visit | Uint8Array {
    const door = this.#door
    const lane = door.laneOf(message)
    const share = this.#shareIn(lane)
    this.#counters.requests += 1
    if (door.isFull() || !lane.gate.enter(share)) return this.#turnAway(lane)
    this.#counters.requestsInFlight += 1
    door.inFlight += 1
    door.buffers.change(message.byteLength)
    return new Visit(this, { door, lane, share, bytes: message.byteLength })
  }

  /** From now on it counts as this merchant's, or as nobody's. */
  countAs(merchant: string | undefined): void {
    const name = merchant === undefined ? this.#unprovedName : `merchant ${merchant}`
    if (name === this.#name) return
    this.#name = name
    for (const lane of this.#door.lanes) this.#shares[lane.index]?.moveTo(lane.parties.of(name))
  }

  noteEnd(): void {
    this.#counters.requestsInFlight -= 1
  }

  /** Whoever holds nothing may have been forgotten as a party. */
  #shareIn(lane: Lane): Share {
    const known = this.#shares[lane.index]
    if (known !== undefined && known.held > 0) return known
    const party = lane.parties.of(this.#name)
    const share = known ?? new Share(party)
    share.moveTo(party)
    this.#shares[lane.index] = share
    return share
  }

  #turnAway(lane: Lane): Uint8Array {
    const { turnedAway, clock, busyAnswer } = this.#door
    this.#counters.requestsBusy += 1
    turnedAway.note(this.#name)
    const party = lane.parties.of(this.#name)
    return busyAnswer(lane.gate.retryAfterMs(party, clock.elapsedMs()))
  }
}

interface Entry {
  readonly door: Door
  readonly lane: Lane
  readonly share: Share
  readonly bytes: number
}

/** One message that was let in, until it is answered. */
export class Visit {
  readonly #visitor: Visitor
  readonly #entry: Entry
  readonly #sinceMs: number
  #isWaiting = true

  constructor(visitor: Visitor, entry: Entry) {
    this.#visitor = visitor
    this.#entry = entry
    this.#sinceMs = entry.door.clock.elapsedMs()
  }

  get peer(): Peer {
    return this.#visitor.peer
  }

  /** The message was opened, and is this merchant's, or nobody's. */
  opened(merchant: string | undefined): void {
    if (!this.#isWaiting) return
    const nowMs = this.#entry.door.clock.elapsedMs()
    this.#stopWaiting({ nowMs, waitedMs: nowMs - this.#sinceMs })
    this.#visitor.countAs(merchant)
  }

  /** It is answered, or never will be. Called once. */
  end(): void {
    if (this.#isWaiting) this.#stopWaiting()
    this.#entry.door.inFlight -= 1
    this.#visitor.noteEnd()
  }

  #stopWaiting(served?: Served): void {
    const { door, lane, share, bytes } = this.#entry
    this.#isWaiting = false
    lane.gate.leave(share, served)
    door.buffers.change(-bytes)
  }
}

/** Whoever shows a certificate is not just anybody, although only a message proves a merchant. */
function nameOf({ address, certificateFingerprint }: Peer): string {
  return certificateFingerprint === undefined
    ? `${STRANGER}${networkOf(address)}`
    : `certificate ${certificateFingerprint}`
}
