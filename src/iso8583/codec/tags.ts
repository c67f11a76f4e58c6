/**
 * Composites of tags, whatever stands for a tag and for a length: a set of parts by tag, in the
 * order of the line.
 *
 * An object lists its keys with the whole numbers first, in ascending order, so `$order` says the
 * line's order where that is another.
 */
import type { Composite } from '../message.ts'
import type { FieldPlan } from '../specification/plan.ts'
import { checkGrowth, type Parts, partOf } from './composite.ts'
import {
  type CompilePart,
  type FieldCodec,
  refuseBytes,
  refuseValue,
  type Sink,
  type Source,
  textOf,
} from './line.ts'

/** No tag has a `$`. */
export const ORDER_KEY = '$order'

/** A tag, what reads and writes its value, and its rank among the keys of an object. */
export interface TagEntry {
  readonly tag: string
  readonly codec: FieldCodec
  readonly rank: number
}

/** The parts a composite knows by tag, and how it takes the others. */
export interface TagBook {
  readonly plan: FieldPlan
  readonly entries: ReadonlyMap<string, TagEntry>
  readonly other: FieldCodec | undefined
}

interface TagPlans {
  readonly parts: readonly FieldPlan[]
  readonly other: FieldPlan | undefined
}

export function tagBook(
  plan: FieldPlan,
  { parts, other }: TagPlans,
  compilePart: CompilePart,
): TagBook {
  const entries = parts.map((part) => entryFor(part.key, compilePart(part)))
  return {
    plan,
    entries: new Map(entries.map((entry) => [entry.tag, entry])),
    other: other === undefined ? undefined : compilePart(other),
  }
}

/** Undefined for a tag that the composite does not take. */
export function entryOf({ entries, other }: TagBook, tag: string): TagEntry | undefined {
  return entries.get(tag) ?? (other === undefined ? undefined : entryFor(tag, other))
}

function entryFor(tag: string, codec: FieldCodec): TagEntry {
  return { tag, codec, rank: rankOf(tag) }
}

/** How a kind of composite reads what stands before each value. */
export interface TagReaders {
  /** Moves over what is no object. */
  readonly skip: (source: Source) => void
  readonly readTag: (source: Source) => TagEntry | undefined
  readonly readLength: (source: Source) => number
}

export function readTags(source: Source, { plan }: TagBook, readers: TagReaders): Parts {
  const parts: Parts = {}
  let order: string[] | undefined
  let highest = -1
  for (readers.skip(source); source.at < source.end; readers.skip(source)) {
    const at = source.at
    const entry = readers.readTag(source)
    if (entry === undefined) refuseBytes('TAG_UNKNOWN', at, plan.path)
    const { tag, codec, rank } = entry
    if (Object.hasOwn(parts, tag)) refuseBytes('TAG_DUPLICATE', at, codec.plan.path)
    if (order !== undefined) order.push(tag)
    else if (rank < highest) order = [...Object.keys(parts), tag]
    highest = rank
    parts[tag] = codec.readCounted(source, readers.readLength(source))
  }
  if (order !== undefined) parts[ORDER_KEY] = order.join(' ')
  return parts
}

/** Writes each tag of a composite, and stops where it has outgrown its maximum. */
export function writeTags(
  sink: Sink,
  value: Composite,
  { book, writeOne }: { book: TagBook; writeOne: (tag: string, codec: FieldCodec) => void },
): void {
  const { plan } = book
  const growth = { start: sink.at, plan }
  for (const tag of orderOf(value, plan.path)) {
    const codec = book.entries.get(tag)?.codec ?? book.other
    if (codec === undefined) refuseValue('TAG_UNKNOWN', plan.path)
    writeOne(tag, codec)
    checkGrowth(sink, growth)
  }
}

/**
 * Where an object puts a key among its others: whole numbers below 2^32 - 1 by their value, all
 * else behind them as it comes (ECMA-262, OrdinaryOwnPropertyKeys).
 */
export function rankOf(key: string): number {
  const first = key.charCodeAt(0)
  if (!(first >= 0x30 && first <= 0x39) || key.length > 10) return Number.POSITIVE_INFINITY
  const number = key.length > 1 && first === 0x30 ? Number.NaN : Number(key)
  return number < 0xffffffff && String(number) === key ? number : Number.POSITIVE_INFINITY
}

function orderOf(value: Composite, path: string): readonly string[] {
  const keys = Object.keys(value)
  if (!Object.hasOwn(value, ORDER_KEY)) return keys
  const place = `${path}.${ORDER_KEY}`
  const order = textOf(partOf(value, ORDER_KEY), place).split(' ')
  const isWhole = new Set(order).size === order.length && order.length === keys.length - 1
  const isKnown = order.every((tag) => tag !== ORDER_KEY && Object.hasOwn(value, tag))
  if (!isWhole || !isKnown) refuseValue('CONTENT_INVALID', place)
  return order
}
