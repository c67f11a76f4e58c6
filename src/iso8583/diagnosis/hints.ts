/**
 * What bytes look like to somebody who has seen many: in words, of their classes and lengths only,
 * never of their values.
 */
import { fromLine } from '../character-sets.ts'
import type { DecodeError } from '../errors.ts'
import { beginsWithTpdu, framesIn, isWhole, LENGTH_HEADERS } from './capture-frames.ts'
import type { Reading } from './diagnose.ts'

/** Of a capture that no dialect reads. */
export function hintsOf({ bytes }: Reading): string[] {
  return [...lengthHints(bytes), ...typeHints(bytes), ...endHints(bytes)]
}

/** Of the place where one dialect stopped. */
export function misfitHint({ code, offset, path }: DecodeError, message: Uint8Array): string {
  const left = message.byteLength - offset
  switch (code) {
    case 'FIELD_UNKNOWN':
      return `the message announces element ${path}, which the dialect lacks`
    case 'TAG_UNKNOWN':
      return 'a tag that the dialect lacks, or a length before it was read wrongly'
    case 'TRAILING_BYTES':
      return `${left} bytes are left over: ${classOf(message.subarray(offset, offset + 4))}`
    case 'TRUNCATED':
      return `${left} bytes are left, and more were wanted: cut short, or a length was read wrongly`
    default:
      return `the bytes there look like ${classOf(message.subarray(offset, offset + 4))}`
  }
}

function lengthHints(bytes: Uint8Array): string[] {
  const right = framesIn(bytes, LENGTH_HEADERS)
    .filter((frame) => isWhole(frame) && frame.at > 0 && !frame.header.includes('TPDU'))
    .map(({ header, at, bytes: left }) => {
      const tpdu = beginsWithTpdu(bytes.subarray(at)) ? ', a TPDU of 5 among them' : ''
      return `a ${header} is right for the ${left} bytes after it${tpdu}`
    })
  const cut = framesIn(bytes, [])
    .filter(({ missingBytes }) => missingBytes > 0)
    .map(({ header, missingBytes }) => {
      return `a ${header} would ask for ${missingBytes} bytes more: is the end missing?`
    })
  return [...right, ...cut].slice(0, HINTS_MAX)
}

const HINTS_MAX = 3
/** How far into a capture a message type is looked for. */
const SCANNED_BYTES_MAX = 128

/** Edition, class, function, originator. */
const TYPE = /[0-2][1-8][0-4][0-5]/

function typeHints(bytes: Uint8Array): string[] {
  const head = Buffer.from(bytes.subarray(0, SCANNED_BYTES_MAX))
  const ascii = new RegExp(`${TYPE.source}[0-9A-Fa-f]{16}`).exec(head.toString('latin1'))
  const digits = head.map((byte) => (byte >= 0xf0 && byte <= 0xf9 ? byte - 0xc0 : 0))
  const ebcdic = TYPE.exec(Buffer.from(digits).toString('latin1'))
  const packed = new RegExp(`^${TYPE.source}`).test(head.toString('hex'))
  return [
    ...(ascii ? [`a message type and a bitmap in ASCII stand at byte ${ascii.index}`] : []),
    ...(ebcdic ? [`EBCDIC digits like a message type stand at byte ${ebcdic.index}`] : []),
    ...(packed ? ['it begins with packed digits like a message type'] : []),
    ...(isHexDigits(head) ? ['it is all hex digits in ASCII: hex of hex?'] : []),
  ]
}

function isHexDigits(bytes: Buffer): boolean {
  return /^[0-9A-Fa-f]{16,}$/.test(bytes.toString('latin1'))
}

function endHints(bytes: Uint8Array): string[] {
  const last = bytes.at(-1)
  if (last === 0x0a || last === 0x0d) return ['it ends in a line end, which no message does']
  return last === 0x03 ? ['it ends in ETX, which some lines put behind a message'] : []
}

const EBCDIC = fromLine('ebcdic-1047')

const CLASSES: readonly { readonly name: string; readonly has: (byte: number) => boolean }[] = [
  { name: 'ASCII digits', has: (byte) => byte >= 0x30 && byte <= 0x39 },
  { name: 'EBCDIC digits', has: (byte) => byte >= 0xf0 && byte <= 0xf9 },
  { name: 'ASCII spaces', has: (byte) => byte === 0x20 },
  { name: 'EBCDIC spaces', has: (byte) => byte === 0x40 },
  { name: 'zeros', has: (byte) => byte === 0 },
  { name: 'a line end', has: (byte) => byte === 0x0a || byte === 0x0d },
  { name: 'ASCII letters', has: (byte) => byte < 0x80 && isLetter(byte & 0xdf) },
  { name: 'packed digits', has: (byte) => byte >> 4 <= 9 && (byte & 15) <= 9 },
  { name: 'ASCII text', has: (byte) => byte >= 0x20 && byte <= 0x7e },
  { name: 'EBCDIC text', has: (byte) => EBCDIC[byte] !== 0 },
]

function isLetter(upper: number): boolean {
  return upper >= 0x41 && upper <= 0x5a
}

function classOf(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) return 'the end of the message'
  const found = CLASSES.find(({ has }) => bytes.every((byte) => has(byte)))
  return found?.name ?? 'none of ASCII, EBCDIC and packed digits'
}
