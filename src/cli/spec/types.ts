import type { Command } from 'commander'
import { typesOfDialect } from '#dialects'
import type { ExitCode, Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { type Output, report } from './report.ts'
import { NAMED, readPlan } from './spec-file.ts'

const TYPES_EXAMPLE = `
Example:
  sallyport spec types meridian --out meridian.ts`

/** `sallyport spec types`. */
export function addTypes(spec: Command, outside: Outside, finish: Finish): void {
  spec
    .command('types')
    .argument('<dialect>', NAMED)
    .description('write TypeScript types for a dialect’s messages')
    .option('--out <file>', 'the new file; standard output when not given')
    .option('--json', 'print {"text":"..."}, or {"file":"..."} of the new file')
    .addHelpText('after', TYPES_EXAMPLE)
    .action((name: string, output: Output) => finish(writeTypes(name, output, outside)))
}

/** @throws ProfileError when the dialect cannot be used */
function writeTypes(name: string, output: Output, outside: Outside): ExitCode {
  const text = typesOfDialect(readPlan(name))
  return report({ text, data: { text } }, output, outside)
}
