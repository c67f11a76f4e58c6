import type { Command } from 'commander'
import { typesOfDialect } from '#dialects'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { type Outside, say } from '../outside.ts'
import type { Output } from './report.ts'
import { dialectFileNamed, NAMED, readPlan, refuseToReplace, writeNew } from './spec-file.ts'

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
function writeTypes(name: string, { out, json }: Output, outside: Outside): ExitCode {
  const text = typesOfDialect(readPlan(dialectFileNamed(name)))
  if (out !== undefined && !writeNew(out, text)) return refuseToReplace(out, outside)
  if (json) say(outside, JSON.stringify(out === undefined ? { text } : { file: out }))
  else if (out === undefined) outside.out.write(text)
  return EXIT.done
}
