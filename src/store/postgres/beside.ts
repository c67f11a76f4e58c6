import type { Clock } from '#platform'
import { StoreError } from '../errors.ts'
import { type Connection, connect } from './connection.ts'
import { POSTGRES_LIMITS } from './limits.ts'
import type { PostgresPlace } from './place.ts'
import { bringUpToDate, seeThatUpToDate } from './schema.ts'
import { faultOf, troubleOf } from './trouble.ts'

/** A connection beside those of the nodes, for a command of an operator. */
export interface Beside {
  /** @throws StoreError */
  read<T>(act: (connection: Connection) => Promise<T>): Promise<T>
  /** Run an act as one transaction. @throws StoreError, also `COMMIT_UNKNOWN` */
  transact<T>(act: (connection: Connection) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** @param schema whether it may be made or brought up to date, or must be there */
export async function openBeside(
  place: PostgresPlace,
  { clock, schema }: { readonly clock: Clock; readonly schema: 'make' | 'read' },
): Promise<Beside> {
  const connection = await connect(place, { clock, limits: POSTGRES_LIMITS })
  try {
    await (schema === 'make' ? bringUpToDate(connection) : seeThatUpToDate(connection))
    return besideOver(connection)
  } catch (thrown) {
    connection.cut()
    throw besideError(thrown)
  }
}

function besideOver(connection: Connection): Beside {
  async function read<T>(act: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await act(connection)
    } catch (thrown) {
      throw besideError(thrown)
    }
  }

  async function undo(thrown: unknown): Promise<never> {
    if (troubleOf(thrown) !== 'away') await connection.script('ROLLBACK')
    throw thrown
  }

  async function commit(): Promise<void> {
    try {
      await connection.script('COMMIT')
    } catch {
      throw new StoreError('COMMIT_UNKNOWN', 'the database was lost while it committed')
    }
  }

  return {
    read,
    transact: (act) =>
      read(async () => {
        await connection.script('BEGIN')
        const result = await act(connection).catch(undo)
        await commit()
        return result
      }),
    close: () => connection.close(),
  }
}

function besideError(thrown: unknown): StoreError {
  switch (troubleOf(thrown)) {
    case 'busy':
      return new StoreError('STORE_BUSY', 'the database could not be written for too long')
    case 'away':
      return new StoreError('STORE_UNREACHABLE', 'the database was lost')
    case 'value':
      return new StoreError('ACT_INVALID', 'a value does not fit its column')
    case 'fatal':
      return faultOf(thrown)
  }
}
