import {
  cardIn,
  FOUND_COLUMNS,
  FOUND_TABLES,
  type FoundRegistration,
  foundIn,
  keptIn,
  OR_RENEW,
  type RegistrationResult,
  toldAgain,
} from '../card-tokens.ts'
import type { ActOf } from './act.ts'
import type { Connection, Statement } from './connection.ts'
import type { Transaction } from './transaction.ts'

/**
 * Keep a card under a token, or under the one that this merchant has for it. Of two nodes that are
 * asked at once the second waits for the first, and finds what it did.
 */
export async function registerCard(
  { at, registration }: ActOf<'registerCard'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const { merchant, id, fingerprint, panMasked, registeredAtMs } = registration
  const say = (value: RegistrationResult) => answer(at, { value })
  const earlier = await foundRegistration(connection, merchant, id)
  if (earlier !== undefined) return say(toldAgain(earlier, fingerprint))
  const { panHash, sealedCard } = registration
  const [kept] = await connection.rows(KEEP_CARD, [
    ...[registration.token, merchant, panMasked, registeredAtMs],
    ...[panHash, sealedCard],
  ])
  const token = String(kept?.['token'])
  await connection.rows(KEEP_REGISTRATION, [merchant, id, token, registeredAtMs, fingerprint])
  return say({ kind: 'registered', card: { merchant, token, panMasked, registeredAtMs } })
}

const KEEP_CARD: Statement = {
  name: 'keep-card',
  text: `INSERT INTO card_tokens
      (token, merchant, pan_masked, registered_at_ms, pan_hash, sealed_card)
    VALUES ($1, $2, $3, $4, $5, $6) ${OR_RENEW} RETURNING token`,
}

const KEEP_REGISTRATION: Statement = {
  name: 'keep-registration',
  text: `INSERT INTO card_registrations (merchant, id, token, at_ms, fingerprint)
    VALUES ($1, $2, $3, $4, $5)`,
}

export async function findRegistration(
  { at, merchant, id }: ActOf<'findRegistration'>,
  { connection, answer }: Transaction,
): Promise<void> {
  answer(at, { value: await foundRegistration(connection, merchant, id) })
}

async function foundRegistration(
  connection: Connection,
  merchant: string,
  id: string,
): Promise<FoundRegistration | undefined> {
  const [row] = await connection.rows(REGISTRATION, [merchant, id])
  return row === undefined ? undefined : foundIn(row)
}

const REGISTRATION: Statement = {
  name: 'found-registration',
  text: `SELECT ${FOUND_COLUMNS} ${FOUND_TABLES}
    WHERE card_registrations.merchant = $1 AND id = $2`,
}

export async function findCard(
  { at, merchant, token }: ActOf<'findCard'>,
  { connection, answer }: Transaction,
): Promise<void> {
  const [row] = await connection.rows(LIVE, [merchant, token])
  answer(at, { value: row === undefined ? undefined : keptIn(row) })
}

const LIVE: Statement = {
  name: 'live-card',
  text: `SELECT pan_hash, sealed_card FROM card_tokens
    WHERE merchant = $1 AND token = $2 AND forgotten_at_ms IS NULL`,
}

export async function forgetCard(
  { at, merchant, token, atMs }: ActOf<'forgetCard'>,
  { connection, answer }: Transaction,
): Promise<void> {
  await connection.rows(FORGET, [merchant, token, atMs])
  const [row] = await connection.rows(TOKEN, [merchant, token])
  answer(at, { value: row === undefined ? undefined : cardIn(row) })
}

const FORGET: Statement = {
  name: 'forget-card',
  text: `UPDATE card_tokens SET forgotten_at_ms = $3, sealed_card = NULL
    WHERE merchant = $1 AND token = $2 AND forgotten_at_ms IS NULL`,
}

const TOKEN: Statement = {
  name: 'card-token',
  text: 'SELECT * FROM card_tokens WHERE merchant = $1 AND token = $2',
}
