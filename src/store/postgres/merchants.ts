import type { Merchant } from '#domain'
import type { MerchantChange, MerchantList } from '../merchants.ts'
import type { ActOf } from './act.ts'
import type { Connection, Statement } from './connection.ts'
import { HOLD, LOCK } from './locks.ts'
import type { Transaction } from './transaction.ts'

export async function putMerchant(
  { at, change }: ActOf<'putMerchant'>,
  { connection, answer }: Transaction,
): Promise<void> {
  await writeMerchant(connection, change)
  answer(at, 0)
}

/** One after the other, so that the version never passes over a change that is not there yet. */
export async function writeMerchant(
  connection: Connection,
  { merchant, by, atMs }: MerchantChange,
): Promise<void> {
  const record = JSON.stringify(merchant)
  await connection.rows(HOLD, [LOCK.registry, ''])
  await connection.rows(PUT, [merchant.id, record])
  await connection.rows(JOURNAL, [merchant.id, record, by, atMs])
}

const PUT: Statement = {
  name: 'put-merchant',
  text: `INSERT INTO merchants (id, record) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
}

const JOURNAL: Statement = {
  name: 'journal-merchant',
  text: `INSERT INTO merchant_changes (merchant, record, changed_by, at_ms)
    VALUES ($1, $2, $3, $4)`,
}

export async function listMerchants(
  { at }: ActOf<'listMerchants'>,
  { connection, answer }: Transaction,
): Promise<void> {
  answer(at, { value: await readMerchants(connection) })
}

export async function readMerchants(connection: Connection): Promise<MerchantList> {
  // The version first: a change that comes between the two is then read again.
  const version = await readVersion(connection)
  const rows = await connection.rows(LIST)
  // Only `writeMerchant` writes records, and a Merchant is plain JSON.
  return { version, merchants: rows.map((row) => JSON.parse(String(row['record'])) as Merchant) }
}

const LIST: Statement = { name: 'list-merchants', text: 'SELECT record FROM merchants ORDER BY id' }

export async function merchantsVersion(
  { at }: ActOf<'merchantsVersion'>,
  { connection, answer }: Transaction,
): Promise<void> {
  answer(at, { value: await readVersion(connection) })
}

async function readVersion(connection: Connection): Promise<number> {
  const [row] = await connection.rows(VERSION)
  return Number(row?.['version'])
}

const VERSION: Statement = {
  name: 'merchants-version',
  text: 'SELECT coalesce(max(seq), 0) AS version FROM merchant_changes',
}
