import { type Command, Option } from 'commander'
import { exportJpos, exportMoov } from '#dialects'
import type { ExitCode, Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { FORMATS, type Format, type Output, report } from './report.ts'
import { NAMED, readPlan } from './spec-file.ts'

const EXPORT_EXAMPLE = `
Examples:
  sallyport spec export --to jpos meridian --out meridian.xml
  sallyport spec export --to moov my-host/dialect.json`

/** `sallyport spec export`. */
export function addExport(spec: Command, outside: Outside, finish: Finish): void {
  spec
    .command('export')
    .argument('<dialect>', NAMED)
    .description('write a dialect as another program describes it')
    .addOption(new Option('--to <format>', 'its format').choices(FORMATS).makeOptionMandatory())
    .option('--out <file>', 'the new file; standard output when not given')
    .option('--json', 'print the report as JSON')
    .addHelpText('after', EXPORT_EXAMPLE)
    .action((name: string, options: ExportOptions) => finish(exportSpec(name, options, outside)))
}

interface ExportOptions extends Output {
  readonly to: Format
}

/** @throws ProfileError when the dialect cannot be used */
function exportSpec(name: string, options: ExportOptions, outside: Outside): ExitCode {
  const plan = readPlan(name)
  const { text, notes } = options.to === 'jpos' ? exportJpos(plan) : exportMoov(plan)
  return report({ text, notes, data: { text } }, options, outside)
}
