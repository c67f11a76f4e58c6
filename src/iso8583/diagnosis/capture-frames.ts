/**
 * Where in captured bytes a message may stand: behind nothing, behind a frame header of a common
 * kind or of a known host, behind a TPDU without a length, in a whole IP packet.
 */
import { FrameError } from '../framing/frame-error.ts'
import { compileFrameHeader, type FrameHeader } from '../framing/frame-header.ts'

export interface CapturedFrame {
  /** The header in words: "2-byte binary length". */
  readonly header: string
  /** The first byte of the message, from the start of the capture. */
  readonly at: number
  /** Of the message, as far as they were captured. */
  readonly bytes: number
  /** What the header counts and the capture lacks; 0 when it is whole. */
  readonly missingBytes: number
  /** What the capture has behind the frame. */
  readonly restBytes: number
}

export interface NamedHeader {
  readonly name: string
  readonly header: FrameHeader
}

/**
 * Every frame that the bytes may be, the plainest first; each stretch of them once, with the header
 * that counts it rightly, if there is one.
 */
export function framesIn(bytes: Uint8Array, known: readonly NamedHeader[]): CapturedFrame[] {
  const found = new Map<string, CapturedFrame>()
  for (const { prefix, start } of startsIn(bytes)) {
    for (const frame of framesFrom(bytes.subarray(start), known)) {
      const at = start + frame.at
      const header = [prefix, frame.header].filter((part) => part !== '').join(', ')
      const key = `${at} ${frame.bytes}`
      const earlier = found.get(key)
      if (earlier && (isWhole(earlier) || !isWhole(frame))) continue
      found.set(key, { ...frame, header, at })
    }
  }
  return [...found.values()]
}

/** Whether its header counts what was captured, no more and no less. */
export function isWhole({ missingBytes, restBytes }: CapturedFrame): boolean {
  return missingBytes === 0 && restBytes === 0
}

/**
 * Undefined when the bytes do not begin with such a header, or with one that counts more than twice
 * what was captured, which is chance.
 */
export function frameBehind(
  bytes: Uint8Array,
  { name, header }: NamedHeader,
): CapturedFrame | undefined {
  const captured = bytes.byteLength - header.bytes
  if (captured <= 0) return undefined
  try {
    const { messageBytes } = header.read(bytes.subarray(0, header.bytes))
    if (messageBytes === 0 || messageBytes > 2 * captured) return undefined
    return {
      header: name,
      at: header.bytes,
      bytes: Math.min(messageBytes, captured),
      missingBytes: Math.max(0, messageBytes - captured),
      restBytes: Math.max(0, captured - messageBytes),
    }
  } catch (error) {
    if (error instanceof FrameError) return undefined
    throw error
  }
}

const LENGTHS = [
  { name: '2-byte binary length', length: { bytes: 2, encoding: 'binary' } },
  { name: '4-digit ASCII length', length: { bytes: 4, encoding: 'ascii' } },
  { name: '2-byte packed length', length: { bytes: 2, encoding: 'bcd' } },
  { name: '4-byte binary length', length: { bytes: 4, encoding: 'binary' } },
] as const

/** TPDU identifiers in use: 60 for transactions, 68 for network management. */
const TPDU_IDS = ['60', '68']

const COMMON_HEADERS: readonly NamedHeader[] = LENGTHS.flatMap(({ name, length }) => [
  ...variants(name, length),
  ...variants(`${name} that counts itself`, { ...length, includesItself: true }),
])

function variants(name: string, length: object): NamedHeader[] {
  const plain = { name, header: compileFrameHeader({ length }) }
  const tpdus = TPDU_IDS.map((id) => ({ id, destination: '0000', source: '0000' }))
  return [
    plain,
    ...tpdus.map((tpdu) => ({
      name: `${name} and TPDU`,
      header: compileFrameHeader({ length, tpdu }),
    })),
  ]
}

function framesFrom(bytes: Uint8Array, known: readonly NamedHeader[]): CapturedFrame[] {
  const whole = { missingBytes: 0, restBytes: 0 }
  const none = { header: 'no header', at: 0, bytes: bytes.byteLength, ...whole }
  const isTpdu = TPDU_IDS.includes((bytes[0] ?? 0).toString(16)) && bytes.byteLength > 5
  const bare = { header: 'TPDU', at: 5, bytes: bytes.byteLength - 5, ...whole }
  const framed = [...COMMON_HEADERS, ...known].map((header) => frameBehind(bytes, header))
  return [none, ...(isTpdu ? [bare] : []), ...framed.filter((frame) => frame !== undefined)]
}

interface Start {
  readonly prefix: string
  readonly start: number
}

/** Where a packet may begin: IP alone, or behind Ethernet, a VLAN tag, or a cooked capture. */
const LINK_HEADER_BYTES = [0, 14, 16, 18, 20]

function startsIn(bytes: Uint8Array): Start[] {
  const payloads = LINK_HEADER_BYTES.map((at) => tcpPayloadAt(bytes, at))
  const starts = [0, ...payloads.filter((start) => start !== undefined)]
  return [...new Set(starts)].map((start) => ({ prefix: start === 0 ? '' : 'TCP segment', start }))
}

/** The payload of an IPv4 or IPv6 packet that carries TCP (RFC 791, 8200, 9293). */
function tcpPayloadAt(bytes: Uint8Array, at: number): number | undefined {
  const byteAt = (place: number) => bytes[place] ?? 0
  const version = byteAt(at) >> 4
  const isTcp = version === 4 ? byteAt(at + 9) === 6 : version === 6 && byteAt(at + 6) === 6
  if (!isTcp) return undefined
  const ipBytes = version === 4 ? 4 * (byteAt(at) & 15) : 40
  const counted = version === 4 ? wordAt(bytes, at + 2) : 40 + wordAt(bytes, at + 4)
  const tcpBytes = 4 * (byteAt(at + ipBytes + 12) >> 4)
  const start = at + ipBytes + tcpBytes
  const isWhole = counted >= ipBytes + tcpBytes && at + counted <= bytes.byteLength
  return isWhole && tcpBytes >= 20 && start < at + counted ? start : undefined
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
