import type { Config } from '../../config.ts'
import { complain, type Outside } from '../outside.ts'

/** The journal's file; nothing but a complaint when it is a database. */
export function journalFileOf({ storeFile, store }: Config, outside: Outside): string | undefined {
  if (store.postgres === undefined) return storeFile
  complain(outside, 'the journal is a database: what comes with it backs it up and restores it')
  return undefined
}
