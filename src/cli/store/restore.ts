import type { Command } from 'commander'
import { createSystemClock } from '#platform'
import { type Restored, restoreStore } from '#store'
import type { Config } from '../../config.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { journalFileOf } from './journal-file.ts'
import { verificationLines } from './verification-lines.ts'

interface RestoreOptions extends ConfigOptions {
  readonly replace?: true
  readonly json?: true
}

const HELP = `
Example:
  sallyport store restore /mnt/safe/journal-2026-11-22.db --replace

Only while no gateway runs. The backup is verified first; a journal that is replaced is kept beside
it. What came after the backup's moment the journal does not know any more, and says so: read it
before you start the gateway (specs/store.md, "Backup and restore"). Exit code 1 says that nothing
was changed.`

/** `sallyport store restore`: a backup in the journal's place. */
export function addRestore(store: Command, outside: Outside, finish: Finish): void {
  const command = store
    .command('restore')
    .argument('<file>', 'a backup')
    .description('put a backup in the place of the journal')
    .option('--replace', 'put a journal that is there aside')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
  addConfigOption(command).action(async (file: string, options: RestoreOptions) => {
    finish(await restore(file, options, outside))
  })
}

async function restore(file: string, options: RestoreOptions, outside: Outside): Promise<ExitCode> {
  const config = configOf(options, outside)
  const journalFile = journalFileOf(config, outside)
  if (journalFile === undefined) return EXIT.configuration
  const { replace = false, json } = options
  const atMs = createSystemClock().nowMs()
  const result = await restoreStore(file, journalFile, { replace, atMs })
  if (json) say(outside, JSON.stringify(result))
  else if ('found' in result) for (const line of verificationLines(result.found)) say(outside, line)
  if (result.kind === 'restored') {
    for (const line of warningsOf(result, config)) complain(outside, line)
    return EXIT.done
  }
  complain(outside, `nothing was changed: ${REASONS[result.kind]}`)
  return EXIT.refused
}

const REASONS = {
  exists: 'there is a journal, and --replace was not said',
  unsound: 'the backup has faults',
} as const

/** What the operator must know before the gateway starts. */
function warningsOf(restored: Restored, { requests }: Config): string[] {
  const { asideFile, lostPayments, underWay } = restored
  const waitS = Math.ceil(requests.freshnessMs / 1000)
  const lost = lostPayments === undefined ? 'Payments' : `${lostPayments} payments`
  return [
    ...(asideFile === undefined ? [] : [`The journal that was there is ${asideFile}.`]),
    `${lost} after the backup's moment are not known here, and may be at the host: reconcile them.`,
    `A merchant that asks for one of them again asks for a new one, unless its request is too old:`,
    `  start ${waitS} s after the last gateway has ended, not before.`,
    lostPayments === undefined
      ? 'How many trace numbers were used since is not known: half of all are passed over.'
      : 'Trace numbers go on where they were.',
    'The keys come from the keys folder, not from the backup.',
    ...underWay.map(({ merchant, id }) => `The next start reverses ${merchant} ${id}.`),
  ]
}
