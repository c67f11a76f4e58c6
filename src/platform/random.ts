import { randomBytes, randomInt } from 'node:crypto'

/** Chance as a parameter. */
export interface Random {
  /** Unpredictable bytes, fit for keys and nonces. */
  bytes(count: number): Uint8Array
  /** A whole number, `from` included, `below` excluded. */
  integer(from: number, below: number): number
}

export function createSystemRandom(): Random {
  return {
    bytes: (count) => randomBytes(count),
    integer: (from, below) => randomInt(from, below),
  }
}
