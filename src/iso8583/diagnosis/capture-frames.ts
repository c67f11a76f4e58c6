/**
 * Where in captured bytes a message may stand: behind nothing, behind a frame header of a common
 * kind or of a known host, behind a TPDU without a length, in a whole IP packet.
 */
import { FrameError } from '../framing/frame-error.ts'
import { compileFrameHeader, type FrameHead, type FrameHeader } from '../framing/frame-header.ts'

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
  readonly header: Pick<FrameHeader, 'bytes'> & {
    read(bytes: Uint8Array): Pick<FrameHead, 'messageBytes'>
  }
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

/** TPDU identifiers in use: 60 for transactions, 68 for network management. */
const TPDU_IDS = ['60', '68']

const COMMON_HEADERS = [
  ...lengthHeaders(2, 'binary'),
  ...lengthHeaders(4, 'ascii'),
  ...lengthHeaders(2, 'bcd'),
  ...lengthHeaders(4, 'binary'),
].flatMap(({ name, length }) => [
  { name, header: compileFrameHeader({ length }) },
  ...TPDU_IDS.map((id) => ({
    name: `${name} and TPDU`,
    header: compileFrameHeader({ length, tpdu: { id, destination: '0000', source: '0000' } }),
  })),
])

/** Lengths alone, also such as no link can have. */
export const LENGTH_HEADERS: readonly NamedHeader[] = [2, 3, 4].flatMap((bytes) =>
  (['binary', 'ascii', 'bcd'] as const)
    .flatMap((encoding) => lengthHeaders(bytes, encoding))
    .map(({ name, length }) => ({ name, header: lengthAlone(length) })),
)

interface Length {
  readonly bytes: number
  readonly encoding: 'binary' | 'ascii' | 'bcd'
  readonly includesItself: boolean
}

/** A length as it is called, and the same with itself counted. */
function lengthHeaders(bytes: number, encoding: Length['encoding']) {
  const called = { binary: 'byte binary', ascii: 'digit ASCII', bcd: 'byte packed' }[encoding]
  const name = `${bytes}-${called} length`
  return [
    { name, length: { bytes, encoding, includesItself: false } },
    { name: `${name} that counts itself`, length: { bytes, encoding, includesItself: true } },
  ]
}

function lengthAlone({ bytes, encoding, includesItself }: Length): NamedHeader['header'] {
  const read = (start: Uint8Array) => {
    const digits = Buffer.from(start).toString(encoding === 'ascii' ? 'latin1' : 'hex')
    const isCount = encoding === 'binary' || /^\d+$/.test(digits)
    const counted = Number.parseInt(digits, encoding === 'binary' ? 16 : 10)
    const messageBytes = counted - (includesItself ? bytes : 0)
    if (!isCount || messageBytes < 0) throw new FrameError('LENGTH_INVALID')
    return { messageBytes }
  }
  return { bytes, read }
}

/** Whether what looks like a TPDU stands before something. */
export function beginsWithTpdu(bytes: Uint8Array): boolean {
  return TPDU_IDS.includes((bytes[0] ?? 0).toString(16)) && bytes.byteLength > 5
}

function framesFrom(bytes: Uint8Array, known: readonly NamedHeader[]): CapturedFrame[] {
  const whole = { missingBytes: 0, restBytes: 0 }
  const none = { header: 'no header', at: 0, bytes: bytes.byteLength, ...whole }
  const bare = { header: 'TPDU', at: 5, bytes: bytes.byteLength - 5, ...whole }
  const framed = [...COMMON_HEADERS, ...known].map((header) => frameBehind(bytes, header))
  return [
    none,
    ...(beginsWithTpdu(bytes) ? [bare] : []),
    ...framed.filter((frame) => frame !== undefined),
  ]
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
