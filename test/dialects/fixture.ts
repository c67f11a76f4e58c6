import { readFileSync } from 'node:fs'
import { dialectText, type Imported } from '#dialects'
import { compileDialect, type Dialect } from '#iso8583'

export function fixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
}

/** The dialect of an import, by way of the text of its file. */
export function compiled({ dialect }: Imported): Dialect {
  return compileDialect(JSON.parse(dialectText(dialect)))
}

export interface Vector {
  readonly mti: string
  readonly fields: Record<string, string>
  readonly hex: string
}

/** The 400 messages of a layout, on which jPOS and pyiso8583 agree. */
export function vectorsOf(layout: string): Vector[] {
  const lines = readFileSync(new URL(`../vectors/${layout}.jsonl`, import.meta.url), 'utf8')
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Notes as lines, as `kind path: reason`. */
export function told({ notes }: Pick<Imported, 'notes'>): string[] {
  return notes.map(({ kind, path, reason }) => `${kind} ${path}: ${reason}`)
}
