import type { Command } from 'commander'
import { ACCOUNT_OF, divide, type Line, PARTIES, type Parts, termsOn } from '#ledger'
import type { LedgerReader, PaymentPosting, PostedPayment } from '#store'
import { EXIT, type ExitCode, type Finish } from '../exit-codes.ts'
import {
  addLedgerOptions,
  amountText,
  jsonText,
  type LedgerOptions,
  withReader,
} from '../ledger/reading.ts'
import { complain, type Outside, say } from '../outside.ts'

interface ExplainOptions extends LedgerOptions {
  readonly merchant?: string
}

const HELP = `
Example:
  sallyport fees explain order-1001
  sallyport fees explain order-1001 --merchant M-1001

For each posting of the payment the plan that was in force, each rule with what it was applied to
and what came of it in minor units, then the entries. The calculation is done anew from the record
that the merchant had then, and held against what was posted. Exit code 1: nothing was posted for
such a payment, several merchants have one, or what was posted is not what the plan says.`

/** `sallyport fees explain`: what a payment has cost, line by line. */
export function addExplain(fees: Command, outside: Outside, finish: Finish): void {
  const command = fees
    .command('explain')
    .argument('<payment>', 'the id that the payment was sent with')
    .description('what a payment has cost, line by line')
    .option('--merchant <id>', 'whose payment; needed when several merchants have one of this id')
    .addHelpText('after', HELP)
  addLedgerOptions(command).action(async (id: string, options: ExplainOptions) => {
    const show = (reader: LedgerReader) => explain(reader, id, { ...options, outside })
    finish(await withReader(options, outside, show))
  })
}

async function explain(
  reader: LedgerReader,
  id: string,
  { merchant, json, outside }: ExplainOptions & { readonly outside: Outside },
): Promise<ExitCode> {
  const found = await reader.payments(id)
  const [payment, ...others] = found.filter((it) => (merchant ?? it.merchant) === it.merchant)
  if (payment === undefined || payment.postings.length === 0) {
    complain(outside, 'nothing was posted for such a payment')
    return EXIT.refused
  }
  if (others.length > 0) {
    complain(outside, 'several merchants have a payment of this id: name one with --merchant')
    return EXIT.refused
  }
  const explained = payment.postings.map(explainedOf)
  if (json) say(outside, jsonText({ merchant: payment.merchant, payment: id, explained }))
  else for (const line of linesOf(payment, explained)) say(outside, line)
  const isAsPosted = explained.every(({ asPosted }) => asPosted)
  if (!isAsPosted) complain(outside, 'what was posted is not what the plan says')
  return isAsPosted ? EXIT.done : EXIT.refused
}

interface Explained extends PaymentPosting {
  readonly plan?: string
  /** How it was divided; none, when no plan did. */
  readonly lines: readonly Line[]
  /** Whether the plan says what was posted. */
  readonly asPosted: boolean
}

function explainedOf({ charged, ...posting }: PaymentPosting): Explained {
  const [entry] = posting.entries
  if (charged === undefined || entry === undefined) return { ...posting, lines: [], asPosted: true }
  const terms = termsOn(charged.plan, entry.account.currency, posting.businessDate)
  const { parts, lines } = divide(amountOf(posting), terms, charged.as)
  return { ...posting, plan: charged.plan.name, lines, asPosted: isPosted(parts, posting) }
}

/** What the host owes for it. */
function amountOf({ entries }: Pick<PaymentPosting, 'entries'>): bigint {
  return entries
    .filter(({ account }) => account.purpose === 'host-settlement')
    .reduce((sum, { minor }) => sum + minor, 0n)
}

function isPosted(parts: Parts, { entries }: Pick<PaymentPosting, 'entries'>): boolean {
  return PARTIES.every((party) => {
    const own = entries.filter(({ account }) => account.purpose === ACCOUNT_OF[party])
    return own.reduce((sum, { minor }) => sum + minor, 0n) === -parts[party]
  })
}

function linesOf({ merchant, id }: PostedPayment, explained: readonly Explained[]): string[] {
  return [`${merchant} ${id}`, ...explained.flatMap(postingLines)]
}

function postingLines({ plan, lines, entries, ...posting }: Explained): string[] {
  const { posting: number, kind, businessDate, corrects } = posting
  const what = corrects === undefined ? kind : `${kind} posting ${corrects}`
  const by = plan === undefined ? '' : `, plan ${plan}`
  return [
    `posting ${number}: ${what} on ${businessDate}${by}`,
    ...lines.map(({ rule, input, resultMinor }) => column(rule, input, String(resultMinor))),
    ...entries.map(({ account, minor }) => {
      const side = minor > 0n ? 'debit' : 'credit'
      return column(
        account.purpose,
        side,
        amountText(minor < 0n ? -minor : minor, account.currency),
      )
    }),
  ]
}

function column(name: string, of: string, result: string): string {
  return `  ${name.padEnd(36)}${of.padEnd(24)}${result.padStart(16)}`
}
