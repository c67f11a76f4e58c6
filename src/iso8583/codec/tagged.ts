/**
 * Composites of tag, length and value with text tags and the dialect's own length prefix, in the
 * manner of DE48. A composite is a set of tags: the order on the line is not kept.
 */
import { allowedFromLine, allowedToLine } from '../character-sets.ts'
import type { Composite } from '../message.ts'
import type { FieldPlan, TaggedPlan } from '../specification/plan.ts'
import { countedComposite, type Parts } from './composite.ts'
import {
  type CompilePart,
  type Counted,
  type FieldCodec,
  refuseBytes,
  refuseValue,
  type Sink,
  type Source,
  take,
  textForm,
} from './line.ts'
import { compilePrefix } from './prefix.ts'
import { contentFault, writeCharacters } from './text.ts'

/** The parts a composite knows by tag, and how it takes the others. */
export interface TagBook {
  readonly parts: ReadonlyMap<string, FieldCodec>
  readonly other: FieldCodec | undefined
}

export function tagBook(
  plans: readonly FieldPlan[],
  other: FieldPlan | undefined,
  compilePart: CompilePart,
): TagBook {
  return {
    parts: new Map(plans.map((part) => [part.key, compilePart(part)])),
    other: other === undefined ? undefined : compilePart(other),
  }
}

export function compileTagged(
  plan: FieldPlan,
  body: TaggedPlan,
  compilePart: CompilePart,
): Counted {
  const { path } = plan
  const book = tagBook(body.parts, body.other, compilePart)
  const readTag = compileReadTag(body, path)
  const writeTag = compileWriteTag(body, path)
  const prefix = compilePrefix(body.prefix, path)
  return countedComposite(plan, {
    read: (source) => {
      const parts: Parts = {}
      while (source.at < source.end) {
        const at = source.at
        const tag = readTag(source)
        const codec = book.parts.get(tag) ?? book.other
        if (codec === undefined) refuseBytes('TAG_UNKNOWN', at, path)
        if (Object.hasOwn(parts, tag)) refuseBytes('TAG_DUPLICATE', at, codec.plan.path)
        parts[tag] = codec.readCounted(source, prefix.read(source))
      }
      return parts
    },
    write: (sink, value) =>
      writeEach(sink, value, {
        book,
        plan,
        writeOne: (tag, codec) => {
          writeTag(sink, tag)
          const start = sink.at
          sink.at += prefix.width
          const count = codec.writeCounted(sink, value[tag] ?? refuseValue('VALUE_TYPE', path))
          const end = sink.at
          sink.at = start
          prefix.write(sink, count)
          sink.at = end
        },
      }),
  })
}

/** Writes each tag of a composite, and stops where it has outgrown its maximum. */
export function writeEach(
  sink: Sink,
  value: Composite,
  {
    book,
    plan,
    writeOne,
  }: { book: TagBook; plan: FieldPlan; writeOne: (tag: string, codec: FieldCodec) => void },
): void {
  const start = sink.at
  for (const tag of Object.keys(value)) {
    const codec = book.parts.get(tag) ?? book.other
    if (codec === undefined) refuseValue('TAG_UNKNOWN', plan.path)
    writeOne(tag, codec)
    if (sink.at - start > plan.length.max) refuseValue('LENGTH_OVER_MAX', plan.path)
  }
}

function compileReadTag(body: TaggedPlan, path: string): (source: Source) => string {
  const { content, characterSet, length } = body.tag
  const allowed = allowedFromLine(characterSet, content.characters)
  const form = textForm(characterSet)
  return (source) => {
    const at = take(source, length, path)
    const wrong = contentFault(source, at, allowed)
    if (wrong >= 0) refuseBytes('TAG_INVALID', wrong, path)
    return (source.texts[form] as string).substring(at, source.at)
  }
}

function compileWriteTag(body: TaggedPlan, path: string): (sink: Sink, tag: string) => void {
  const { content, characterSet, length } = body.tag
  const codes = allowedToLine(characterSet, content.characters)
  return (sink, tag) => {
    if (tag.length !== length) refuseValue('TAG_INVALID', path)
    if (!writeCharacters(sink, tag, codes)) refuseValue('TAG_INVALID', path)
  }
}
