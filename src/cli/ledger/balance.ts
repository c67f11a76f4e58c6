import type { Command } from 'commander'
import { normalBalance, PURPOSES, type Purpose } from '#ledger'
import type { Balance, LedgerMoment, LedgerReader } from '#store'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import { complain, type Outside, say } from '../outside.ts'
import {
  addLedgerOptions,
  amountText,
  jsonText,
  type LedgerOptions,
  withReader,
} from './reading.ts'

interface BalanceOptions extends LedgerOptions {
  readonly merchant?: string
  readonly at?: string
}

const HELP = `
Examples:
  sallyport ledger balance
  sallyport ledger balance --merchant M-1001
  sallyport ledger balance --at 2026-11-22                    at the end of that business date
  sallyport ledger balance --at 2026-11-22T18:00:00Z          at that moment

Without --merchant each line is the sum over all merchants. A balance is above zero on its normal
side, which is in the second column. Debits and credits of a currency are the same; exit code 1
says that they are not.`

/** `sallyport ledger balance`: what is in the accounts, now or at any moment of the past. */
export function addBalance(ledger: Command, outside: Outside, finish: Finish): void {
  const command = ledger
    .command('balance')
    .description('what is in the accounts, now or at any moment of the past')
    .option('--merchant <id>', 'of one merchant alone')
    .option('--at <time>', 'a business date, or a date and time with its zone')
    .addHelpText('after', HELP)
  addLedgerOptions(command).action(async (options: BalanceOptions) => {
    const at = momentOf(options.at)
    if (at === 'neither') {
      complain(outside, '--at is 2026-11-22, or 2026-11-22T18:00:00Z')
      return finish(EXIT.usage)
    }
    const show = (reader: LedgerReader) => showBalances(reader, { ...options, at }, outside)
    finish(await withReader(options, outside, show))
  })
}

function momentOf(text: string | undefined): LedgerMoment | undefined | 'neither' {
  if (text === undefined) return undefined
  const atMs = Date.parse(text)
  if (!Number.isFinite(atMs)) return 'neither'
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return { businessDate: text }
  return /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? { atMs } : 'neither'
}

interface Shown {
  readonly merchant?: string
  readonly at: LedgerMoment | undefined
  readonly json?: true
}

async function showBalances(
  reader: LedgerReader,
  { merchant, at, json }: Shown,
  outside: Outside,
): Promise<ExitCode> {
  const balances = await reader.balances({
    ...(merchant === undefined ? {} : { merchant }),
    ...(at === undefined ? {} : { at }),
  })
  for (const { currency, purpose, minor } of sumsOf(balances)) {
    const [side, balance] = [PURPOSES[purpose], normalBalance(purpose, minor)]
    const line = [purpose.padEnd(16), side.padEnd(8), amountText(balance, currency)].join('  ')
    say(outside, json ? jsonText({ currency, purpose, side, balanceMinor: balance }) : line)
  }
  const isEven = Object.values(totalsOf(balances)).every((total) => total === 0n)
  if (!isEven) complain(outside, 'debits and credits differ: sallyport ledger verify says where')
  if (balances.length === 0) complain(outside, 'nothing was posted')
  return isEven ? EXIT.done : EXIT.refused
}

interface Sum {
  readonly currency: string
  readonly purpose: Purpose
  readonly minor: bigint
}

/** They come sorted by currency and purpose. */
function sumsOf(balances: readonly Balance[]): Sum[] {
  const byPurpose = Map.groupBy(balances, ({ account }) => `${account.currency} ${account.purpose}`)
  return [...byPurpose.values()].flatMap((same) => {
    const [first] = same
    const minor = same.reduce((sum, it) => sum + it.minor, 0n)
    return first === undefined ? [] : [{ ...first.account, minor }]
  })
}

/** Debits less credits by currency; of all merchants, or of one, whose accounts make up sets. */
function totalsOf(balances: readonly Balance[]): Readonly<Record<string, bigint>> {
  const totals: Record<string, bigint> = {}
  for (const { account, minor } of balances) {
    totals[account.currency] = (totals[account.currency] ?? 0n) + minor
  }
  return totals
}
