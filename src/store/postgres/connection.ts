import type { SQLOutputValue } from 'node:sqlite'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { Client, type ClientConfig, type QueryResult, types } from 'pg'
import type { Clock } from '#platform'
import { StoreError, type StoreErrorCode } from '../errors.ts'
import type { PostgresLimits } from './limits.ts'
import type { PostgresPlace, PostgresTls } from './place.ts'
import { sqlStateOf } from './trouble.ts'

/** One statement, which the server reads and plans once a connection. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** A parameter; a list is an array of the server's. */
export type Value = string | number | null | Uint8Array | readonly Value[]

/** Whole numbers come as numbers, bytes as bytes of their own, and all else is selected as text. */
export type StoredRow = Readonly<Record<string, SQLOutputValue>>

/**
 * A session with the server, in which statements are answered in the order in which they were
 * asked. None waits for the answer to another before it is sent.
 */
export interface Connection {
  rows(statement: Statement, values?: readonly Value[]): Promise<readonly StoredRow[]>
  /** @returns how many rows the statement changed */
  count(statement: Statement, values?: readonly Value[]): Promise<number>
  /**
   * Statements without parameters, one after the other.
   *
   * @param withinMs how long the server has for them, when that is not for the settings to say
   * @returns the command of the last
   */
  script(
    text: string,
    withinMs?: number,
  ): Promise<{ readonly command: string; readonly rows: readonly StoredRow[] }>
  /** Call `act` when the session is over, whoever ended it. */
  onceEnded(act: () => void): void
  /** End it in order. */
  close(): Promise<void>
  /** End it at once: what the server was doing, it finds out by itself. */
  cut(): void
}

export interface ConnectionParts {
  readonly clock: Clock
  readonly limits: PostgresLimits
}

/**
 * Connect, and see that the server keeps what it has committed.
 *
 * @throws StoreError `STORE_UNREACHABLE` when nobody answers there or we are not let in;
 *   `STORE_NOT_DURABLE`, `STORE_UNFIT`
 */
export async function connect(place: PostgresPlace, parts: ConnectionParts): Promise<Connection> {
  const client = new Client(clientConfig(place, parts.limits))
  // Whatever was asked is told of it too; without a listener the process would end.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (thrown) {
    throw new StoreError('STORE_UNREACHABLE', `the database cannot be reached (${causeOf(thrown)})`)
  }
  const connection = connectionOver(client, parts)
  try {
    await prepare(connection, parts.limits)
    return connection
  } catch (thrown) {
    connection.cut()
    if (thrown instanceof StoreError) throw thrown
    throw new StoreError('STORE_UNREACHABLE', `the database cannot be used (${causeOf(thrown)})`)
  }
}

/** What is said here, no variable of the environment says instead. */
function clientConfig(place: PostgresPlace, limits: PostgresLimits): ClientConfig {
  const { host, port, database, user, password = '', tls, node } = place
  return {
    ...{ host, port, database, user, password },
    ssl: tls === undefined ? false : tlsOptions(place.host, tls),
    application_name: `sallyport ${node}`,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    keepAlive: true,
    pipeline: true,
    types: { getTypeParser: parserOf as typeof types.getTypeParser },
  }
}

/** The name to be proved is said, so that none is taken for it that the library would choose. */
function tlsOptions(host: string, { serverName = host, ...pem }: PostgresTls) {
  const checkName = (_: string, certificate: PeerCertificate) =>
    checkServerIdentity(serverName, certificate)
  return { ...pem, checkServerIdentity: checkName, minVersion: 'TLSv1.2' as const }
}

/** By the type's number in `pg_type`: int8 and bytea are ours. */
function parserOf(oid: number, format?: 'text'): unknown {
  if (oid === INT8) return Number
  if (oid === BYTEA) return bytesOf
  return types.getTypeParser(oid, format)
}

const INT8 = 20
const BYTEA = 17

