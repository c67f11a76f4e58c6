import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import { addPinOptions, cardOf, type PinOptions, pinOf } from '../merchant/payment-options.ts'
import type { Outside } from '../outside.ts'
import { addCardQuestion, CARD_NEEDED, type CardQuestion } from './question.ts'

const HELP = `
Example:
  sallyport card balance --client data/merchants/M-1001/client.json \\
    --pan 4539578763621486 --expiry 3012 --entry terminal \\
    --pin-block F9D6152A91F053F5 --pin-key SANDBOX

No money moves and nothing is kept. Exit codes: 0 the balance is told, 1 refused, 4 the answer is
not known, 5 declined or failed.`

/** `sallyport card balance`: what a card's account holds. */
export function addBalance(card: Command, outside: Outside, finish: Finish): void {
  const question: CardQuestion<PinOptions> = {
    name: 'balance',
    description: 'ask what a card’s account holds',
    help: HELP,
    addOptions: addPinOptions,
    ask(client, options) {
      const given = cardOf(options)
      if (given === undefined) return CARD_NEEDED
      const pin = pinOf(options)
      if (typeof pin === 'string') return pin
      return client.card.balance({ currency: options.currency, ...given, ...pin })
    },
  }
  addCardQuestion(card, question, { outside, finish })
}
