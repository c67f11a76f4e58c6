/**
 * Faults told of another place: a part that repeats is compiled once, as the first of its kind, and
 * objects in hex are read from bytes of their own.
 */
import { DecodeError, EncodeError } from '../errors.ts'
import type { Leniency } from '../message.ts'
import type { Source } from './line.ts'

export type Move = (fault: Leniency) => Leniency

/** What to throw in place of an error caught: moved if it tells a place, else the same. */
export function movedError(error: unknown, move: Move): unknown {
  if (!(error instanceof DecodeError)) return error
  const { code, offset, path } = move(error)
  return new DecodeError(code, offset, path)
}

/** The same of a message to be packed, where paths are all there is. */
export function renamedError(error: unknown, rename: (path: string) => string): unknown {
  return error instanceof EncodeError ? new EncodeError(error.code, rename(error.path)) : error
}

/** Moves what has been let through since there were so many of it. */
export function moveLeniencies({ lenient }: Source, from: number, move: Move): void {
  if (lenient === undefined) return
  for (let index = from; index < lenient.length; index += 1) {
    lenient[index] = move(lenient[index] as Leniency)
  }
}
