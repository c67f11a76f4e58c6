import { randomBytes } from 'node:crypto'

/**
 * Chance drawn from the system in blocks: twelve bytes at a time cost more than what they are for.
 */
export function createRandomPool(): { bytes(count: number): Uint8Array } {
  let block = randomBytes(BLOCK_BYTES)
  let used = 0

  return {
    bytes(count) {
      if (count > BLOCK_BYTES) return randomBytes(count)
      if (used + count > BLOCK_BYTES) {
        block = randomBytes(BLOCK_BYTES)
        used = 0
      }
      used += count
      return block.subarray(used - count, used)
    },
  }
}

const BLOCK_BYTES = 4_096
