/**
 * Composites of tag, length and value with tags and a length prefix of the dialect's own, in the
 * manner of DE48.
 */
import { DecodeError } from '../errors.ts'
import type { FieldPlan, TaggedPlan, TagPlan, ValuePlan } from '../specification/plan.ts'
import { countedComposite, partOf } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  type FieldCodec,
  refuseValue,
  type Source,
} from './line.ts'
import { compilePrefix } from './prefix.ts'
import { entryOf, readTags, tagBook, writeTags } from './tags.ts'

export function compileTagged(
  plan: FieldPlan,
  body: TaggedPlan,
  compilePart: CompilePart,
): Counted {
  const book = tagBook(plan, body, compilePart)
  const tagCodec = compilePart(tagField(body.tag, plan))
  const prefix = compilePrefix(body.prefix, plan.path)
  const readers = {
    skip: () => {},
    readTag: (source: Source) => entryOf(book, readTag(source, tagCodec)),
    readLength: prefix.read,
  }
  return countedComposite(plan, {
    read: (source) => readTags(source, book, readers),
    write: (sink, value) =>
      writeTags(sink, value, {
        book,
        writeOne: (tag, codec) => {
          const isTag = book.entries.has(tag) || fitsTag(tag, body.tag)
          if (!isTag) refuseValue('TAG_INVALID', plan.path)
          tagCodec.write(sink, tag)
          const start = sink.at
          sink.at += prefix.width
          const count = codec.writeCounted(sink, partOf(value, tag))
          const end = sink.at
          sink.at = start
          prefix.write(sink, count)
          sink.at = end
        },
      }),
  })
}

/** A tag is a value of fixed length; faults in it are told of the composite. */
function tagField(tag: TagPlan, { path, name }: FieldPlan): FieldPlan {
  const { content, length } = tag
  const body = tagBody(tag)
  const unit =
    content.kind === 'binary' ? 'bytes' : body.kind === 'packed' ? 'digits' : 'characters'
  return {
    key: 'tag',
    path,
    name,
    mask: false,
    meanings: [],
    lenient: [],
    length: { min: length, max: length, prefix: undefined, unit },
    body,
  }
}

/** A packed tag has an even count of digits, and is no amount. */
const UNPADDED = { side: 'left', nibble: 0, counted: false } as const

function tagBody({ content, encoding }: TagPlan): ValuePlan {
  switch (encoding) {
    case 'bcd':
      return { kind: 'packed', content, pad: UNPADDED, sign: 'ascii' }
    case 'binary':
    case 'hex':
    case 'hex-ebcdic':
      return { kind: 'binary', content, encoding }
    default:
      return { kind: 'text', content, characterSet: encoding, pad: undefined }
  }
}

function readTag(source: Source, codec: FieldCodec): string {
  try {
    return codec.read(source) as string
  } catch (error) {
    if (!(error instanceof DecodeError) || error.code === 'TRUNCATED') throw error
    throw new DecodeError('TAG_INVALID', error.offset, error.path)
  }
}

/** Whether a text is a tag of this composite as its keys are written: hex in upper case. */
export function fitsTag(text: string, { content, length }: TagPlan): boolean {
  const isBinary = content.kind === 'binary'
  if (text.length !== (isBinary ? 2 * length : length)) return false
  if (isBinary && text !== text.toUpperCase()) return false
  return [...text].every((one) => content.characters[one.charCodeAt(0)] === 1)
}
