import type { Command } from 'commander'
import { createSystemClock } from '#platform'
import { openLedgerDesk, StoreError, verifyLedger } from '#store'
import { storePlaceOf } from '../../gateway-files.ts'
import { addConfigOption, type ConfigOptions, configOf } from '../config-option.ts'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import { addBalance } from './balance.ts'
import { addLedgerOptions, jsonText, type LedgerOptions } from './reading.ts'
import { addStatement } from './statement.ts'

interface CorrectOptions extends ConfigOptions {
  readonly by: string
}

const VERIFY_HELP = `
Example:
  sallyport ledger verify

Every posting is zero in each currency; balances and totals of days are what the entries make;
each day that is over opens with what the one before closed with, and its hash follows from it; each
move of money has its posting. Beside a running gateway or without. Exit code 1: there are faults.`

const CORRECT_HELP = `
Example:
  sallyport ledger correct 4711 --by "J. Doe"     its number is in the statement

Posts the mirror of a posting that was wrong; the posting stays. Exit code 1: there is no such
posting, or it is corrected already.`

/** `sallyport ledger`: whose money it is. */
export function addLedger(program: Command, outside: Outside, finish: Finish): void {
  const ledger = program.command('ledger').description('whose money it is, and since when')
  addBalance(ledger, outside, finish)
  addStatement(ledger, outside, finish)
  const verify = ledger
    .command('verify')
    .description('hold the ledger against its entries, and moves of money against the ledger')
    .addHelpText('after', VERIFY_HELP)
  addLedgerOptions(verify).action(async (options: LedgerOptions) => {
    finish(await verifyIt(options, outside))
  })
  const correct = ledger
    .command('correct <posting>')
    .description('post the mirror of a posting that was wrong')
    .requiredOption('--by <name>', 'who decides; kept with the correction')
    .addHelpText('after', CORRECT_HELP)
  addConfigOption(correct).action(async (posting: string, options: CorrectOptions) => {
    finish(await correctIt(Number(posting), options, outside))
  })
}

async function verifyIt(options: LedgerOptions, outside: Outside): Promise<ExitCode> {
  const place = storePlaceOf(configOf(options, outside))
  const found = await verifyLedger(place, { clock: createSystemClock() })
  const isSound = found.faultCount === 0
  if (options.json) {
    say(outside, jsonText({ sound: isSound, ...found }))
    return isSound ? EXIT.done : EXIT.refused
  }
  const { postings, closed } = found.ledger
  const to = closed === undefined ? 'no day closed' : `closed to ${closed.date}, ${closed.hash}`
  say(outside, `${postings} postings, ${to}`)
  for (const { place: where, reason } of found.faults) say(outside, `${where}: ${reason}`)
  say(outside, isSound ? 'sound' : `faults: ${found.faultCount}`)
  return isSound ? EXIT.done : EXIT.refused
}

async function correctIt(
  posting: number,
  options: CorrectOptions,
  outside: Outside,
): Promise<ExitCode> {
  if (!Number.isSafeInteger(posting)) {
    complain(outside, 'a posting is named by its number')
    return EXIT.usage
  }
  const place = storePlaceOf(configOf(options, outside))
  const desk = await openLedgerDesk(place, { clock: createSystemClock() })
  try {
    await desk.correct(posting, options.by)
    return EXIT.done
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'POSTING_NOT_ALLOWED') throw error
    complain(outside, error.message)
    return EXIT.refused
  } finally {
    await desk.close()
  }
}
