/** What can still be read of a message that was refused: all that stands before the fault. */
import type { Dialect } from './dialect.ts'
import { DecodeError } from './errors.ts'
import type { Message } from './message.ts'

export interface ReadBefore {
  /** The message type and the elements before the one at fault. */
  readonly message: Message
  /** Where the element at fault begins, in bytes from the start of the message. */
  readonly bytes: number
}

const ELEMENT_MAX = 192

/**
 * Reads the elements before the fault again.
 *
 * @returns undefined when it lies in the message type or in the bitmap: then no element is certain
 */
export function readBefore(
  dialect: Dialect,
  bytes: Uint8Array,
  { code, path }: DecodeError,
): ReadBefore | undefined {
  if (code === 'FIELD_UNKNOWN' && !path.includes('.')) return undefined
  const fault = path === 'message' ? ELEMENT_MAX + 1 : Number.parseInt(path, 10)
  if (Number.isNaN(fault)) return undefined
  const read = dialect.routing(elementsBefore(dialect, fault))
  return { message: read(bytes), bytes: leastBytes(read, bytes) }
}

function elementsBefore(dialect: Dialect, fault: number): string[] {
  const numbers = Array.from({ length: ELEMENT_MAX + 1 }, (_, number) => String(number))
  return numbers.slice(0, fault).filter((number) => dialect.field(number) !== undefined)
}

/** An element begins where the shortest message ends that still has all before it. */
function leastBytes(read: (bytes: Uint8Array) => Message, bytes: Uint8Array): number {
  let [tooFew, enough] = [0, bytes.byteLength]
  while (tooFew + 1 < enough) {
    const middle = (tooFew + enough) >> 1
    if (isRead(read, bytes.subarray(0, middle))) enough = middle
    else tooFew = middle
  }
  return enough
}

function isRead(read: (bytes: Uint8Array) => Message, bytes: Uint8Array): boolean {
  try {
    read(bytes)
    return true
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}
