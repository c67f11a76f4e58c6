/** The end of every import: a dialect that loads, or none. */
import { type DialectFile, faultsOfDialect } from './dialect-file.ts'
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
