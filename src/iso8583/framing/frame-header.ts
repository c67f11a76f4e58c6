/**
 * Frame headers as data: a length, binary big-endian, ASCII digits or packed digits, which may
 * include itself, and a TPDU after it where the network has one.
 *
 * The length always counts what follows it, the TPDU too. A TPDU is five bytes: an identifier, then
 * destination and source of two bytes each, and an answer carries them swapped (ISO 8583 NAC
 * links).
 */
import { Parser } from 'binary-parser'
import {
  booleanAt,
  choiceAt,
  fault,
  integerAt,
  membersOf,
  type Place,
  readDocument,
  required,
  textAt,
} from '../specification/members.ts'
import { FrameError } from './frame-error.ts'

export interface FrameHeader {
  /** What the header takes on the line. */
  readonly bytes: number
  /** Whether a frame without a message is let through as an empty message. */
  readonly passesPolls: boolean
  /** Reads a header from bytes that begin with one whole. Throws `FrameError`. */
  read(bytes: Uint8Array): FrameHead
  /**
   * A message in its frame. `replyTo` is the TPDU of the frame that is answered; without it, or
   * without a TPDU in the header, the addresses are the specification's own. Throws `FrameError`.
   */
  wrap(message: Uint8Array, replyTo?: Uint8Array): Buffer
}

export interface FrameHead {
  readonly messageBytes: number
  /** Five bytes, or none where the header has no TPDU. */
  readonly tpdu: Uint8Array
}

interface HeaderPlan {
  readonly length: LengthField
  readonly tpdu: Buffer | undefined
  readonly poll: 'passed' | 'refused'
}

interface LengthField {
  readonly bytes: number
  readonly encoding: 'binary' | 'ascii' | 'bcd'
  readonly includesItself: boolean
}

const TPDU_BYTES = 5
const NO_TPDU = new Uint8Array(0)

/** Checks a specification and makes its header. Throws `DialectError` with every fault. */
export function compileFrameHeader(specification: unknown): FrameHeader {
  const { length, tpdu, poll } = readDocument(specification, headerAt)
  const parser = headerParser(length, tpdu !== undefined)
  const tpduBytes = tpdu === undefined ? 0 : TPDU_BYTES
  const bytes = length.bytes + tpduBytes
  const notCounted = (length.includesItself ? length.bytes : 0) + tpduBytes
  return Object.freeze({
    bytes,
    passesPolls: poll === 'passed',
    read: (frame: Uint8Array) => {
      const head = parser.parse(frame)
      const messageBytes = countOf(head.length, length) - notCounted
      if (messageBytes < 0) throw new FrameError('LENGTH_INVALID')
      if (tpdu !== undefined && head.tpdu[0] !== tpdu[0]) throw new FrameError('TPDU_INVALID')
      return { messageBytes, tpdu: head.tpdu ?? NO_TPDU }
    },
    wrap: (message: Uint8Array, replyTo?: Uint8Array) => {
      const frame = Buffer.allocUnsafe(bytes + message.byteLength)
      writeLength(frame, message.byteLength + notCounted, length)
      if (tpdu !== undefined) writeTpdu(frame, length.bytes, { tpdu, replyTo })
      frame.set(message, bytes)
      return frame
    },
  })
}

/** What binary-parser gives for either form of length. */
interface Parsed {
  readonly length: number | Uint8Array
  readonly tpdu: Uint8Array
}

function headerParser({ bytes, encoding }: LengthField, hasTpdu: boolean): Parser<Parsed> {
  const start = new Parser<Parsed>()
  if (encoding === 'binary' && bytes === 2) start.uint16be('length')
  else if (encoding === 'binary' && bytes === 4) start.uint32be('length')
  else start.buffer('length', { length: bytes })
  if (hasTpdu) start.buffer('tpdu', { length: TPDU_BYTES, clone: true })
  return start
}

function countOf(length: number | Uint8Array, { encoding }: LengthField): number {
  if (typeof length === 'number') return length
  let count = 0
  for (const byte of length) {
    if (encoding === 'ascii') count = 10 * count + digitOf(byte - 0x30)
    else if (encoding === 'bcd') count = 100 * count + 10 * digitOf(byte >> 4) + digitOf(byte & 15)
    else count = 256 * count + byte
  }
  return count
}

function digitOf(value: number): number {
  if (value < 0 || value > 9) throw new FrameError('LENGTH_INVALID')
  return value
}

function writeLength(frame: Buffer, count: number, { bytes, encoding }: LengthField): void {
  const digits = encoding === 'ascii' ? bytes : 2 * bytes
  const max = encoding === 'binary' ? 256 ** bytes - 1 : 10 ** digits - 1
  if (count > max) throw new FrameError('FRAME_TOO_LONG')
  if (encoding === 'binary') frame.writeUIntBE(count, 0, bytes)
  else {
    const text = String(count).padStart(digits, '0')
    frame.write(text, 0, bytes, encoding === 'ascii' ? 'latin1' : 'hex')
  }
}

function writeTpdu(
  frame: Buffer,
  at: number,
  { tpdu, replyTo }: { tpdu: Buffer; replyTo: Uint8Array | undefined },
): void {
  if (replyTo === undefined || replyTo.byteLength !== TPDU_BYTES) {
    frame.set(tpdu, at)
    return
  }
  frame[at] = replyTo[0] as number
  frame.set(replyTo.subarray(3, 5), at + 1)
  frame.set(replyTo.subarray(1, 3), at + 3)
}

function headerAt(place: Place): HeaderPlan | undefined {
  const members = membersOf(place, ['$schema', 'length', 'tpdu', 'poll'])
  if (members === undefined) return undefined
  const length = lengthAt(required(place, members, 'length'))
  const tpduPlace = members.get('tpdu')
  const tpdu = tpduPlace && tpduAt(tpduPlace)
  const poll = choiceAt(members.get('poll'), ['passed', 'refused'] as const) ?? 'passed'
  return length && { length, tpdu, poll }
}

function lengthAt(place: Place | undefined): LengthField | undefined {
  const members = place && membersOf(place, ['bytes', 'encoding', 'includesItself'])
  if (!members) return undefined
  const encodings = ['binary', 'ascii', 'bcd'] as const
  const encoding = choiceAt(required(place, members, 'encoding'), encodings)
  const max = encoding === 'ascii' ? 6 : encoding === 'bcd' ? 3 : 4
  const bytes = integerAt(required(place, members, 'bytes'), { min: 2, max })
  const includesItself = booleanAt(members.get('includesItself')) ?? false
  if (encoding === undefined || bytes === undefined) return undefined
  return { bytes, encoding, includesItself }
}

function tpduAt(place: Place): Buffer | undefined {
  const members = membersOf(place, ['id', 'destination', 'source'])
  if (members === undefined) return undefined
  const parts = [
    hexAt(place, textAt(required(place, members, 'id')), { member: 'id', digits: 2 }),
    hexAt(place, textAt(required(place, members, 'destination')), {
      member: 'destination',
      digits: 4,
    }),
    hexAt(place, textAt(required(place, members, 'source')), { member: 'source', digits: 4 }),
  ]
  return parts.includes(undefined) ? undefined : Buffer.from(parts.join(''), 'hex')
}

function hexAt(
  place: Place,
  text: string | undefined,
  { member, digits }: { member: string; digits: number },
): string | undefined {
  if (text === undefined) return undefined
  if (text.length === digits && /^[0-9A-Fa-f]+$/.test(text)) return text
  return fault(place, `must be ${digits} hex digits`, member)
}
