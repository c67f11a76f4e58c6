/**
 * Composites of tag, length and value with tags and a length prefix of the dialect's own, in the
 * manner of DE48.
 */
import { DecodeError } from '../errors.ts'
import { type FieldPlan, fixedField, type TaggedPlan, type TagPlan } from '../specification/plan.ts'
import { countedComposite, partOf } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  type FieldCodec,
  refuseValue,
  type Source,
} from './line.ts'
import { compilePrefix, compilePrefixed } from './prefix.ts'
import { entryOf, readTags, tagBook, writeTags } from './tags.ts'

export function compileTagged(
  plan: FieldPlan,
  body: TaggedPlan,
  compilePart: CompilePart,
): Counted {
  const book = tagBook(plan, body, compilePart)
  // Faults in a tag are told of the composite.
  const { path, name } = plan
  const { tag } = body
  const tagField = fixedField({ key: 'tag', path, name, meanings: [] }, tag.body, tag.length)
  const tagCodec = compilePart(tagField)
  const prefix = compilePrefix(body.prefix, path)
  const writePrefixed = compilePrefixed(prefix)
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
          writePrefixed(sink, partOf(value, tag), codec.writeCounted)
        },
      }),
  })
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
