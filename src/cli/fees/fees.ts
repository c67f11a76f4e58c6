import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addExplain } from './explain.ts'
import { addPlan } from './plan.ts'

/** `sallyport fees`: what merchants pay, and what a payment has cost. */
export function addFees(program: Command, outside: Outside, finish: Finish): void {
  const fees = program.command('fees').description('merchants’ fee plans, and what a payment cost')
  addPlan(fees, outside, finish)
  addExplain(fees, outside, finish)
}
