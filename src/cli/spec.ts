import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import {
  dialectText,
  exportJpos,
  exportMoov,
  ImportError,
  type Imported,
  importJpos,
  importMoov,
  typesOfDialect,
} from '#dialects'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { complain, type Outside, say } from './outside.ts'
import { checkSpec } from './spec-check.ts'
import { diffSpecs } from './spec-diff.ts'
import { dialectFileNamed, readPlan, writeNew } from './spec-file.ts'
import { noteLines } from './spec-notes.ts'

const FORMATS = ['jpos', 'moov'] as const
type Format = (typeof FORMATS)[number]

interface Output {
  readonly out?: string
  readonly json?: true
}

const IMPORT_EXAMPLE = `
Examples:
  sallyport spec import --from jpos iso87.xml --out my-host/dialect.json
  sallyport spec import --from moov spec.json --name my-host --json

What could not be carried over, and what had to be decided, is told on standard error.`

const EXPORT_EXAMPLE = `
Examples:
  sallyport spec export --to jpos meridian --out meridian.xml
  sallyport spec export --to moov my-host/dialect.json`

const CHECK_EXAMPLE = `
Examples:
  sallyport spec check my-host/dialect.json
  sallyport spec check ./my-host        its dialect, mapping, link and conduct
  sallyport spec check meridian

Exit code 0 when it can be used, 1 when it has faults; warnings do not count.`

const TYPES_EXAMPLE = `
Example:
  sallyport spec types meridian --out meridian.ts`

const DIFF_EXAMPLE = `
Examples:
  sallyport spec diff 1987-ascii meridian
  sallyport spec diff old/dialect.json my-host/dialect.json --json

Exit code 0 when messages are the same in both, 1 when they differ.`

const NAMED = 'a dialect file, a host’s folder, or the name of a host or an edition'

/** `sallyport spec`: dialect files brought in, taken out, checked, typed and compared. */
export function addSpec(program: Command, outside: Outside, finish: Finish): void {
  const spec = program.command('spec').description('work on dialect files')
  spec
    .command('import')
    .argument('<file>', 'a packager in XML, or a specification in JSON')
    .description('make a dialect file of the description that another program uses')
    .addOption(new Option('--from <format>', 'its format').choices(FORMATS).makeOptionMandatory())
    .option('--name <name>', 'name of the dialect; from the file when not given')
    .option('--out <file>', 'the new dialect file; standard output when not given')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', IMPORT_EXAMPLE)
    .action((file: string, options: ImportOptions) => finish(importSpec(file, options, outside)))
  spec
    .command('export')
    .argument('<dialect>', NAMED)
    .description('write a dialect as another program describes it')
    .addOption(new Option('--to <format>', 'its format').choices(FORMATS).makeOptionMandatory())
    .option('--out <file>', 'the new file; standard output when not given')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXPORT_EXAMPLE)
    .action((name: string, options: ExportOptions) => finish(exportSpec(name, options, outside)))
  spec
    .command('check')
    .argument('<dialect>', NAMED)
    .description('explain every fault of a dialect file, or of all files of a host')
    .option('--json', 'print JSON')
    .addHelpText('after', CHECK_EXAMPLE)
    .action((name: string, options: Output) => finish(checkSpec(name, options, outside)))
  spec
    .command('types')
    .argument('<dialect>', NAMED)
    .description('write TypeScript types for a dialect’s messages')
    .option('--out <file>', 'the new file; standard output when not given')
    .addHelpText('after', TYPES_EXAMPLE)
    .action((name: string, { out }: Output) => finish(writeTypes(name, out, outside)))
  spec
    .command('diff')
    .argument('<before>', NAMED)
    .argument('<after>', 'the same')
    .description('say where two dialects differ')
    .option('--json', 'print JSON')
    .addHelpText('after', DIFF_EXAMPLE)
    .action((before: string, after: string, options: Output) =>
      finish(diffSpecs([before, after], options, outside)),
    )
}

interface ImportOptions extends Output {
  readonly from: Format
  readonly name?: string
}

function importSpec(file: string, options: ImportOptions, outside: Outside): ExitCode {
  const { from, name, json } = options
  try {
    const { dialect, notes } = imported(readFileSync(file, 'utf8'), { from, file, name })
    const text = dialectText(dialect)
    return tell({ text, notes, data: { dialect } }, options, outside)
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    const { code, message, place } = error
    if (json) say(outside, JSON.stringify({ error: { code, reason: message, ...place } }))
    const where = place === undefined ? file : `${file}:${place.line}:${place.column}`
    complain(outside, `${where}: ${code}: ${message}`)
    return EXIT.refused
  }
}

function imported(
  text: string,
  { from, file, name }: { from: Format; file: string; name: string | undefined },
): Imported {
  if (from === 'moov') return importMoov(text, name)
  return importJpos(text, name ?? basename(file).replace(/\.[^.]*$/, ''))
}

interface ExportOptions extends Output {
  readonly to: Format
}

function exportSpec(name: string, options: ExportOptions, outside: Outside): ExitCode {
  const plan = readPlan(dialectFileNamed(name))
  const { text, notes } = options.to === 'jpos' ? exportJpos(plan) : exportMoov(plan)
  return tell({ text, notes, data: { text } }, options, outside)
}

interface Told {
  readonly text: string
  readonly notes: Imported['notes']
  /** What stands for the text in JSON. */
  readonly data: object
}

/** The file goes where it is asked for, and the report to standard error, or both into JSON. */
function tell({ text, notes, data }: Told, { out, json }: Output, outside: Outside): ExitCode {
  if (out !== undefined && !writeNew(out, text)) return refuseToReplace(out, outside)
  if (json) {
    say(outside, JSON.stringify({ ...(out === undefined ? data : { file: out }), notes }))
    return EXIT.done
  }
  if (out === undefined) outside.out.write(text)
  for (const line of noteLines(notes)) complain(outside, line)
  return EXIT.done
}

function refuseToReplace(file: string, outside: Outside): ExitCode {
  complain(outside, `${file} is there already and stays as it is`)
  return EXIT.refused
}

function writeTypes(name: string, out: string | undefined, outside: Outside): ExitCode {
  const text = typesOfDialect(readPlan(dialectFileNamed(name)))
  if (out === undefined) outside.out.write(text)
  else if (!writeNew(out, text)) return refuseToReplace(out, outside)
  return EXIT.done
}
