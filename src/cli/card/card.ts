import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addBalance } from './balance.ts'
import { addVerify } from './verify.ts'

/** `sallyport card`: what is asked about cards. */
export function addCard(program: Command, outside: Outside, finish: Finish): void {
  const card = program.command('card').description('ask the bank’s host about a card')
  addVerify(card, outside, finish)
  addBalance(card, outside, finish)
}
