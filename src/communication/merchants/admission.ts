import type { ListenerCounters } from './listener.ts'

/** How many requests may be in flight at once, counted over all listeners that share it. */
export interface Admission {
  /** What a request gets that finds no room. */
  readonly busyAnswer: Uint8Array
  /** Take a place; false when there is none. Each true is followed by one `leave`. */
  enter(): boolean
  leave(): void
  inFlight(): number
}

export interface AdmissionOptions {
  readonly requestsInFlightMax: number
  /** Plain JSON, the same bytes for every cause: nobody has proved who they are yet. */
  readonly busyAnswer: Uint8Array
}

export function createAdmission({ requestsInFlightMax, busyAnswer }: AdmissionOptions): Admission {
  let inFlight = 0
  return {
    busyAnswer,
    enter() {
      if (inFlight >= requestsInFlightMax) return false
      inFlight += 1
      return true
    },
    leave() {
      inFlight -= 1
    },
    inFlight: () => inFlight,
  }
}

/** Into an admission that is shared, the way of one listener: it counts what comes through. */
export function countedAdmission(admission: Admission, counters: ListenerCounters): Admission {
  return {
    ...admission,
    enter() {
      const entered = admission.enter()
      counters.requests += 1
      if (entered) counters.requestsInFlight += 1
      else counters.requestsBusy += 1
      return entered
    },
    leave() {
      admission.leave()
      counters.requestsInFlight -= 1
    },
  }
}
