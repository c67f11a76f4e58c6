import type { DatabaseSync } from 'node:sqlite'
import type { CardRegistration, KeptCard, RegisteredCard } from '#domain'
import type { Row, StoredRow } from './payment-row.ts'

/** What became of the wish to register a card. */
export type RegistrationResult =
  /** The card has a token, by this request or by an earlier one with the same content. */
  | { readonly kind: 'registered'; readonly card: RegisteredCard }
  /** This merchant used the id before, for a registration with other content. */
  | { readonly kind: 'conflict' }

/** A registration as the store keeps it. */
export interface FoundRegistration {
  readonly card: RegisteredCard
  /** 32 bytes. */
  readonly fingerprint: Uint8Array
}

/** A merchant's wish to have a card forgotten. */
export interface Forgetting {
  readonly merchant: string
  readonly token: string
  readonly atMs: number
}

/** The acts on cards that merchants have registered. */
export type CardActs = ReturnType<typeof createCardActs>

/** Byte columns at the end of {@link registrationRow}. */
export const REGISTRATION_BLOBS = 3
export const REGISTRATION_COLUMNS = 8

export function registrationRow(registration: CardRegistration): Row {
  const { merchant, id, token, panMasked, registeredAtMs } = registration
  const { fingerprint, panHash, sealedCard } = registration
  return [merchant, id, token, panMasked, registeredAtMs, fingerprint, panHash, sealedCard]
}

/** The other way. */
export function registrationOf(row: Row): CardRegistration {
  const [merchant, id, token, panMasked, registeredAtMs, ...blobs] = row
  const [fingerprint, panHash, sealedCard] = blobs.map(bytesOf)
  return {
    merchant: String(merchant),
    id: String(id),
    token: String(token),
    panMasked: String(panMasked),
    registeredAtMs: Number(registeredAtMs),
    fingerprint: fingerprint ?? NO_BYTES,
    panHash: panHash ?? NO_BYTES,
    sealedCard: sealedCard ?? NO_BYTES,
  }
}

export function createCardActs(database: DatabaseSync) {
  const select = database.prepare(`SELECT ${FOUND_COLUMNS} ${FOUND_TABLES} WHERE ${FOUND_BY}`)
  const keepCard = database.prepare(
    `INSERT INTO card_tokens
       (token, merchant, pan_masked, registered_at_ms, pan_hash, sealed_card)
     VALUES (?,?,?,?,?,?) ${OR_RENEW} RETURNING token`,
  )
  const keepRegistration = database.prepare(
    'INSERT INTO card_registrations (merchant, id, token, at_ms, fingerprint) VALUES (?,?,?,?,?)',
  )
  const live = database.prepare(`SELECT pan_hash, sealed_card FROM card_tokens WHERE ${IS_LIVE}`)
  const end = database.prepare(`UPDATE card_tokens SET ${FORGOTTEN} WHERE ${IS_LIVE}`)
  const any = database.prepare('SELECT * FROM card_tokens WHERE merchant = ? AND token = ?')

  function findRegistration(merchant: string, id: string): FoundRegistration | undefined {
    const row = select.get(merchant, id)
    return row === undefined ? undefined : foundIn(row)
  }

  function register(registration: CardRegistration): RegistrationResult {
    const { merchant, id, fingerprint, panMasked, registeredAtMs } = registration
    const earlier = findRegistration(merchant, id)
    if (earlier !== undefined) return toldAgain(earlier, fingerprint)
    const { panHash, sealedCard } = registration
    const kept = keepCard.get(
      ...[registration.token, merchant, panMasked, registeredAtMs],
      ...[panHash, sealedCard],
    )
    const card = { merchant, token: String(kept?.['token']), panMasked, registeredAtMs }
    keepRegistration.run(merchant, id, card.token, registeredAtMs, fingerprint)
    return { kind: 'registered', card }
  }

  return {
    register,
    findRegistration,
    findCard(merchant: string, token: string): KeptCard | undefined {
      const row = live.get(merchant, token)
      return row === undefined ? undefined : keptIn(row)
    },
    forget({ merchant, token, atMs }: Forgetting): RegisteredCard | undefined {
      end.run(atMs, merchant, token)
      const row = any.get(merchant, token)
      return row === undefined ? undefined : cardIn(row)
    },
  }
}

/** A registration that was made before, told to whoever asks for it again. */
export function toldAgain(
  { card, fingerprint: before }: FoundRegistration,
  fingerprint: Uint8Array,
): RegistrationResult {
  return Buffer.compare(before, fingerprint) === 0
    ? { kind: 'registered', card }
    : { kind: 'conflict' }
}

/** A row of {@link FOUND_COLUMNS}. */
export function foundIn(row: StoredRow): FoundRegistration {
  return { card: cardIn(row), fingerprint: bytesOf(row['fingerprint']) }
}

export function cardIn(row: StoredRow): RegisteredCard {
  const { merchant, token, pan_masked, registered_at_ms, forgotten_at_ms } = row
  return {
    merchant: String(merchant),
    token: String(token),
    panMasked: String(pan_masked),
    registeredAtMs: Number(registered_at_ms),
    ...(forgotten_at_ms === null ? {} : { forgottenAtMs: Number(forgotten_at_ms) }),
  }
}

export function keptIn(row: StoredRow): KeptCard {
  return { panHash: bytesOf(row['pan_hash']), sealedCard: bytesOf(row['sealed_card']) }
}

/** A registration was when it was asked for, whenever its card came to have a token. */
export const FOUND_COLUMNS = `card_tokens.merchant, card_tokens.token, pan_masked,
  at_ms AS registered_at_ms, forgotten_at_ms, fingerprint`
export const FOUND_TABLES = 'FROM card_registrations JOIN card_tokens USING (token)'
const FOUND_BY = 'card_registrations.merchant = ? AND id = ?'

/** A card that has a token keeps it; the expiry date that was told last is the one that counts. */
export const OR_RENEW = `ON CONFLICT (merchant, pan_hash) WHERE forgotten_at_ms IS NULL
  DO UPDATE SET sealed_card = excluded.sealed_card`

const IS_LIVE = 'merchant = ? AND token = ? AND forgotten_at_ms IS NULL'
const FORGOTTEN = 'forgotten_at_ms = ?, sealed_card = NULL'

const NO_BYTES = new Uint8Array(0)

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : NO_BYTES
}