/** In memory of their own: a view into a pool would cross threads with the whole pool. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
}

function connectionOver(client: Client, { clock, limits }: ConnectionParts): Connection {
  /** A server that says nothing at all, not even that its time is up, is not there any more. */
  async function within<T>(answer: Promise<T>, workMs = limits.statementTimeoutMs): Promise<T> {
    const cancel = clock.after(workMs + ANSWER_MS, cut)
    try {
      return await answer
    } finally {
      cancel()
    }
  }

  function cut(): void {
    client.connection.stream.destroy()
  }

  function ask({ name, text }: Statement, values: readonly Value[]) {
    return within(client.query<StoredRow>({ name, text, values: [...values] }))
  }

  return {
    onceEnded(act) {
      client.once('end', act)
    },
    cut,
    rows: async (statement, values = []) => (await ask(statement, values)).rows,
    count: async (statement, values = []) => (await ask(statement, values)).rowCount ?? 0,
    async script(text, withinMs) {
      // Several statements are answered by a list of results.
      const answer: QueryResult | QueryResult[] = await within(client.query(text), withinMs)
      const { command, rows } = Array.isArray(answer) ? (answer.at(-1) ?? NOTHING) : answer
      return { command, rows }
    },
    close: () => within(client.end()),
  }
}

const NOTHING = { command: '', rows: [] }

/** For the way back, and for a timeout of the server's own to be told. */
const ANSWER_MS = 2_000

/**
 * The session's settings, read back.
 *
 * Tables here only grow, and what is asked is always a few rows by their keys: a plan that was made
 * while a table was small must not read it from end to end ever after. A session whose program
 * stands still must not keep others waiting for its rows, nor one whose machine is gone.
 */
async function prepare(connection: Connection, limits: PostgresLimits): Promise<void> {
  const idleMs = limits.statementTimeoutMs
  await connection.script(`
    SET search_path = sallyport, pg_catalog;
    SET default_transaction_isolation = 'read committed';
    SET synchronous_commit = on;
    SET statement_timeout = ${limits.statementTimeoutMs};
    SET lock_timeout = ${limits.busyTimeoutMs};
    SET idle_in_transaction_session_timeout = ${idleMs};
    SET tcp_keepalives_idle = 5;
    SET tcp_keepalives_interval = 2;
    SET tcp_keepalives_count = 3;
    SET tcp_user_timeout = ${TCP_USER_TIMEOUT_MS};
    SET plan_cache_mode = force_generic_plan;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET jit = off;
    SET client_min_messages = warning`)
  const { rows } = await connection.script(`
    SELECT current_setting('server_version_num')::integer AS version,
      current_setting('server_encoding') AS encoding,
      current_setting('transaction_read_only') AS read_only,
      concat_ws(' ', 'synchronous_commit', current_setting('synchronous_commit'),
        'fsync', current_setting('fsync'),
        'full_page_writes', current_setting('full_page_writes')) AS durability`)
  const { version, encoding, read_only: readOnly, durability } = rows[0] ?? {}
  if (Number(version) < SERVER_VERSION_MIN)
    refuse('STORE_UNFIT', 'PostgreSQL 13 or later is needed')
  if (encoding !== 'UTF8') refuse('STORE_UNFIT', 'the database must be in UTF8')
  if (readOnly !== 'off') refuse('STORE_UNREACHABLE', 'this server stands by and cannot be written')
  if (durability !== DURABLE)
    refuse('STORE_NOT_DURABLE', `the server would lose commits: ${durability}`)
}

const TCP_USER_TIMEOUT_MS = 10_000

const SERVER_VERSION_MIN = 130_000

const DURABLE = 'synchronous_commit on fsync on full_page_writes on'

function refuse(code: StoreErrorCode, message: string): never {
  throw new StoreError(code, message)
}

/** SQLSTATE, or the system's code; never a text that the server made of what it was given. */
function causeOf(thrown: unknown): string {
  const state = sqlStateOf(thrown)
  if (state !== undefined) return `${CONNECT_CAUSES[state] ?? 'SQLSTATE'} ${state}`
  if (thrown instanceof Error && 'code' in thrown) return String(thrown.code)
  return thrown instanceof Error ? thrown.message : 'unknown'
}

const CONNECT_CAUSES: Readonly<Record<string, string>> = {
  '28000': 'this user is not let in,',
  '28P01': 'the password is wrong,',
  '3D000': 'there is no such database,',
  '57P03': 'it is starting or stopping,',
  '53300': 'it has too many connections,',
}
