/**
 * Dialect files as data: brought in from the formats of other programs and taken out to them, put
 * side by side, read over as a reviewer does, and turned into TypeScript types.
 *
 * It knows how messages are described, and nothing of payments, hosts or sockets; it reads and
 * writes no file itself. A file that cannot be brought in throws `ImportError`; whatever was lost
 * or had to be decided on the way is a `Note`.
 */
export { compareDialects, type Difference, type SettingChange } from './compare.ts'
export { type DialectFile, dialectText } from './dialect-file.ts'
export type { Exported } from './exported.ts'
export type { Imported } from './finished.ts'
export { ImportError, type ImportErrorCode } from './import-error.ts'
export { exportJpos } from './jpos/export-jpos.ts'
export { importJpos } from './jpos/import-jpos.ts'
export { exportMoov } from './moov/export-moov.ts'
export { importMoov } from './moov/import-moov.ts'
export type { Note, NoteKind } from './notes.ts'
export { reviewDialect, type Warning } from './review.ts'
export { typesOfDialect } from './typescript.ts'
