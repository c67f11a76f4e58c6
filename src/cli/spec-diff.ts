import { compareDialects, type Difference, type SettingChange } from '#dialects'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { type Outside, say } from './outside.ts'
import { dialectFileNamed, readPlan } from './spec-file.ts'

/** `sallyport spec diff A B`. */
export function diffSpecs(
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
