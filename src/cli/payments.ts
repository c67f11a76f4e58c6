import type { Command } from 'commander'
import { moneyText, Pan, type Payment } from '#domain'
import { createSystemClock, createSystemRandom } from '#platform'
import { answerOf } from '#processing'
import { openKeyring } from '#security'
import { openPaymentReader } from '#store'
import { keyringOptionsOf } from '../config.ts'
import { storePlaceOf } from '../gateway-files.ts'
import { addConfigOption, type ConfigOptions, configOf } from './config-option.ts'
import { EXIT, type ExitCode, type Finish } from './exit-codes.ts'
import { textOf } from './lines.ts'
import { complain, type Outside, say } from './outside.ts'

interface PaymentsOptions extends ConfigOptions {
  readonly limit: string
  readonly json?: true
}

const EXAMPLE = `
Example:
  sallyport payments --limit 5 < card-number.txt

The card number is read from standard input, so that no shell keeps it. The journal has no card
numbers: payments are found by the number's keyed hash, newest first, beside a running gateway.
Exit code 1 says that there are none.`

/** `sallyport payments`: the payments of one card. */
export function addPayments(program: Command, outside: Outside, finish: Finish): void {
  const command = program
    .command('payments')
    .description('find the payments of a card, whose number is read from standard input')
    .option('--limit <count>', 'how many at most', '20')
    .option('--json', 'print one JSON object a payment, a line each')
    .addHelpText('after', EXAMPLE)
  addConfigOption(command).action(async (options: PaymentsOptions) => {
    finish(await showPayments(options, outside))
  })
}

async function showPayments(options: PaymentsOptions, outside: Outside): Promise<ExitCode> {
  const limit = Number(options.limit)
  const pan = Pan.parse((await textOf(outside.input)).trim())
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX || pan === undefined) {
    complain(outside, `a card number on standard input and --limit 1 to ${LIMIT_MAX} are needed`)
    return EXIT.usage
  }
  const config = configOf(options, outside)
  const keyring = await openKeyring(
    config.keysFolder,
    keyringOptionsOf(config, createSystemRandom()),
  )
  const reader = await openPaymentReader(storePlaceOf(config), { clock: createSystemClock() })
  try {
    const found = await reader.findByCard(keyring.vault.panHash(pan), limit)
    for (const payment of found.payments) {
      say(outside, options.json ? answerOf(payment) : lineOf(payment))
    }
    if (!found.complete) {
      complain(outside, `only the newest ${found.lookedAt} payments were looked at`)
    }
    return found.payments.length > 0 ? EXIT.done : EXIT.refused
  } finally {
    await reader.close()
  }
}

const LIMIT_MAX = 1_000

function lineOf(payment: Payment): string {
  const { merchant, id, state, amount, panMasked, exchange, businessDate } = payment
  return [businessDate, merchant, id, state, moneyText(amount), panMasked, exchange.rrn].join('\t')
}
