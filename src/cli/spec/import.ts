import { basename } from 'node:path'
import { type Command, Option } from 'commander'
import { dialectText, ImportError, type Imported, importJpos, importMoov } from '#dialects'
import { readText } from '../../spec-files.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { FORMATS, type Format, type Output, report } from './report.ts'

const IMPORT_EXAMPLE = `
Examples:
  sallyport spec import --from jpos iso87.xml --out my-host/dialect.json
  sallyport spec import --from moov spec.json --name my-host --json

What could not be carried over, and what had to be decided, is told on standard error.`

/** `sallyport spec import`. */
export function addImport(spec: Command, outside: Outside, finish: Finish): void {
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
}

interface ImportOptions extends Output {
  readonly from: Format
  readonly name?: string
}

/** @throws ProfileError for a file that cannot be read */
function importSpec(file: string, options: ImportOptions, outside: Outside): ExitCode {
  const { from, name, json } = options
  try {
    const { dialect, notes } = imported(readText(file), { from, file, name })
    const text = dialectText(dialect)
    return report({ text, notes, data: { dialect } }, options, outside)
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    const { code, message, place } = error
    const where = place === undefined ? file : `${file}:${place.line}:${place.column}`
    if (json) say(outside, JSON.stringify({ error: { code, reason: message, ...place } }))
    else complain(outside, `${where}: ${code}: ${message}`)
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
