import type { DatabaseSync } from 'node:sqlite'
import type { Row } from './payment-row.ts'

/** A host answer that decided no payment: kept as evidence, delivered to nobody. */
export interface Stray {
  /**
   * `late`: its exchange had been given up. `duplicate`: it had been answered. `unknown`: never
   * asked. `mismatched`: it came in time and contradicts its request, or its MAC is wrong.
   */
  readonly kind: 'late' | 'unknown' | 'duplicate' | 'mismatched'
  readonly host: string
  readonly mti: string
  /** DE11, where it could be read. */
  readonly stan?: number
  /** DE7, where it could be read. */
  readonly transmittedAt?: string
  /** DE39, where it could be read. */
  readonly responseCode?: string
  /** The message without sensitive authentication data, sealed. */
  readonly sealedImage: Uint8Array
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
}

/** Byte columns at the end of {@link strayRow}. */
export const STRAY_BLOBS = 1
export const STRAY_COLUMNS = 8

export function strayRow(stray: Stray): Row {
  return [
    stray.kind,
    stray.host,
    stray.mti,
    stray.stan ?? null,
    stray.transmittedAt ?? null,
    stray.responseCode ?? null,
    stray.atMs,
    stray.sealedImage,
  ]
}

export function createStrayJournal(database: DatabaseSync) {
  const insert = database.prepare(
    `INSERT INTO strays (kind, host, mti, stan, transmitted_at, response_code, at_ms, sealed_image)
     VALUES (?,?,?,?,?,?,?,?)`,
  )
  return (stray: Row): void => {
    insert.run(...stray)
  }
}
