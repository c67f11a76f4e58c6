/**
 * The cheapest host that can be: answers on the meridian line (specs/hosts/meridian/interface.md)
 * by moving bytes, without reading what it need not. It approves every payment and keeps nothing.
 */

/** Frame header: two bytes, binary, big-endian, itself not counted. */
export const HEADER_BYTES = 2

/**
 * Write the answer to the message at `from` (no frame header) into `to` at `at`, frame header
 * included.
 *
 * An answer is never twice as long as its message.
 *
 * @returns where it ends
 */
export function writeAnswer(message: Buffer, to: Buffer, at: number): number {
  const start = at + HEADER_BYTES
  const isNetwork = message[1] === DIGIT_8
  const end = isNetwork ? writeNetwork(message, to, start) : writePayment(message, to, start)
  to.writeUInt16BE(end - start, at)
  return end
}

const DIGIT_8 = 0x38
const DIGIT_9 = 0x39
const LETTER_A = 0x41
const MTI_BYTES = 4
const BITMAP_END = 20

/** 0800 with DE7, 11, 70 becomes 0810 with DE7, 11, 39, 70. */
function writeNetwork(message: Buffer, to: Buffer, start: number): number {
  const first = message.copy(to, start, 0, message.length - 3) + start
  to[start + 2] = 0x31
  // DE39 is bit 39: the second bit from the right in the tenth character of the bitmap.
  to[start + MTI_BYTES + 9] = 0x32
  const end = first + to.write('00', first, 'latin1')
  return end + message.copy(to, end, message.length - 3)
}

/** 0200 becomes 0210: DE2 to 13 as they came, then what an approval has. */
function writePayment(message: Buffer, to: Buffer, start: number): number {
  const panEnd = BITMAP_END + 2 + twoDigits(message, BITMAP_END)
  // DE3, 4, 7, 11, 12, 13.
  const echoEnd = panEnd + 44
  // DE14, 18, 19, 22, 25 stay out.
  const acquirer = echoEnd + 16
  const rrn = acquirer + 2 + twoDigits(message, acquirer)
  const terminal = rrn + 12
  const asked = hasAdditional(message)

  let end = start + to.write(asked ? HEAD_WITH_CHECKS : HEAD, start, 'latin1')
  to[start + 1] = message[1] ?? 0
  end += message.copy(to, end, BITMAP_END, echoEnd)
  end += message.copy(to, end, echoEnd - 4, echoEnd)
  end += message.copy(to, end, acquirer, terminal)
  end += to.write(APPROVAL, end, 'latin1')
  end += message.copy(to, end, terminal, terminal + 23)
  if (asked) end += to.write(CHECKS, end, 'latin1')
  end += message.copy(to, end, message.length - 3)
  return end + to.write(NETWORK_REFERENCE, end, 'latin1')
}

/** DE2 3 4 7 11 12 13 15 32 37 38 39 41 42 49 63, and the same with DE48. */
const HEAD = '0210723A00010EC08002'
const HEAD_WITH_CHECKS = '0210723A00010EC18002'
/** DE38 and DE39. */
const APPROVAL = '12345600'
/** DE48: the CVV2 matches. */
const CHECKS = '0058701M'
/** DE63. */
const NETWORK_REFERENCE = '015M11221000000101'

/** Bit 48 is the last bit of the twelfth hexadecimal character of the bitmap. */
function hasAdditional(message: Buffer): boolean {
  const character = message[MTI_BYTES + 11] ?? 0
  const digit = character > DIGIT_9 ? character - LETTER_A + 10 : character
  return (digit & 1) === 1
}

function twoDigits(message: Buffer, at: number): number {
  return ((message[at] ?? 0) - 48) * 10 + (message[at + 1] ?? 0) - 48
}
