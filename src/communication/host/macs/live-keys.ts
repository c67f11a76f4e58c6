import type { Clock } from '#platform'
import type { KeptKey, KeyHolder, MacKey } from './key-holder.ts'

/** A working key with the number that it goes by, which is empty where keys have none. */
export interface NumberedKey {
  readonly key: MacKey
  readonly index: string
}

/**
 * The working keys of one host: one makes, and during a change two verify.
 *
 * A key verifies from the moment that the other side may have it, and makes once both certainly do;
 * the one before goes on verifying for a bounded time. When both sides begin a change at once,
 * messages made with the first key are under way while the third comes: then there are more.
 */
export interface LiveKeys {
  /** What our messages are made with; undefined while there is none. */
  making(): NumberedKey | undefined
  /** What a message may have been made with; all, when it says no number. */
  verifying(index: string | undefined): readonly MacKey[]
  /** How long the making key has been live. */
  ageMs(): number
  /** The other side may have this key: let it verify. */
  offer(next: NumberedKey): void
  /** A restart goes on with this key and those that are live, once this resolves. */
  secure(next: NumberedKey): Promise<void>
  /** Make with this key from now on. */
  makeWith(next: NumberedKey): void
  /** None is trusted any more; when this resolves, not by a restart either. */
  drop(): Promise<void>
}

interface Dated extends NumberedKey {
  readonly sinceMs: number
}

/** A key that another has followed: until when it verifies, by the wall's clock and ours. */
interface Former extends Dated {
  readonly untilMs: number
  readonly untilElapsedMs: number
}

export interface LiveKeysParts {
  readonly holder: KeyHolder
  readonly clock: Clock
  readonly bothLiveMs: number
}

/** Keys that verify beside the making one: offered, and followed. The oldest make room. */
const OFFERED_MAX = 2
const FORMER_MAX = 3

/** With the keys that the gateway had when it last ran. */
export function createLiveKeys({ holder, clock, bothLiveMs }: LiveKeysParts): LiveKeys {
  const [newest, ...before] = holder.kept
  let current = newest && datedOf(newest)
  let formers: readonly Former[] = before.map((kept) => restored(kept))
  let offered: readonly NumberedKey[] = []

  /** The wall's time may have jumped meanwhile: no key gets more than it had. */
  function restored(kept: KeptKey): Former {
    const { untilMs = 0 } = kept
    const leftMs = Math.min(Math.max(0, untilMs - clock.nowMs()), bothLiveMs)
    return { ...datedOf(kept), untilMs, untilElapsedMs: clock.elapsedMs() + leftMs }
  }

  function liveFormers(): readonly Former[] {
    return formers.filter(({ untilElapsedMs }) => clock.elapsedMs() < untilElapsedMs)
  }

  /** Those that would verify once another makes. */
  function followed(): readonly Former[] {
    if (current === undefined) return liveFormers()
    const untilMs = clock.nowMs() + bothLiveMs
    const untilElapsedMs = clock.elapsedMs() + bothLiveMs
    const former = { ...current, untilMs, untilElapsedMs }
    return [former, ...liveFormers()].slice(0, FORMER_MAX)
  }

  return {
    making: () => current,
    verifying(index) {
      const keys = [...(current ? [current] : []), ...offered, ...liveFormers()]
      return keys.filter((it) => (index ?? it.index) === it.index).map(({ key }) => key)
    },
    ageMs: () => (current === undefined ? 0 : clock.nowMs() - current.sinceMs),
    offer(next) {
      offered = [next, ...offered].slice(0, OFFERED_MAX)
    },
    secure(next) {
      const before = followed().map(({ untilElapsedMs: _, ...kept }) => kept)
      return holder.keep([{ ...next, sinceMs: clock.nowMs() }, ...before])
    },
    makeWith(next) {
      offered = offered.filter((it) => it !== next)
      formers = followed()
      current = { ...next, sinceMs: clock.nowMs() }
    },
    drop() {
      current = undefined
      formers = []
      offered = []
      return holder.keep([])
    },
  }
}

function datedOf({ key, index = '', sinceMs }: KeptKey): Dated {
  return { key, index, sinceMs }
}
