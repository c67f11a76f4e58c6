import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addBackup } from './backup.ts'
import { addRestore } from './restore.ts'
import { addVerify } from './verify.ts'

/** `sallyport store`: what an operator does with the journal's file. */
export function addStore(program: Command, outside: Outside, finish: Finish): void {
  const store = program.command('store').description('verify, back up and restore the journal')
  for (const add of [addVerify, addBackup, addRestore]) add(store, outside, finish)
}
