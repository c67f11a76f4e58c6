import { type Command, Option } from 'commander'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addQuestion } from './ask-about.ts'
import { minorUnitsOf } from './payment-options.ts'
import { exitOfResult } from './result-lines.ts'

const REFUND_HELP = `
Examples:
  sallyport refund --client data/merchants/M-1001/client.json order-1001 --id refund-1
  sallyport refund --client data/merchants/M-1001/client.json order-1001 --id refund-2 --amount 9.90

Money that was taken by a sale or a capture goes back to the card, all that is left or a part of it,
as often as something is left. A refund is a payment of its own: asking again with the same --id
changes nothing. Exit codes: 0 approved, 1 refused, else as those of send.`

const INCREMENT_HELP = `
Example:
  sallyport increment --client data/merchants/M-1001/client.json order-1001 --id more-1 --amount 5

More of an approved authorization is held, and captured with it. An increment is a payment of its
own: asking again with the same --id changes nothing. Exit codes: 0 approved, 1 refused, else as
those of send.`

interface FollowUpOptions {
  readonly id: string
  readonly amount?: string
  readonly currency: string
}

/** `sallyport refund`: money that was taken goes back. */
export function addRefund(program: Command, outside: Outside, finish: Finish): void {
  const question = {
    name: 'refund',
    description: 'give back what one of the merchant’s payments has taken',
    help: REFUND_HELP,
    options: [
      idOption('refund'),
      new Option('--amount <decimal>', 'how much of it; all that is left when not given'),
      currencyOption(),
    ],
    ask(client: MerchantClient, payment: string, { id, ...wanted }: FollowUpOptions) {
      const amount = amountIn(wanted)
      if (typeof amount === 'string') return amount
      return client.refund({ id, payment, ...(amount ? { amount } : {}) })
    },
    exitOf: exitOfResult,
  }
  addQuestion<FollowUpOptions>(program, question, { outside, finish })
}

/** `sallyport increment`: more of an authorization is to be held. */
export function addIncrement(program: Command, outside: Outside, finish: Finish): void {
  const question = {
    name: 'increment',
    description: 'hold more of one of the merchant’s authorizations',
    help: INCREMENT_HELP,
    options: [
      idOption('increment'),
      new Option('--amount <decimal>', 'how much more').makeOptionMandatory(),
      currencyOption(),
    ],
    ask(
      client: MerchantClient,
      payment: string,
      { id, ...wanted }: FollowUpOptions,
    ): Promise<MerchantResult> | string {
      const amount = amountIn(wanted)
      if (typeof amount === 'string') return amount
      if (amount === undefined) return 'an increment needs an --amount'
      return client.increment({ id, payment, amount })
    },
    exitOf: exitOfResult,
  }
  addQuestion<FollowUpOptions>(program, question, { outside, finish })
}

function idOption(what: string): Option {
  return new Option('--id <id>', `the ${what}’s own id, new`).makeOptionMandatory()
}

function currencyOption(): Option {
  return new Option('--currency <code>', 'ISO 4217 alphabetic code of --amount').default('USD')
}

/** @returns undefined when none was given, and a sentence when it is none */
function amountIn({ amount, currency }: Omit<FollowUpOptions, 'id'>) {
  if (amount === undefined) return undefined
  const value = minorUnitsOf(amount, currency)
  return value === undefined
    ? `--amount ${amount} is not an amount in ${currency}`
    : { value, currency }
}
