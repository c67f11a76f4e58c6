import type { Command } from 'commander'
import { type BackupResult, backUpStore } from '#store'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { journalFileOf } from './journal-file.ts'
import { verificationLines } from './verification-lines.ts'

interface BackupOptions extends ConfigOptions {
  readonly json?: true
}

const HELP = `
Example:
  sallyport store backup /mnt/safe/journal-2026-11-22.db

Copies the journal as it is at one moment, beside a running gateway or without, and verifies the
copy. A file that is there stays. The keys are not in it, and without them nobody opens what is
sealed in the journal: keep the keys folder too, in another place. Exit code 1 says that no backup
was made.`

/** `sallyport store backup`: a verified copy of the journal. */
export function addBackup(store: Command, outside: Outside, finish: Finish): void {
  const command = store
    .command('backup')
    .argument('<file>', 'where the copy goes; there must be no such file')
    .description('copy the journal, beside a running gateway, and verify the copy')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
  addConfigOption(command).action(async (file: string, options: BackupOptions) => {
    finish(await backUp(file, options, outside))
  })
}

async function backUp(file: string, options: BackupOptions, outside: Outside): Promise<ExitCode> {
  const config = configOf(options, outside)
  const journalFile = journalFileOf(config, outside)
  if (journalFile === undefined) return EXIT.configuration
  const result = await backUpStore(journalFile, file, config.store)
  if (options.json) say(outside, JSON.stringify({ file, ...result }))
  else if ('found' in result) for (const line of verificationLines(result.found)) say(outside, line)
  if (result.kind === 'made') {
    complain(outside, `${file} has ${result.bytes} bytes; the keys are not in it`)
    return EXIT.done
  }
  complain(outside, `no backup was made: ${REASONS[result.kind]}`)
  return EXIT.refused
}

const REASONS: Readonly<Record<Exclude<BackupResult['kind'], 'made'>, string>> = {
  exists: 'there is such a file already',
  unsound: 'the journal has faults',
  overtaken: 'the log grew too long meanwhile; try in a quieter hour, or raise store.walBytesMax',
}
