import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addCreate } from './create.ts'
import { addImport } from './import.ts'
import { addList } from './list.ts'
import { addProtect } from './protect.ts'
import { addRemove } from './remove.ts'

/** `sallyport pin-key`: the keys that PINs are encrypted under. */
export function addPinKey(program: Command, outside: Outside, finish: Finish): void {
  const pinKey = program
    .command('pin-key')
    .description('enter the keys of terminals and of the core host for PINs, and see them')
  for (const add of [addProtect, addImport, addCreate, addList, addRemove]) {
    add(pinKey, outside, finish)
  }
}
