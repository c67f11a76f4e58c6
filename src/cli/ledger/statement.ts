import type { Command } from 'commander'
import { normalBalance } from '#ledger'
import type { Balance, LedgerReader, MerchantStatement } from '#store'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import {
  addLedgerOptions,
  amountText,
  jsonText,
  type LedgerOptions,
  withReader,
} from './reading.ts'

interface StatementOptions extends LedgerOptions {
  readonly merchant: string
  readonly from: string
  readonly to: string
}

const HELP = `
Example:
  sallyport ledger statement --merchant M-1001 --from 2026-11-01 --to 2026-11-30

Openings, each entry with its posting, business date, time, event, payment, account and amount, and
closings. A debit is above zero, a credit below. Exit code 1: there are more lines than are shown.`

/** `sallyport ledger statement`: all that was posted to a merchant's accounts. */
export function addStatement(ledger: Command, outside: Outside, finish: Finish): void {
  const command = ledger
    .command('statement')
    .description('all that was posted to one merchant’s accounts')
    .requiredOption('--merchant <id>', 'whose')
    .requiredOption('--from <date>', 'the first business date')
    .requiredOption('--to <date>', 'the last')
    .addHelpText('after', HELP)
  addLedgerOptions(command).action(async (options: StatementOptions) => {
    if (![options.from, options.to].every((date) => /^\d{4}-\d\d-\d\d$/.test(date))) {
      complain(outside, '--from and --to are business dates such as 2026-11-22')
      return finish(EXIT.usage)
    }
    const show = (reader: LedgerReader) => showStatement(reader, options, outside)
    finish(await withReader(options, outside, show))
  })
}

async function showStatement(
  reader: LedgerReader,
  { merchant, from, to, json }: StatementOptions,
  outside: Outside,
): Promise<ExitCode> {
  const statement = await reader.statement({ merchant, from, to, linesMax: LINES_MAX })
  if (json) sayDocuments(statement, outside)
  else for (const line of linesOf(statement)) say(outside, line)
  if (statement.complete) return EXIT.done
  complain(outside, `only the first ${LINES_MAX} entries are shown: ask for fewer days`)
  return EXIT.refused
}

const LINES_MAX = 100_000

function sayDocuments({ openings, lines, closings }: MerchantStatement, outside: Outside): void {
  for (const it of openings) say(outside, jsonText({ kind: 'opening', ...it }))
  for (const it of lines) say(outside, jsonText(it))
  for (const it of closings) say(outside, jsonText({ kind: 'closing', ...it }))
}

function linesOf({ openings, lines, closings }: MerchantStatement): string[] {
  return [
    ...openings.map((it) => balanceLine('opening', it)),
    ...lines.map(({ posting, kind, businessDate, atMs, payment = '-', account, minor, by }) =>
      [
        ...[posting, businessDate, new Date(atMs).toISOString(), kind, payment, account.purpose],
        amountText(minor, account.currency),
        ...(by === undefined ? [] : [`by ${by}`]),
      ].join('\t'),
    ),
    ...closings.map((it) => balanceLine('closing', it)),
  ]
}

function balanceLine(what: string, { account, minor }: Balance): string {
  const { purpose, currency } = account
  return [what, purpose, amountText(normalBalance(purpose, minor), currency)].join('\t')
}
