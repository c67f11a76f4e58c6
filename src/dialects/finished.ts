/** What every import comes to: elements that a bitmap announces, and a dialect that loads. */
import { type BitmapFile, type DialectFile, faultsOfDialect } from './dialect-file.ts'
import { ImportError } from './import-error.ts'
import type { Note } from './notes.ts'

export interface Imported {
  readonly dialect: DialectFile
  readonly notes: readonly Note[]
}

/** Throws `ImportError` when nothing was carried, or when what was is no dialect. */
export function finished(dialect: DialectFile, notes: readonly Note[]): Imported {
  if (Object.keys(dialect.fields).length === 0) {
    throw new ImportError('NOTHING_CARRIED', 'has no element that a dialect can say')
  }
  const faults = faultsOfDialect(dialect)
  if (faults.length > 0) {
    const reasons = faults.map(({ path, reason }) => `${path.join('.')}: ${reason}`)
    throw new ImportError('DIALECT_INVALID', reasons.join('\n'))
  }
  return { dialect, notes }
}

/** Why there can be no element of this number; undefined when there can. */
export function numberFault(number: number, { count }: BitmapFile): string | undefined {
  const last = 64 * count
  if (number > last) return `is beyond the bitmap, which ends with ${last}`
  const isBitmapBit = count === 3 && (number === 65 || number === 129)
  return isBitmapBit ? 'is the first bit of a bitmap' : undefined
}
