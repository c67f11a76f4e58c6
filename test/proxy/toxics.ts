import { setTimeout as wait } from 'node:timers/promises'
import type { Seeded } from '../fakes/seeded.ts'

/**
 * What a network does to one direction of a connection. `afterBytes` counts those that have passed
 * since the toxic was given; with 0 it waits for the first and lets nothing pass.
 */
export type Toxic =
  /** Everything comes later, give or take the jitter, and as much of it as before. */
  | { readonly kind: 'latency'; readonly delayMs: number; readonly jitterMs?: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** In pieces of at most so many bytes, with a rest after each. */
  | { readonly kind: 'slices'; readonly bytesMax: number; readonly pauseMs?: number }
  /** Both sides are closed. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Both sides get a reset. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** This direction is ended, the other goes on. */
  | { readonly kind: 'half-close'; readonly afterBytes: number }
  /**
   * Nothing arrives any more, not even the end, and nobody is told: the other side is gone, or the
   * network. Both sides are closed so long after the first loss, when that is given.
   */
  | { readonly kind: 'silence'; readonly afterBytes: number; readonly cutAfterMs?: number }
  /** The end of this direction comes later than what was before it. */
  | { readonly kind: 'slow-end'; readonly delayMs: number }

/** What comes through one direction, and when it was read in elapsed milliseconds. */
export type Passing =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly readAtMs: number }
  /** `end`: of this direction; the others are of the whole connection. */
  | { readonly kind: 'end' | 'cut' | 'reset'; readonly readAtMs: number }

/** A toxic at work on one direction of one connection: what becomes of each thing, in order. */
export type Effect = (passing: Passing) => AsyncIterable<Passing>

/** @param random what slices and jitter are taken from */
export function effectOf(toxic: Toxic, random: Seeded): Effect {
  switch (toxic.kind) {
    case 'latency':
      return delayed(toxic, random)
    case 'bandwidth':
      return paced(toxic.bytesPerSecond)
    case 'slices':
      return sliced(toxic, random)
    case 'cut':
    case 'reset':
      return endedAfter(toxic.afterBytes, toxic.kind)
    case 'half-close':
      return endedAfter(toxic.afterBytes, 'end')
    case 'silence':
      return silentAfter(toxic)
    case 'slow-end':
      return slowEnd(toxic.delayMs)
  }
}

type Of<Kind extends Toxic['kind']> = Extract<Toxic, { readonly kind: Kind }>

function delayed({ delayMs, jitterMs = 0 }: Of<'latency'>, random: Seeded): Effect {
  return async function* (passing) {
    const jitteredMs = delayMs - jitterMs + random.below(2 * jitterMs + 1)
    const leftMs = passing.readAtMs + jitteredMs - performance.now()
    if (leftMs > 0) await wait(leftMs)
    yield passing
  }
}

/** A slow line gives little and often. */
const PACE_MS = 20

function paced(bytesPerSecond: number): Effect {
  const bytesMax = Math.max(1, Math.floor((bytesPerSecond * PACE_MS) / 1000))
  return async function* (passing) {
    for (const part of partsOf(passing, () => bytesMax)) {
      if (part.kind === 'bytes') await wait((1000 * part.bytes.length) / bytesPerSecond)
      yield part
    }
  }
}

function sliced({ bytesMax, pauseMs }: Of<'slices'>, random: Seeded): Effect {
  return async function* (passing) {
    for (const part of partsOf(passing, () => 1 + random.below(bytesMax))) {
      yield part
      if (part.kind === 'bytes' && pauseMs !== undefined) await wait(pauseMs)
    }
  }
}

function* partsOf(passing: Passing, nextBytes: () => number): Generator<Passing> {
  if (passing.kind !== 'bytes') return yield passing
  for (let at = 0; at < passing.bytes.length; ) {
    const end = at + nextBytes()
    yield { ...passing, bytes: passing.bytes.subarray(at, end) }
    at = end
  }
}

function endedAfter(afterBytes: number, kind: 'end' | 'cut' | 'reset'): Effect {
  const split = splitAfter(afterBytes)
  return async function* (passing) {
    const { before, isAllGone } = split(passing)
    yield* before
    if (isAllGone) yield { kind, readAtMs: passing.readAtMs }
  }
}

function silentAfter({ afterBytes, cutAfterMs }: Of<'silence'>): Effect {
  const split = splitAfter(afterBytes)
  return async function* (passing) {
    const { before, isLost } = split(passing)
    yield* before
    if (!isLost || cutAfterMs === undefined) return
    await wait(cutAfterMs)
    yield { kind: 'cut', readAtMs: passing.readAtMs }
  }
}

/** What still passes of each thing when only so many bytes may. */
function splitAfter(afterBytes: number) {
  let left = afterBytes
  return (passing: Passing) => {
    const wasGone = left === 0
    if (passing.kind !== 'bytes') {
      return { before: wasGone ? [] : [passing], isAllGone: wasGone, isLost: wasGone }
    }
    const bytes = passing.bytes.subarray(0, left)
    left -= bytes.length
    const before = bytes.length === 0 ? [] : [{ ...passing, bytes }]
    return { before, isAllGone: left === 0, isLost: bytes.length < passing.bytes.length }
  }
}

function slowEnd(delayMs: number): Effect {
  return async function* (passing) {
    if (passing.kind === 'end') await wait(delayMs)
    yield passing
  }
}
