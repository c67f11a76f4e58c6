import type { Note } from '#dialects'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { noteLines } from './notes.ts'
import { refuseToReplace, writeNew } from './spec-file.ts'

/** Formats of other programs. */
export const FORMATS = ['jpos', 'moov'] as const
export type Format = (typeof FORMATS)[number]

/** Where what was made goes, and how it is told. */
export interface Output {
  readonly out?: string
  readonly json?: true
}

interface Made {
  readonly text: string
  readonly notes: readonly Note[]
  /** What stands for the text in JSON. */
  readonly data: object
}

/** The file goes where it is asked for, and the report to standard error, or both into JSON. */
export function report(
  { text, notes, data }: Made,
  { out, json }: Output,
  outside: Outside,
): ExitCode {
  if (out !== undefined && !writeNew(out, text)) return refuseToReplace(out, outside)
  if (json) {
    say(outside, JSON.stringify({ ...(out === undefined ? data : { file: out }), notes }))
    return EXIT.done
  }
  if (out === undefined) outside.out.write(text)
  for (const line of noteLines(notes)) complain(outside, line)
  return EXIT.done
}
