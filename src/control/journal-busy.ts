/**
 * The journal looked at nothing and changed nothing: it has too much to do, or its database is out
 * of reach. Whoever asked may ask again later.
 */
export class JournalBusyError extends Error {
  override readonly name = 'JournalBusyError'
  readonly code = 'JOURNAL_BUSY'

  constructor() {
    super('the journal cannot be asked just now')
  }
}
