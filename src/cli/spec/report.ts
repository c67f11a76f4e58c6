import { existsSync, writeFileSync } from 'node:fs'
import type { Note } from '#dialects'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { noteLines } from './notes.ts'

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
  /** Of what comes from another format or goes to one. */
  readonly notes?: readonly Note[]
  /** What stands for the text in JSON. */
  readonly data: object
}

/**
 * The text goes where it is asked for, and its notes to standard error, or both into JSON. A file
 * that is there may hold somebody's work, and stays.
 */
export function report(
  { text, notes, data }: Made,
  { out, json }: Output,
  outside: Outside,
): ExitCode {
  if (out !== undefined && existsSync(out)) {
    complain(outside, `${out} is there already and stays as it is`)
    return EXIT.refused
  }
  if (out !== undefined) writeFileSync(out, text, { flag: 'wx' })
  if (json) {
    say(outside, JSON.stringify({ ...(out === undefined ? data : { file: out }), notes }))
    return EXIT.done
  }
  if (out === undefined) outside.out.write(text)
  for (const line of noteLines(notes ?? [])) complain(outside, line)
  return EXIT.done
}
