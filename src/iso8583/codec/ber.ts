/**
 * BER-TLV composites (DE55: EMV 4.3 book 3 annex B; ISO/IEC 8825-1 clause 8.1). Tags of up to four
 * bytes, lengths in the short form and in the long form of up to three bytes, `00` filler between
 * objects. Tags are upper-case hex. Filler is not kept, but written where objects fall short of the
 * least length. A length has its shortest form, so that objects are written as they were read but
 * for filler; a composite that is lenient of lengths reads the other forms too.
 */
import type { BerPlan, FieldPlan } from '../specification/plan.ts'
import { type CompositeBody, partOf } from './composite.ts'
import {
  type CompilePart,
  letThrough,
  refuseBytes,
  refuseValue,
  type Sink,
  type Source,
  take,
} from './line.ts'
import { entryOf, readTags, type TagReaders, tagBook, writeTags } from './tags.ts'

const TAG_BYTES_MAX = 4
const LENGTH_BYTES_MAX = 3
const TAG = /^(?:[0-9A-F]{2}){1,4}$/

/** The objects of a composite in their own bytes, whatever these are on the line. */
export function compileBer(
  plan: FieldPlan,
  body: BerPlan,
  compilePart: CompilePart,
): CompositeBody {
  const { path } = plan
  const { min } = plan.length
  const book = tagBook(plan, body, compilePart)
  const bytesOf = new Map(body.parts.map(({ key }) => [key, Buffer.from(key, 'hex')]))
  const byNumber = new Map(
    [...book.entries.values()].map((entry) => [Number.parseInt(entry.tag, 16), entry]),
  )
  const readers: TagReaders = {
    skip: skipFiller,
    readTag: (source) => {
      const at = source.at
      const entry = byNumber.get(readNumber(source, path))
      return entry ?? entryOf(book, source.hex.substring(2 * at, 2 * source.at).toUpperCase())
    },
    readLength: (source) => readLength(source, plan),
  }
  return {
    read: (source) => {
      const start = source.at
      skipFiller(source)
      if (source.at === source.end && min > 0) refuseBytes('LENGTH_UNDER_MIN', start, path)
      return readTags(source, book, readers)
    },
    write: (sink, value) => {
      const start = sink.at
      writeTags(sink, value, {
        book,
        writeOne: (tag, codec) => {
          writeTag(sink, tag, { bytes: bytesOf.get(tag), path })
          const start = sink.at
          sink.at += 1
          codec.writeCounted(sink, partOf(value, tag))
          insertLength(sink, start)
        },
      })
      if (sink.at > start) fillUp(sink, start + min)
    },
  }
}

/** Objects that were read with filler among them may fall short without it. */
function fillUp(sink: Sink, end: number): void {
  if (sink.at >= end) return
  sink.bytes.fill(0, sink.at, end)
  sink.at = end
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

/** The bytes of a tag as one number. */
function readNumber(source: Source, path: string): number {
  const at = take(source, 1, path)
  let number = source.bytes[at] as number
  if ((number & 0x1f) !== 0x1f) return number
  let next = 0x80
  while (next >= 0x80) {
    if (source.at - at === TAG_BYTES_MAX) refuseBytes('TAG_INVALID', at, path)
    next = source.bytes[take(source, 1, path)] as number
    number = number * 256 + next
  }
  return number
}

function readLength(source: Source, { path, lenient }: FieldPlan): number {
  const at = take(source, 1, path)
  source.lengthAt = at
  const first = source.bytes[at] as number
  if (first < 0x80) return first
  const width = first & 0x7f
  if (width === 0 || width > LENGTH_BYTES_MAX) refuseBytes('LENGTH_INVALID', at, path)
  const length = source.bytes.readUIntBE(take(source, width, path), width)
  if (width !== longWidth(length)) {
    if (!lenient.includes('length')) refuseBytes('LENGTH_INVALID', at, path)
    letThrough(source, { path, code: 'LENGTH_INVALID', offset: at })
  }
  return length
}

/** How many bytes of its own the shortest form of a length has behind the first. */
function longWidth(length: number): number {
  if (length < 0x80) return 0
  if (length < 0x100) return 1
  return length < 0x10000 ? 2 : 3
}

/** `bytes` of a tag that is listed; another has to be one first. */
function writeTag(
  sink: Sink,
  tag: string,
  { bytes, path }: { bytes: Uint8Array | undefined; path: string },
): void {
  if (bytes === undefined) {
    if (!isBerTag(tag)) refuseValue('TAG_INVALID', path)
    sink.at += sink.bytes.write(tag, sink.at, 'hex')
    return
  }
  for (let index = 0; index < bytes.length; index += 1) {
    sink.bytes[sink.at + index] = bytes[index] as number
  }
  sink.at += bytes.length
}

/** The value stands one byte after `start`; a long form moves it on. */
function insertLength(sink: Sink, start: number): void {
  const { bytes } = sink
  const length = sink.at - start - 1
  const width = longWidth(length)
  if (width === 0) {
    bytes[start] = length
    return
  }
  bytes.copyWithin(start + 1 + width, start + 1, sink.at)
  bytes[start] = 0x80 | width
  bytes.writeUIntBE(length, start + 1, width)
  sink.at += width
}
