import type { Reading } from '#iso8583'

/** Text of more characters is no capture of one message. */
export const CAPTURE_CHARACTERS_MAX = 400_000

/**
 * What a pasted capture may be, the likeliest first: the dump of an editor or of a network analyser
 * (hexdump -C, xxd, tcpdump -X, Wireshark), hex with or without separators, hex of hex, and the
 * message itself as text.
 *
 * @returns nothing for an empty text
 */
export function readingsOf(text: string): Reading[] {
  const dump = bytesOfDump(text)
  const hex = dump ?? bytesOfDigits(text)
  const twice = hex && bytesOfDigits(hex.toString('latin1'))
  const raw = Buffer.from(text.replace(/\r?\n$/, ''), 'latin1')
  const readings = [
    { how: dump === undefined ? 'hex' : 'dump', bytes: hex },
    { how: 'hex of hex', bytes: twice },
    { how: 'text', bytes: dump === undefined ? raw : undefined },
  ]
  return readings.flatMap(({ how, bytes }) => (bytes?.length ? [{ how, bytes }] : []))
}

/** Digits in pairs, between them white space, colons, commas, dashes, `0x` or `\x`. */
function bytesOfDigits(text: string): Buffer | undefined {
  const digits = text.replace(/0x|\\x|[\s:,;-]/gi, '')
  return /^(?:[0-9A-Fa-f]{2})+$/.test(digits) ? Buffer.from(digits, 'hex') : undefined
}

interface DumpLine {
  readonly offset: number
  readonly rest: string
}

/** An offset in hex, which must be the right one, then bytes, then perhaps the same as text. */
const DUMP_LINE = /^\s*(?:0x)?([0-9a-f]{4,8})(?::?[ \t]|:|$)(.*)$/i
const LINE_BYTES_MAX = 64

/** Undefined when some line has no offset, or a wrong one. */
function bytesOfDump(text: string): Buffer | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const pieces: Buffer[] = []
  let at = 0
  for (const [index, line] of lines.entries()) {
    // hexdump writes `*` for lines like the one before it.
    const isSqueezed = line.trim() === '*'
    const next = offsetOf(lines[index + 1])
    const found = isSqueezed ? undefined : dumpLine(line)
    if (!isSqueezed && found?.offset !== at) return undefined
    const piece = found
      ? bytesOfLine(found.rest, next === undefined ? undefined : next - at)
      : repeated(pieces.at(-1), next === undefined ? 0 : next - at)
    if (piece === undefined) return undefined
    pieces.push(piece)
    at += piece.length
    if (at > CAPTURE_CHARACTERS_MAX) return undefined
  }
  return at === 0 ? undefined : Buffer.concat(pieces)
}

function dumpLine(line: string): DumpLine | undefined {
  const [, offset, rest] = DUMP_LINE.exec(line) ?? []
  return offset === undefined
    ? undefined
    : { offset: Number.parseInt(offset, 16), rest: rest ?? '' }
}

function offsetOf(line: string | undefined): number | undefined {
  return line === undefined || line.trim() === '*' ? undefined : dumpLine(line)?.offset
}

/** `count` is known from the offset of the next line; of the last line the columns tell. */
function bytesOfLine(rest: string, count: number | undefined): Buffer | undefined {
  if (count !== undefined && (count <= 0 || count > LINE_BYTES_MAX)) return undefined
  const columns = rest.trim().split(/\s{2,}/)
  const [first = '', second = ''] = columns
  // hexdump -C leaves a gap in the middle of its sixteen.
  const isHalf = /^(?:[0-9a-f]{2} ){7}[0-9a-f]{2}$/i.test(first) && /^[0-9a-f]{2}\b/i.test(second)
  const digits = (isHalf ? first + second : first).replace(/\|.*$/, '').replace(/\s/g, '')
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) return undefined
  const bytes = Buffer.from(digits, 'hex')
  return count === undefined || bytes.length === count ? bytes : undefined
}

function repeated(piece: Buffer | undefined, bytes: number): Buffer | undefined {
  if (piece === undefined || piece.length === 0 || bytes < 0 || bytes > CAPTURE_CHARACTERS_MAX) {
    return undefined
  }
  return Buffer.alloc(bytes, piece)
}
