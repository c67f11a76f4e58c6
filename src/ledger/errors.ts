/**
 * Why something cannot be posted. Closed.
 *
 * - `SET_EMPTY`: nothing is moved.
 * - `SET_TOO_LARGE`: more entries than one set may have.
 * - `SET_NOT_ZERO`: debits and credits of a currency differ.
 * - `AMOUNT_INVALID`: an amount that is not above zero, or more than an entry may have.
 * - `FUNDS_SHORT`: more than the account has.
 */
export type LedgerErrorCode =
  | 'SET_EMPTY'
  | 'SET_TOO_LARGE'
  | 'SET_NOT_ZERO'
  | 'AMOUNT_INVALID'
  | 'FUNDS_SHORT'

/** It was not posted. `message` holds no amount. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerErrorCode

  constructor(code: LedgerErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
