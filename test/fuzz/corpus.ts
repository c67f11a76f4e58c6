/**
 * Kept inputs: `corpus/TARGET/WHAT-IT-SHOWED.hex`, or `.json` and `.xml` where the input is text.
 * A name says which defect the input once showed, or what it is made to be.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Kept {
  readonly name: string
  readonly input: Buffer
}

const FOLDER = join(import.meta.dirname, 'corpus')

export function keptFor(target: string): Kept[] {
  const folder = join(FOLDER, target)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name: `${target}/${name}`, input: inputOf(join(folder, name)) }))
}

/** Writes an input where it can be looked at, and returns the file. */
export function keep(folder: string, target: string, input: Buffer): string {
  mkdirSync(join(folder, target), { recursive: true })
  const isText = /^(dialect|import|message|link|mapping)/.test(target)
  const file = join(folder, target, `finding.${isText ? 'txt' : 'hex'}`)
  writeFileSync(file, isText ? input : `${input.toString('hex')}\n`)
  return file
}

/** Hex may stand in several lines, with spaces where people want them. */
function inputOf(file: string): Buffer {
  const bytes = readFileSync(file)
  return file.endsWith('.hex') ? Buffer.from(bytes.toString().replace(/\s/g, ''), 'hex') : bytes
}
