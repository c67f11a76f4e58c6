import {
  createGate,
  createParties,
  createTurnedAway,
  type Gate,
  type Parties,
  type RetryBounds,
  Share,
  type TurnedAway,
} from '#admission'
import type { Clock, Log } from '#platform'
import { type Buffers, createBuffers } from './buffers.ts'

/** What all connections have in common that want messages let in. */
export interface Door {
  readonly lanes: readonly Lane[]
  /** Where a message will wait. */
  laneOf(message: Uint8Array): Lane
  readonly buffers: Buffers
  /** Messages let in and not answered. */
  inFlight: number
  /** Nothing may be let in, whoever it is from. */
  isFull(): boolean
  /** What is answered to a message that is turned away. */
  busyAnswer(retryAfterMs: number): Uint8Array
  readonly turnedAway: TurnedAway
  readonly clock: Clock
}

/** A queue that messages wait in to be opened, served by itself. */
export interface Lane {
  readonly index: number
  readonly gate: Gate
  readonly parties: Parties
}

export interface DoorOptions {
  /** Messages let in and not answered. */
  readonly requestsInFlightMax: number
  /** How long messages may wait to be opened, on average. */
  readonly openWaitMs: number
  /** Bytes held for all connections: messages begun or not opened, and answers not taken. */
  readonly bufferBytesMax: number
  readonly lanes: {
    readonly count: number
    /** The number of the lane that a message will wait in. */
    of(message: Uint8Array): number
  }
  readonly retry: RetryBounds
  /** Plain JSON: nobody has proved who they are yet. */
  busyAnswer(retryAfterMs: number): Uint8Array
  readonly clock: Clock
  readonly log: Log
}

export function openDoor(options: DoorOptions): Door {
  const { requestsInFlightMax, clock, log } = options
  const lanes = Array.from({ length: options.lanes.count }, (_, index) => openLane(index, options))
  const buffers = createBuffers(options.bufferBytesMax)
  const busyAnswers = new Map<number, Uint8Array>()

  const door: Door = {
    lanes,
    laneOf(message) {
      const lane = lanes[options.lanes.of(message)]
      if (lane === undefined) throw new RangeError('there is no such lane')
      return lane
    },
    buffers,
    inFlight: 0,
    isFull: () => door.inFlight >= requestsInFlightMax || buffers.isFull(),
    busyAnswer(retryAfterMs) {
      const known = busyAnswers.get(retryAfterMs)
      if (known !== undefined) return known
      const made = options.busyAnswer(retryAfterMs)
      busyAnswers.set(retryAfterMs, made)
      return made
    },
    turnedAway: createTurnedAway({
      ...{ clock, log, event: 'messages-turned-away' },
      facts: () => ({
        inFlight: door.inFlight,
        mayWait: Math.floor(lanes.reduce((sum, { gate }) => sum + gate.commonPlaces(), 0)),
        bufferBytes: buffers.bytes(),
      }),
    }),
    clock,
  }
  return door
}

function openLane(index: number, options: DoorOptions): Lane {
  const { requestsInFlightMax, openWaitMs, retry } = options
  const gate = createGate({
    placesMax: requestsInFlightMax,
    common: { atStart: WAITING_AT_START, min: WAITING_MIN, max: requestsInFlightMax },
    waitMs: openWaitMs,
    retry,
  })
  const strangers = new Share(gate.all)
  const parties = createParties((name) => (name.startsWith(STRANGER) ? strangers : gate.all))
  return { index, gate, parties }
}

/** Before anything was measured. */
const WAITING_AT_START = 256
/** However slow the machine is: so many at once are no flood. */
const WAITING_MIN = 64

/** How the names of those begin who have shown nothing. All of them together are one party. */
export const STRANGER = 'address '
