import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addQuestion, type Question } from './ask-about.ts'
import { exitOfResult } from './result-lines.ts'

const HELP = `
Example:
  sallyport inquire --client data/merchants/M-1001/client.json order-1001

Nothing goes to the host. Exit codes as those of send; 0 too for a payment that is reversed.`

/** `sallyport inquire`: how a payment stands. */
export function addInquire(program: Command, outside: Outside, finish: Finish): void {
  const question: Question<object> = {
    name: 'inquire',
    description: 'ask a gateway how one of the merchant’s payments stands',
    help: HELP,
    ask: (client, payment) => client.inquire(payment),
    exitOf: exitOfResult,
  }
  addQuestion(program, question, { outside, finish })
}
