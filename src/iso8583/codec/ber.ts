/**
 * BER-TLV composites (DE55: EMV 4.3 book 3 annex B; ISO/IEC 8825-1 clause 8.1). Tags of up to four
 * bytes, lengths in the short form and in the long form of up to three bytes, `00` filler between
 * objects. Tags are upper-case hex.
 */
import type { BerPlan, FieldPlan } from '../specification/plan.ts'
import { countedComposite, type Parts } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  refuseBytes,
  refuseValue,
  type Sink,
  type Source,
  take,
} from './line.ts'
import { tagBook, writeEach } from './tagged.ts'

const TAG_BYTES_MAX = 4
const LENGTH_BYTES_MAX = 3
const TAG = /^(?:[0-9A-F]{2}){1,4}$/

export function compileBer(plan: FieldPlan, body: BerPlan, compilePart: CompilePart): Counted {
  const { path } = plan
  const book = tagBook(body.parts, body.other, compilePart)
  return countedComposite(plan, {
    read: (source) => {
      const parts: Parts = {}
      for (skipFiller(source); source.at < source.end; skipFiller(source)) {
        const at = source.at
        const tag = readTag(source, path)
        const codec = book.parts.get(tag) ?? book.other
        if (codec === undefined) refuseBytes('TAG_UNKNOWN', at, path)
        if (Object.hasOwn(parts, tag)) refuseBytes('TAG_DUPLICATE', at, codec.plan.path)
        parts[tag] = codec.readCounted(source, readLength(source, path))
      }
      return parts
    },
    write: (sink, value) =>
      writeEach(sink, value, {
        book,
        plan,
        writeOne: (tag, codec) => {
          writeTag(sink, tag, path)
          const start = sink.at
          sink.at += 1
          codec.writeCounted(sink, value[tag] ?? refuseValue('VALUE_TYPE', path))
          insertLength(sink, start)
        },
      }),
  })
}

/** Whether a text is one whole BER tag: the fault a dialect's author would make. */
export function isBerTag(tag: string): boolean {
  if (!TAG.test(tag) || tag.startsWith('00')) return false
  const bytes = Buffer.from(tag, 'hex')
  if (((bytes[0] as number) & 0x1f) !== 0x1f) return bytes.length === 1
  const last = bytes.length - 1
  return last > 0 && bytes.every((byte, index) => index === 0 || byte >= 0x80 === index < last)
}

function skipFiller(source: Source): void {
  while (source.at < source.end && source.bytes[source.at] === 0) source.at += 1
}

function readTag(source: Source, path: string): string {
  const at = take(source, 1, path)
  if (((source.bytes[at] as number) & 0x1f) === 0x1f) {
    let next = source.bytes[take(source, 1, path)] as number
    while (next >= 0x80) {
      if (source.at - at === TAG_BYTES_MAX) refuseBytes('TAG_INVALID', at, path)
      next = source.bytes[take(source, 1, path)] as number
    }
  }
  return source.hex.substring(2 * at, 2 * source.at).toUpperCase()
}

function readLength(source: Source, path: string): number {
  const at = take(source, 1, path)
  source.lengthAt = at
  const first = source.bytes[at] as number
  if (first < 0x80) return first
  const width = first & 0x7f
  if (width === 0 || width > LENGTH_BYTES_MAX) refuseBytes('LENGTH_INVALID', at, path)
  return source.bytes.readUIntBE(take(source, width, path), width)
}

function writeTag(sink: Sink, tag: string, path: string): void {
  if (!isBerTag(tag)) refuseValue('TAG_INVALID', path)
  sink.at += sink.bytes.write(tag, sink.at, 'hex')
}

/** The value stands one byte after `start`; a long form moves it on. */
function insertLength(sink: Sink, start: number): void {
  const { bytes } = sink
  const length = sink.at - start - 1
  if (length < 0x80) {
    bytes[start] = length
    return
  }
  const width = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3
  bytes.copyWithin(start + 1 + width, start + 1, sink.at)
  bytes[start] = 0x80 | width
  bytes.writeUIntBE(length, start + 1, width)
  sink.at += width
}
