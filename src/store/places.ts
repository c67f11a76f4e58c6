import type { Clock } from '#platform'
import { LOOKED_AT_MAX, openFileReader, type PaymentReader } from './card-search.ts'
import { type LedgerDesk, openFileLedgerDesk } from './ledger/ledger-desk.ts'
import { type LedgerReader, openFileLedgerReader } from './ledger/ledger-reader.ts'
import { openPostgresReader } from './postgres/card-search.ts'
import { verifyPostgresLedger } from './postgres/ledger/check.ts'
import { openPostgresLedgerDesk } from './postgres/ledger/desk.ts'
import { openPostgresLedgerReader } from './postgres/ledger/reader.ts'
import type { PostgresPlace } from './postgres/place.ts'
import { openPostgresRegistry } from './postgres/registry.ts'
import { openPostgresStore } from './postgres/store.ts'
import { verifyPostgres } from './postgres/verification.ts'
import { openPostgresWorkDesk } from './postgres/work-items.ts'
import { openFileRegistry, type Registry } from './registry.ts'
import { openFileStore, type Store, type StoreOptions } from './store.ts'
import { type LedgerVerification, verifyFileLedger } from './upkeep/ledger-verification.ts'
import { type Verification, verifyStore } from './upkeep/verification.ts'
import { openFileWorkDesk, type WorkDesk } from './work-items.ts'

/** Where a store is: the path of an SQLite file, or a database of PostgreSQL. */
export type StorePlace = string | PostgresPlace

export interface BesideOptions {
  readonly clock: Clock
}

/**
 * Open the store of this gateway, making it when there is none.
 *
 * @throws StoreError at opening (specs/store.md, "When it breaks")
 */
export async function openStore(place: StorePlace, options: StoreOptions): Promise<Store> {
  return isFile(place) ? openFileStore(place, options) : openPostgresStore(place, options)
}

/**
 * Open a store for acts on its registry alone, making it when there is none. Gateways may run on it
 * meanwhile.
 *
 * @throws StoreError as {@link openStore} does; `STORE_IN_USE` only when the schema is older than
 *   this program and a gateway runs on it
 */
export async function openRegistry(place: StorePlace, options: BesideOptions): Promise<Registry> {
  return isFile(place) ? openFileRegistry(place, options) : openPostgresRegistry(place, options)
}

/**
 * Open a store to answer its work items.
 *
 * @throws StoreError as {@link openRegistry} does
 */
export async function openWorkDesk(place: StorePlace, options: BesideOptions): Promise<WorkDesk> {
  return isFile(place) ? openFileWorkDesk(place, options) : openPostgresWorkDesk(place, options)
}

/**
 * Open a store to correct its ledger.
 *
 * @throws StoreError as {@link openRegistry} does
 */
export async function openLedgerDesk(
  place: StorePlace,
  options: BesideOptions,
): Promise<LedgerDesk> {
  return isFile(place) ? openFileLedgerDesk(place, options) : openPostgresLedgerDesk(place, options)
}

export interface ReaderOptions extends BesideOptions {
  /** Payments that one search looks at. */
  readonly lookedAtMax?: number
}

/**
 * Open a store to read payments: nothing is written, no schema is changed, and no act of a running
 * gateway waits.
 *
 * @throws StoreError `STORE_UNREADABLE`, `STORE_UNREACHABLE`, `STORE_FOREIGN`, `STORE_TOO_NEW`,
 *   `STORE_TOO_OLD`, `STORE_CORRUPT`
 */
export async function openPaymentReader(
  place: StorePlace,
  { lookedAtMax = LOOKED_AT_MAX, ...options }: ReaderOptions,
): Promise<PaymentReader> {
  return isFile(place)
    ? openFileReader(place, lookedAtMax)
    : openPostgresReader(place, lookedAtMax, options)
}

/**
 * Open a store to read its ledger: nothing is written, no schema is changed, and no act of a
 * running gateway waits.
 *
 * @throws StoreError as {@link openPaymentReader} does
 */
export async function openLedgerReader(
  place: StorePlace,
  options: BesideOptions,
): Promise<LedgerReader> {
  return isFile(place) ? openFileLedgerReader(place) : openPostgresLedgerReader(place, options)
}

/**
 * Hold the ledger of a store against its entries, beside the gateways that may be running on it.
 *
 * @throws StoreError as {@link openPaymentReader} does
 */
export async function verifyLedger(
  place: StorePlace,
  options: BesideOptions,
): Promise<LedgerVerification> {
  return isFile(place) ? verifyFileLedger(place) : verifyPostgresLedger(place, options)
}

export interface VerifyOptions extends BesideOptions {
  /** Hashes of events that were noted elsewhere, 64 lower-case hexadecimal digits each. */
  readonly wanted?: readonly string[]
}

/**
 * Hold a store against itself, beside the gateways that may be running on it.
 *
 * @throws StoreError as {@link openPaymentReader} does, but for `STORE_CORRUPT`, which is an answer
 */
export async function verifyPlace(
  place: StorePlace,
  { wanted = [], ...options }: VerifyOptions,
): Promise<Verification> {
  return isFile(place) ? verifyStore(place, wanted) : verifyPostgres(place, { ...options, wanted })
}

function isFile(place: StorePlace): place is string {
  return typeof place === 'string'
}
