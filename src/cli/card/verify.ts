import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import {
  type AddressOptions,
  addAddressOptions,
  addressOf,
  cardOf,
} from '../merchant/payment-options.ts'
import type { Outside } from '../outside.ts'
import { addCardQuestion, CARD_NEEDED, type CardQuestion } from './question.ts'

const HELP = `
Example:
  sallyport card verify --client data/merchants/M-1001/client.json \\
    --pan 4539578763621486 --expiry 3012 --cvv2 123 --postcode 10001

The host is asked by an authorization of zero; no money moves and nothing is kept. Exit codes: 0
the card is good, 1 refused, 4 the answer is not known, 5 declined or failed.`

/** `sallyport card verify`: whether a card is good. */
export function addVerify(card: Command, outside: Outside, finish: Finish): void {
  const question: CardQuestion<AddressOptions> = {
    name: 'verify',
    description: 'ask whether a card is good, and whether CVV2 and address are right',
    help: HELP,
    addOptions: addAddressOptions,
    ask(client, options) {
      const given = cardOf(options)
      if (given === undefined) return CARD_NEEDED
      return client.card.verify({ currency: options.currency, ...given, ...addressOf(options) })
    },
  }
  addCardQuestion(card, question, { outside, finish })
}
