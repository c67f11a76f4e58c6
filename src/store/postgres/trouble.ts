import { DatabaseError } from 'pg'
import { StoreError } from '../errors.ts'

/**
 * What an error of a statement means for the transaction that it is in.
 *
 * - `value`: one statement was refused because of what it was given; without it the rest stands.
 * - `busy`: nothing changed; the same again may go well.
 * - `away`: this connection is of no use any more, or the server to nobody just now.
 * - `fatal`: the store cannot be relied on.
 */
export type Trouble = 'value' | 'busy' | 'away' | 'fatal'

/** By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof StoreError) return 'fatal'
  const state = sqlStateOf(thrown)
  if (state === undefined) return thrown instanceof Error ? 'away' : 'fatal'
  if (BUSY.has(state)) return 'busy'
  if (AWAY.test(state)) return 'away'
  return /^2[23]/.test(state) ? 'value' : 'fatal'
}

/** Serialization failure, deadlock, lock not available, statement cancelled by its timeout. */
const BUSY: ReadonlySet<string> = new Set(['40001', '40P01', '55P03', '57014'])

/**
 * Connection and authentication (08, 28), no such database just now (3D000), a transaction that
 * idled too long (25P03), a server that stands by and only reads (25006), is out of resources (53),
 * is stopping or starting (57P) or has trouble with its system (58).
 */
const AWAY = /^(08|28|3D|25P03|25006|53|57P|58)/

/** The fault that ends the store, as its users are told. */
export function faultOf(thrown: unknown): StoreError {
  if (thrown instanceof StoreError) return thrown
  const state = sqlStateOf(thrown)
  if (state?.startsWith('XX00')) {
    return new StoreError('STORE_CORRUPT', `the database is damaged (SQLSTATE ${state})`)
  }
  const kind = thrown instanceof Error ? thrown.name : typeof thrown
  return new StoreError('STORE_FAULT', `PostgreSQL refused (${state ?? `unexpected ${kind}`})`)
}

/** @returns SQLSTATE, when it was the server that said so */
export function sqlStateOf(thrown: unknown): string | undefined {
  return thrown instanceof DatabaseError ? thrown.code : undefined
}
