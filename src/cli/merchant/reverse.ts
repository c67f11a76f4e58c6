import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addQuestion, type Question } from './ask-about.ts'
import { exitOfReversal } from './result-lines.ts'

const HELP = `
Example:
  sallyport reverse --client data/merchants/M-1001/client.json order-1001

An approved payment is reversed at the host, as often as it takes; one that never came is refused
when it comes. Asking twice changes nothing. Exit codes: 0 reversed or never seen, 4 under way, 5
nothing to reverse, else as those of send.`

/** `sallyport reverse`: one of a merchant’s payments is not to be. */
export function addReverse(program: Command, outside: Outside, finish: Finish): void {
  const question: Question<object> = {
    name: 'reverse',
    description: 'reverse one of the merchant’s payments, whether or not it has come',
    help: HELP,
    ask: (client, payment) => client.reverse(payment),
    exitOf: exitOfReversal,
  }
  addQuestion(program, question, { outside, finish })
}
