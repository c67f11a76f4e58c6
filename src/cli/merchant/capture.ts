import { type Command, Option } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addQuestion, type Question } from './ask-about.ts'
import { minorUnitsOf } from './payment-options.ts'
import { exitOfResult } from './result-lines.ts'

const HELP = `
Examples:
  sallyport capture --client data/merchants/M-1001/client.json order-1001
  sallyport capture --client data/merchants/M-1001/client.json order-1001 --amount 9.90

What an approved authorization and its increments hold is taken, once; what is left of it is given
back. The host is told, as often as it takes. Asking for the same again changes nothing. Exit
codes: 0 captured or being captured, 1 refused, else as those of send.`

interface CaptureOptions {
  readonly amount?: string
  readonly currency: string
}

/** `sallyport capture`: the money of one of a merchant’s authorizations is to be taken. */
export function addCapture(program: Command, outside: Outside, finish: Finish): void {
  const question: Question<CaptureOptions> = {
    name: 'capture',
    description: 'take what one of the merchant’s authorizations holds',
    help: HELP,
    options: [
      new Option('--amount <decimal>', 'how much of it; all that is held when not given'),
      new Option('--currency <code>', 'ISO 4217 alphabetic code of --amount').default('USD'),
    ],
    ask(client, payment, { amount, currency }) {
      if (amount === undefined) return client.capture(payment)
      const value = minorUnitsOf(amount, currency)
      if (value === undefined) return `--amount ${amount} is not an amount in ${currency}`
      return client.capture(payment, { value, currency })
    },
    exitOf: exitOfResult,
  }
  addQuestion(program, question, { outside, finish })
}
