import type { Command } from 'commander'
import type { Finish } from '../exit-codes.ts'
import type { Outside } from '../outside.ts'
import { addCheck } from './check.ts'
import { addDiff } from './diff.ts'
import { addExport } from './export.ts'
import { addImport } from './import.ts'
import { addTypes } from './types.ts'

/** `sallyport spec`: dialect files brought in, taken out, checked, typed and compared. */
export function addSpec(program: Command, outside: Outside, finish: Finish): void {
  const spec = program.command('spec').description('work on dialect files')
  for (const add of [addImport, addExport, addCheck, addTypes, addDiff]) add(spec, outside, finish)
}
