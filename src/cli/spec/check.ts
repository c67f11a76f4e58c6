import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { reviewDialect } from '#dialects'
import { isJsonObject } from '#domain'
import type { Dialect } from '#iso8583'
import { type LocatedFault, locateFaults, parseSpec } from '#processing'
import {
  ProfileError,
  readCards,
  readConduct,
  readDialect,
  readLink,
  readMapping,
  readMessages,
  readSpec,
  readText,
} from '../../host-profile.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { faultInWords } from '../fault-words.ts'
import { type Outside, say } from '../outside.ts'
import { checkedPlan, isFolder, NAMED, specNamed } from './spec-file.ts'

interface Found {
  readonly file: string
  readonly faults: readonly LocatedFault[]
  readonly warnings: readonly LocatedFault[]
  /** Only that it is JSON was seen: what it says of the dialect has to wait for the dialect. */
  readonly unchecked?: true
}

const CHECK_EXAMPLE = `
Examples:
  sallyport spec check my-host/dialect.json
  sallyport spec check ./my-host        its dialect, mapping, link and conduct
  sallyport spec check meridian

Exit code 0 when it can be used, 1 when it has faults; warnings do not count.`

/** `sallyport spec check`: a dialect file, or all that a host's folder says. */
export function addCheck(spec: Command, outside: Outside, finish: Finish): void {
  spec
    .command('check')
    .argument('<dialect>', NAMED)
    .description('explain every fault of a dialect file, or of all files of a host')
    .option('--json', 'print JSON')
    .addHelpText('after', CHECK_EXAMPLE)
    .action((name: string, options: { json?: true }) => finish(checkSpec(name, options, outside)))
}

function checkSpec(name: string, { json }: { readonly json?: true }, outside: Outside): ExitCode {
  const found = foundOf(name).map((it) => ({
    ...it,
    faults: it.faults.map(faultInWords),
  }))
  const isFine = found.every(({ faults }) => faults.length === 0)
  if (json) say(outside, JSON.stringify(found))
  else for (const line of found.flatMap(foundLines)) say(outside, line)
  return isFine ? EXIT.done : EXIT.refused
}

function foundOf(name: string): Found[] {
  const unknown = checked(name, specNamed)
  if (unknown.faults.length > 0) return [unknown]
  const path = specNamed(name)
  if (isFolder(path)) return checkFolder(path)
  const other = otherFile(path)
  return [other ?? checkDialect(path)]
}

/** Files of a host by the member that each has and a dialect has not. */
const OTHERS = { messages: 'mapping', header: 'link', payments: 'conduct', cards: 'list of cards' }

/** A host's file that is no dialect is read with its dialect, by its folder. */
function otherFile(file: string): Found | undefined {
  const parsed = parseSpec(readText(file))
  const spec = parsed.kind === 'parsed' && isJsonObject(parsed.spec) ? parsed.spec : {}
  const [, kind] = Object.entries(OTHERS).find(([member]) => Object.hasOwn(spec, member)) ?? []
  if (kind === undefined || Object.hasOwn(spec, 'fields')) return undefined
  const reason = `is a ${kind}; check its folder: sallyport spec check ${join(dirname(file), '.')}/`
  return { file, faults: [{ line: 1, column: 1, path: '(file)', reason }], warnings: [] }
}

function checkDialect(file: string): Found {
  const checked = checkedPlan(file)
  if (checked.kind === 'faulty') return { file, faults: checked.faults, warnings: [] }
  const warnings = locateFaults(checked.text, reviewDialect(checked.plan))
  return { file, faults: [], warnings }
}

/** The files of a host that speak of its dialect's elements; those that it need not have last. */
const BESIDE: readonly {
  readonly name: string
  readonly isOptional?: true
  readonly read: (folder: string, dialect: Dialect) => unknown
}[] = [
  { name: 'mapping.json', read: (...of) => readMapping(...of, readMessages()) },
  { name: 'link.json', read: readLink },
  { name: 'conduct.json', isOptional: true, read: readConduct },
]

/** Every file for itself, so that a fault in one hides none in another. */
function checkFolder(folder: string): Found[] {
  const file = (name: string) => join(folder, name)
  const found = checkDialect(file('dialect.json'))
  const dialect = found.faults.length === 0 ? readDialect(found.file) : undefined
  const others = BESIDE.flatMap(({ name, isOptional, read }) => {
    if (isOptional && !existsSync(file(name))) return []
    if (dialect !== undefined) return [checked(file(name), () => read(resolve(folder), dialect))]
    return [{ ...checked(file(name), readSpec), unchecked: true as const }]
  })
  const cards = file('cards.json')
  return [found, ...others, ...(existsSync(cards) ? [checked(cards, (it) => readCards(it))] : [])]
}

function checked(file: string, read: (file: string) => unknown): Found {
  try {
    read(file)
    return { file, faults: [], warnings: [] }
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return { file, faults: error.faults, warnings: [] }
  }
}

function foundLines({ file, faults, warnings, unchecked }: Found): string[] {
  if (faults.length > 0) return faults.map((fault) => `${placeText(file, fault)}: ${fault.reason}`)
  if (unchecked) return [`${file} is JSON; what it says of the dialect was not checked`]
  const lines = warnings.map((it) => `${placeText(file, it)}: warning: ${it.reason}`)
  const told = warnings.length === 0 ? '' : `; warnings: ${warnings.length}`
  return [...lines, `${file} can be used${told}`]
}

function placeText(file: string, { line, column, path }: LocatedFault): string {
  return `${file}:${line}:${column} ${path}`
}
