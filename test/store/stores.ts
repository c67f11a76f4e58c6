import { DatabaseSync } from 'node:sqlite'
import ava, { type ExecutionContext } from 'ava'
import { Client, types } from 'pg'
import type { Store, StoreOptions, StorePlace } from '#store'
import { freshDatabase } from '../postgres/shared.ts'
import { type Ending, openSample, storeFile } from './sample.ts'

/** One kind of store, for tests of what all kinds have in common. */
export interface Kind {
  readonly name: string
  /** Where a store can be made; gone when the test, or the run, ends. */
  freshPlace(t: Ending): Promise<StorePlace>
  /** Rows of a store, read past it. */
  rows(place: StorePlace, sql: string): Promise<readonly Row[]>
  /** A store, in a fresh place when none is named, that is closed when the test ends. */
  open(t: ExecutionContext, options?: OpenOptions): Promise<Store>
}

export type OpenOptions = Partial<StoreOptions> & { readonly place?: StorePlace }

type Row = Readonly<Record<string, unknown>>

/** A claim of every kind of store. */
export function test(
  claim: string,
  check: (t: ExecutionContext, kind: Kind) => Promise<void>,
): void {
  for (const kind of KINDS) ava(`${kind.name}: ${claim}`, (t) => check(t, kind))
}

const sqlite: Kind = {
  name: 'SQLite',
  freshPlace: async (t) => storeFile(t),
  async rows(place, sql) {
    const database = new DatabaseSync(String(place), { readOnly: true })
    try {
      return database.prepare(sql).all()
    } finally {
      database.close()
    }
  },
  open: (t, options = {}) => openSample(t, options),
}

const postgres: Kind = {
  name: 'PostgreSQL',
  freshPlace: freshDatabase,
  async rows(place, sql) {
    if (typeof place === 'string') throw new TypeError('this is a place of another kind')
    return rowsOf(place, sql)
  },
  open: async (t, options = {}) =>
    openSample(t, { ...options, place: options.place ?? (await freshDatabase()) }),
}

/** Rows of a database, as the store reads them. */
async function rowsOf(
  { node: _, tls: _tls, ...place }: Exclude<StorePlace, string>,
  sql: string,
): Promise<readonly Row[]> {
  const client = new Client({ ...place, types: { getTypeParser: parserOf } })
  await client.connect()
  try {
    await client.query('SET search_path = sallyport')
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const parserOf = ((oid: number, format?: 'text') => {
  if (oid === types.builtins.INT8) return Number
  if (oid === types.builtins.BYTEA) {
    return (text: string) => Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
  }
  return types.getTypeParser(oid, format)
}) as typeof types.getTypeParser

const KINDS: readonly Kind[] = [sqlite, postgres]
