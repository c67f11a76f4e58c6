import type { Clock } from '#platform'
import { StoreError } from '../errors.ts'
import type { ChainHead } from '../journal-chain.ts'
import type { ActOf } from './act.ts'
import type { Connection, Statement, StoredRow } from './connection.ts'
import type { PostgresLimits } from './limits.ts'
import { LOCK } from './locks.ts'
import type { Transaction } from './transaction.ts'

/** One life of one node: who writes in its name. */
export interface Claim {
  readonly node: string
  readonly epoch: number
}

/**
 * Begin a life of a node, which ends every earlier one.
 *
 * A lock of the session says whether the name is in use: the server lets go of it when the program
 * or its connection ends. One that lives on although nobody has heard of the node for `deadAfterMs`
 * is of a connection that nobody has any more.
 *
 * @throws StoreError `STORE_IN_USE`
 */
export async function claimNode(
  connection: Connection,
  node: string,
  { clock, limits }: { readonly clock: Clock; readonly limits: PostgresLimits },
): Promise<Claim> {
  for (let waitedMs = 0; !(await isFree(connection, node, limits)); waitedMs += CLAIM_POLL_MS) {
    if (waitedMs >= CLAIM_WAIT_MS) {
      throw new StoreError('STORE_IN_USE', `another gateway runs as node ${node} of this store`)
    }
    await new Promise<void>((resolve) => clock.after(CLAIM_POLL_MS, resolve))
  }
  const [row] = await connection.rows(CLAIM, [node])
  return { node, epoch: Number(row?.['epoch']) }
}

/** The server takes a moment to notice that a program has ended. */
const CLAIM_WAIT_MS = 2_000
const CLAIM_POLL_MS = 100

async function isFree(
  connection: Connection,
  node: string,
  { deadAfterMs }: PostgresLimits,
): Promise<boolean> {
  if (await lockName(connection, node)) return true
  const silent = await connection.rows(SILENT, [node, deadAfterMs])
  return silent.length > 0
}

/** @returns whether this session has the name's lock now */
export async function lockName(connection: Connection, node: string): Promise<boolean> {
  const [row] = await connection.rows(LOCK_NAME, [LOCK.instance, node])
  return row?.['locked'] === 1
}

const LOCK_NAME: Statement = {
  name: 'lock-name',
  text: 'SELECT pg_try_advisory_lock($1::integer, hashtext($2))::integer AS locked',
}

const SILENT: Statement = {
  name: 'silent-node',
  text: `SELECT name FROM nodes WHERE name = $1 AND state = 'live'
    AND beat_at < clock_timestamp() - $2 * interval '1 millisecond'`,
}

const CLAIM: Statement = {
  name: 'claim-node',
  text: `INSERT INTO nodes (name, epoch, batch, state, beat_at)
    VALUES ($1, 1, 0, 'live', clock_timestamp())
    ON CONFLICT (name) DO UPDATE
      SET epoch = nodes.epoch + 1, batch = 0, state = 'live', beat_at = clock_timestamp()
    RETURNING epoch`,
}

/**
 * The last transaction that a node committed. Waits for one whose end it never heard: that has the
 * node's row until it has ended either way.
 *
 * @throws StoreError `STORE_FENCED`
 */
export async function lastCommitted(
  connection: Connection,
  { node, epoch }: Claim,
): Promise<number> {
  const [row] = await connection.rows(LAST, [node])
  if (Number(row?.['epoch']) !== epoch) throw fenced()
  return Number(row?.['batch'])
}

const LAST: Statement = {
  name: 'last-committed',
  text: 'SELECT epoch, batch FROM nodes WHERE name = $1 FOR UPDATE',
}

/**
 * Begin a transaction in which a node writes: none gets past this after the node's life has ended,
 * and whoever ends it waits for those that have.
 *
 * @param batch its number, one more than that of the last which was committed
 * @param holdsOffOthers whether no other transaction may begin payments meanwhile
 * @returns the hash of the node's last event, if it has written any
 * @throws StoreError `STORE_FENCED`
 */
export async function beginFenced(
  connection: Connection,
  { node, epoch }: Claim,
  { batch, holdsOffOthers }: { readonly batch: number; readonly holdsOffOthers: boolean },
): Promise<string | undefined> {
  const lock = holdsOffOthers ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared'
  const { rows } = await connection.script(
    `BEGIN; SELECT ${lock}(${LOCK.tombstones}, 0) IS NULL;
     UPDATE nodes SET batch = ${batch}, beat_at = clock_timestamp()
     WHERE name = '${node}' AND epoch = ${epoch} RETURNING encode(head, 'hex') AS head`,
  )
  const [row] = rows
  if (row === undefined) throw fenced()
  return headIn(row)
}

function headIn({ head }: StoredRow): string | undefined {
  return head === null ? undefined : String(head)
}

/** Whose moves and postings those are that no gateway makes. No node can be called so. */
export const DESK = '(desk)'

/** The hash of the last event of a node's chain, which nobody else goes on with meanwhile. */
export async function holdHead(connection: Connection, node: string): Promise<string | undefined> {
  const [row] = await connection.rows(HEAD_TO_WRITE, [node])
  return row && headIn(row)
}

const HEAD_TO_WRITE: Statement = {
  name: 'head-to-write',
  text: `SELECT encode(head, 'hex') AS head FROM nodes WHERE name = $1 FOR UPDATE`,
}

/** Where the chain of a node ends. */
export async function chainHead(
  { at }: ActOf<'chainHead'>,
  { connection, node, answer }: Transaction,
): Promise<void> {
  const [row] = await connection.rows(HEAD, [node])
  const event = Number(row?.['head_event'])
  const head: ChainHead = { node, event, hash: String(row?.['head']) }
  answer(at, { value: row === undefined ? undefined : head })
}

const HEAD: Statement = {
  name: 'head',
  text: `SELECT head_event, encode(head, 'hex') AS head FROM nodes
    WHERE name = $1 AND head IS NOT NULL`,
}

function fenced(): StoreError {
  return new StoreError('STORE_FENCED', 'another node has declared this one dead, and taken over')
}

/** End a life in order: others may have what this node had. Nothing of it may be left begun. */
export async function releaseNode(connection: Connection, claim: Claim, batch: number) {
  await beginFenced(connection, claim, { batch, holdsOffOthers: false })
  for (const statement of [RELEASE_OWED, RELEASE_STANS, STOP]) {
    await connection.rows(statement, [claim.node])
  }
  await connection.script('COMMIT')
}

const RELEASE_OWED: Statement = {
  name: 'release-owed',
  text: 'UPDATE owed_messages SET taken_by = NULL WHERE taken_by = $1 AND due_at_ms IS NOT NULL',
}

export const RELEASE_STANS: Statement = {
  name: 'release-stans',
  text: 'UPDATE stan_leases SET left_at = clock_timestamp() WHERE node = $1 AND left_at IS NULL',
}

const STOP: Statement = {
  name: 'stop-node',
  text: `UPDATE nodes SET state = 'stopped' WHERE name = $1
    AND NOT EXISTS (SELECT FROM payments WHERE state = 'begun' AND node = $1)`,
}
