/**
 * Bytes of unknown origin: which dialects can read them, behind which header, and where the others
 * stop. Nothing of what they hold is told, but what a dialect that fits says of the message.
 */

import type { Dialect } from '../dialect.ts'
import { DecodeError, type DecodeErrorCode } from '../errors.ts'
import type { FrameHeader } from '../framing/frame-header.ts'
import type { Message } from '../message.ts'
import { type CapturedFrame, frameBehind, framesIn, isWhole } from './capture-frames.ts'
import { hintsOf, misfitHint } from './hints.ts'

export interface DialectCandidate {
  readonly name: string
  readonly dialect: Dialect
  /** The header of the host's line, where it is known. */
  readonly header?: FrameHeader
}

/** One way to take what was pasted: "hex", "text", "hex of hex". */
export interface Reading {
  readonly how: string
  readonly bytes: Uint8Array
}

export interface Diagnosis {
  /** One for each candidate: those that fit, the likeliest first; then those that got furthest. */
  readonly verdicts: readonly Verdict[]
  /** What can be seen of the bytes of the first reading, in words; only when nothing fits. */
  readonly hints: readonly string[]
}

export type Verdict = Fit | Misfit

export interface Fit extends Attempt {
  readonly kind: 'fit'
  readonly message: Message
}

export interface Misfit extends Attempt {
  readonly kind: 'misfit'
  readonly code: DecodeErrorCode
  /** In bytes from the start of the message, which is at `frame.at` of the capture. */
  readonly offset: number
  readonly path: string
  /** What the bytes at the fault look like, in words. */
  readonly hint: string | undefined
}

interface Attempt {
  readonly candidate: DialectCandidate
  readonly how: string
  readonly frame: CapturedFrame
  /** Whether the candidate's own header stands there. */
  readonly isOwnHeader: boolean
}

/** Bounds of the work: every candidate is tried on every frame of every reading. */
export const DIAGNOSED_BYTES_MAX = 65_535
export const DIAGNOSED_CANDIDATES_MAX = 64
export const DIAGNOSED_READINGS_MAX = 4

/** Throws `RangeError` when there is more of anything than the bounds allow. */
export function diagnose(
  readings: readonly Reading[],
  candidates: readonly DialectCandidate[],
): Diagnosis {
  checkBounds(readings, candidates)
  const known = candidates.flatMap(({ name, header }) =>
    header === undefined ? [] : [{ name: `the header of ${name}`, header }],
  )
  const tries = readings.map((reading) => ({ reading, frames: framesIn(reading.bytes, known) }))
  const verdicts = candidates
    .map((candidate) => bestOf(candidate, tries))
    .filter((judged) => judged !== undefined)
    .sort(byLikelihood)
    .map(({ verdict }) => verdict)
  const fits = verdicts.some(({ kind }) => kind === 'fit')
  return { verdicts, hints: fits ? [] : readings.slice(0, 1).flatMap(hintsOf) }
}

function checkBounds(readings: readonly Reading[], candidates: readonly DialectCandidate[]): void {
  const bytes = Math.max(0, ...readings.map((reading) => reading.bytes.byteLength))
  if (bytes > DIAGNOSED_BYTES_MAX) throw new RangeError(`over ${DIAGNOSED_BYTES_MAX} bytes`)
  if (candidates.length > DIAGNOSED_CANDIDATES_MAX) {
    throw new RangeError(`over ${DIAGNOSED_CANDIDATES_MAX} dialects`)
  }
  if (readings.length > DIAGNOSED_READINGS_MAX) {
    throw new RangeError(`over ${DIAGNOSED_READINGS_MAX} readings`)
  }
}

interface Try {
  readonly reading: Reading
  readonly frames: readonly CapturedFrame[]
}

/**
 * A fit in any reading, else how far the first reading got: the others are guesses, which only a
 * fit confirms. Undefined when there was nothing to read at all.
 */
function bestOf(candidate: DialectCandidate, tries: readonly Try[]): Judged | undefined {
  const [first, ...others] = tries.map((it) => judgedIn(candidate, it))
  const fits = others.flat().filter(({ verdict }) => verdict.kind === 'fit')
  return [...(first ?? []), ...fits].sort(byLikelihood)[0]
}

/** A verdict and what speaks against it: the less, the likelier. */
interface Judged {
  readonly verdict: Verdict
  readonly doubts: number
}

function judgedIn(
  candidate: DialectCandidate,
  { reading: { how, bytes }, frames }: Try,
): readonly Judged[] {
  const { name, header } = candidate
  const own = header && frameBehind(bytes, { name, header })
  return frames.map((frame) => {
    const isOwnHeader = own !== undefined && own.at === frame.at && own.bytes === frame.bytes
    const verdict = verdictOf({ candidate, how, frame, isOwnHeader }, bytes)
    return { verdict, doubts: doubtsOf(verdict) }
  })
}

function verdictOf(attempt: Attempt, bytes: Uint8Array): Verdict {
  const { candidate, frame } = attempt
  const message = bytes.subarray(frame.at, frame.at + frame.bytes)
  try {
    return { kind: 'fit', ...attempt, message: candidate.dialect.unpack(message) }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const { code, offset, path } = error
    return { kind: 'misfit', ...attempt, code, offset, path, hint: misfitHint(error, message) }
  }
}

/**
 * A sort that keeps the order of candidates, and of their readings and headers, where two are
 * equally likely.
 */
function byLikelihood(a: Judged, b: Judged): number {
  return a.doubts - b.doubts
}

/**
 * What speaks against a fit, the weightiest first; against a misfit more, the less of the message
 * was read.
 */
function doubtsOf(verdict: Verdict): number {
  if (verdict.kind === 'misfit') return 2 ** 4 + DIAGNOSED_BYTES_MAX - verdict.offset
  const { candidate, frame, message, isOwnHeader } = verdict
  const [type] = candidate.dialect.describe({ mti: message.mti, fields: {} })
  const isNamed = type?.meaning !== undefined
  const isStrict = message.lenient === undefined
  return [isWhole(frame), isNamed, isStrict, isOwnHeader].reduce(
    (sum, it) => 2 * sum + (it ? 0 : 1),
    0,
  )
}
