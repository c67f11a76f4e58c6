/** A request that waits for its answer, as far as matching is concerned. */
export interface Waiter {
  /** Version, class and the elements that the answer will echo. */
  readonly key: string
  /** Elapsed time when it was asked: its timeout and its key's rest both run from then. */
  readonly askedAtMs: number
  /** Whether a byte of it may have reached the host. */
  readonly left: boolean
  /**
   * Whether it says that it was sent before, and so may take the place of one that got no answer.
   */
  readonly repeat: boolean
}

export interface PendingTimes {
  readonly answerTimeoutMs: number
  /** From the request on, how long the host may still answer; not less than `answerTimeoutMs`. */
  readonly lateAnswerMaxMs: number
  /**
   * How many answered keys are remembered at least, and half of how many at most, to tell a second
   * answer from an unknown one.
   */
  readonly answeredKeysMax: number
}

type Matched<W> =
  | { readonly kind: 'awaited'; readonly waiter: W }
  /** Its request was given up: the answer must not reach any payment. */
  | { readonly kind: 'late' }
  /** Its request was answered before. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'unknown' }

/**
 * Which answer belongs to which request.
 *
 * A key is open while its request waits. When no answer came, it rests until the host can no longer
 * send one, so that a late answer never meets a new request. All timeouts are equal, hence the
 * oldest request is always the next one due and no request needs a timer.
 */
export interface Pending<W extends Waiter> {
  openCount(): number
  /** Keys of requests given up that the host may still answer. */
  restingCount(): number
  /** @returns false, and takes nothing, when the key is open, resting or was just answered. */
  add(waiter: W): boolean
  /** Whose answer has come; a request that waited for it is closed, as answered. */
  match(key: string, nowMs: number): Matched<W>
  /** What {@link Pending.match} would say, and nothing is closed. */
  peek(key: string, nowMs: number): Matched<W>
  /** Close a request without an answer: its key rests if it left, and is free again if not. */
  giveUp(waiter: W, nowMs: number): void
  /** Give up, and return, every request whose time is over. */
  expire(nowMs: number): W[]
  /** When the next one is due; undefined when none is open. */
  nextDueMs(): number | undefined
  open(): Iterable<W>
}

export function createPending<W extends Waiter>(times: PendingTimes): Pending<W> {
  const open = new Map<string, W>()
  const resting = createRestingKeys()
  const answered = createAnsweredKeys(times.answeredKeysMax)

  function giveUp(waiter: W, nowMs: number): void {
    open.delete(waiter.key)
    if (waiter.left) resting.add(waiter.key, waiter.askedAtMs + times.lateAnswerMaxMs, nowMs)
  }

  function peek(key: string, nowMs: number): Matched<W> {
    const waiter = open.get(key)
    if (waiter?.left) return { kind: 'awaited', waiter }
    if (resting.has(key, nowMs)) return { kind: 'late' }
    return { kind: answered.has(key, nowMs) ? 'duplicate' : 'unknown' }
  }

  return {
    openCount: () => open.size,
    restingCount: resting.count,
    add(waiter) {
      const { key, askedAtMs, repeat } = waiter
      if (open.has(key) || answered.has(key, askedAtMs)) return false
      if (resting.has(key, askedAtMs)) {
        if (!repeat) return false
        resting.forget(key)
      }
      open.set(key, waiter)
      return true
    },
    match(key, nowMs) {
      const matched = peek(key, nowMs)
      if (matched.kind === 'awaited') {
        open.delete(key)
        answered.add(key, matched.waiter.askedAtMs + times.lateAnswerMaxMs)
      }
      return matched
    },
    peek,
    giveUp,
    expire(nowMs) {
      const due: W[] = []
      for (const waiter of open.values()) {
        if (nowMs - waiter.askedAtMs < times.answerTimeoutMs) break
        due.push(waiter)
      }
      for (const waiter of due) giveUp(waiter, nowMs)
      return due
    },
    nextDueMs() {
      for (const waiter of open.values()) return waiter.askedAtMs + times.answerTimeoutMs
      return undefined
    },
    open: () => open.values(),
  }
}

/** Keys that no request may take yet, each until its own moment. */
function createRestingKeys() {
  const untilMs = new Map<string, number>()

  function forgetPast(nowMs: number): void {
    for (const [key, until] of untilMs) {
      if (until > nowMs) return
      untilMs.delete(key)
    }
  }

  return {
    has: (key: string, nowMs: number) => isAfter(untilMs.get(key), nowMs),
    add(key: string, until: number, nowMs: number): void {
      untilMs.set(key, until)
      forgetPast(nowMs)
    },
    forget: (key: string) => untilMs.delete(key),
    count: () => untilMs.size,
  }
}

/**
 * The keys answered last, in two generations: when the younger is full it becomes the elder, and
 * the elder is dropped whole. Taking them out one by one would cost more than all the rest of
 * matching.
 */
function createAnsweredKeys(keysMax: number) {
  let younger = new Map<string, number>()
  let elder = new Map<string, number>()

  return {
    has: (key: string, nowMs: number) => isAfter(younger.get(key) ?? elder.get(key), nowMs),
    add(key: string, until: number): void {
      if (younger.size >= keysMax) {
        elder = younger
        younger = new Map()
      }
      younger.set(key, until)
    },
  }
}

function isAfter(untilMs: number | undefined, nowMs: number): boolean {
  return untilMs !== undefined && untilMs > nowMs
}
