import type { Command } from 'commander'
import { compareDialects, type Difference, type SettingChange } from '#dialects'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { type Outside, say } from '../outside.ts'
import { dialectFileNamed, NAMED, readPlan } from './spec-file.ts'

const DIFF_EXAMPLE = `
Examples:
  sallyport spec diff 1987-ascii meridian
  sallyport spec diff old/dialect.json my-host/dialect.json --json

Exit code 0 when messages are the same in both, 1 when they differ.`

/** `sallyport spec diff A B`. */
export function addDiff(spec: Command, outside: Outside, finish: Finish): void {
  spec
    .command('diff')
    .argument('<before>', NAMED)
    .argument('<after>', 'the same')
    .description('say where two dialects differ')
    .option('--json', 'print JSON')
    .addHelpText('after', DIFF_EXAMPLE)
    .action((before: string, after: string, options: { json?: true }) =>
      finish(diffSpecs([before, after], options, outside)),
    )
}

/** @throws ProfileError when one of them cannot be used */
function diffSpecs(
  [before, after]: readonly [string, string],
  { json }: { readonly json?: true },
  outside: Outside,
): ExitCode {
  const differences = compareDialects(
    readPlan(dialectFileNamed(before)),
    readPlan(dialectFileNamed(after)),
  )
  if (json) say(outside, JSON.stringify(differences))
  else for (const line of differences.flatMap(differenceLines)) say(outside, line)
  return differences.length === 0 ? EXIT.done : EXIT.refused
}

const SIGNS = { added: '+', removed: '-', changed: '~' } as const

function differenceLines({ path, kind, name, settings }: Difference): string[] {
  return [`${SIGNS[kind]} ${path}  ${name}`, ...settings.map(settingLine)]
}

function settingLine({ setting, before, after }: SettingChange): string {
  if (before === undefined) return `    ${setting}: ${after} is new`
  return after === undefined
    ? `    ${setting}: ${before} is gone`
    : `    ${setting}: ${before} -> ${after}`
}
