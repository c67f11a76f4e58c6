import type { Command } from 'commander'
import { compareDialects, type Difference, type SettingChange } from '#dialects'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { type Outside, say } from '../outside.ts'
import { NAMED, readPlan } from './spec-file.ts'

const DIFF_EXAMPLE = `
Examples:
  sallyport spec diff 1987-ascii meridian
  sallyport spec diff old/dialect.json my-host/dialect.json --json

Meanings come last, a line a table. Exit code 0 when messages are the same in both, 1 when they
differ.`

/** `sallyport spec diff A B`. */
export function addDiff(spec: Command, outside: Outside, finish: Finish): void {
  spec
    .command('diff')
    .argument('<before>', NAMED)
    .argument('<after>', 'the same')
    .description('say where two dialects differ')
    .option('--meanings', 'show each meaning that differs')
    .option('--json', 'print JSON')
    .addHelpText('after', DIFF_EXAMPLE)
    .action((before: string, after: string, options: DiffOptions) =>
      finish(diffSpecs([before, after], options, outside)),
    )
}

interface DiffOptions {
  readonly meanings?: true
  readonly json?: true
}

/** @throws ProfileError when one of them cannot be used */
function diffSpecs(
  [before, after]: readonly [string, string],
  { json, meanings }: DiffOptions,
  outside: Outside,
): ExitCode {
  const differences = compareDialects(readPlan(before), readPlan(after))
  if (json) say(outside, JSON.stringify(differences))
  else {
    const tables = differences.flatMap(meanings ? meaningLines : tableLines)
    for (const line of [...differences.flatMap(differenceLines), ...tables]) say(outside, line)
  }
  return differences.length === 0 ? EXIT.done : EXIT.refused
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const

function differenceLines({ path, kind, name, settings }: Difference): string[] {
  const shown = settings.filter((it) => tableOf(it) === undefined)
  if (kind === 'changed' && shown.length === 0) return []
  return [`${SIGNS[kind]} ${path}  ${name}`, ...shown.map(settingLine)]
}

/** The table that a meaning is in: `meanings 0-2`. */
function tableOf({ setting }: SettingChange): string | undefined {
  return /^meanings \S+/.exec(setting)?.[0]
}

function meaningLines({ path, name, settings }: Difference): string[] {
  const meanings = settings.filter((it) => tableOf(it) !== undefined)
  return meanings.length === 0 ? [] : [`~ ${path}  ${name}`, ...meanings.map(settingLine)]
}

/** A line for each table with how many of its meanings differ. */
function tableLines({ path, name, settings }: Difference): string[] {
  const tables = Map.groupBy(settings, tableOf)
  tables.delete(undefined)
  return [...tables].map(([table, changes]) => {
    const added = changes.filter(({ before }) => before === undefined).length
    const gone = changes.filter(({ after }) => after === undefined).length
    const counts = { new: added, gone, changed: changes.length - added - gone }
    const told = Object.entries(counts).filter(([, count]) => count > 0)
    const text = told.map(([kind, count]) => `${count} ${kind}`).join(', ')
    return `~ ${path}  ${name}: ${table}: ${text}`
  })
}

function settingLine({ setting, before, after }: SettingChange): string {
  if (before === undefined) return `    ${setting}: ${after} is new`
  return after === undefined
    ? `    ${setting}: ${before} is gone`
    : `    ${setting}: ${before} -> ${after}`
}
