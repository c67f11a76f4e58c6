/** A field of a moov specification with parts: by position, by bitmap, by tag, or BER-TLV. */

import { type Candidate, noField, type Remark } from '../candidates.ts'
import { maskOfObject, maskOfPart, maskOfWhole } from '../card-data.ts'
import type { CompositeFile, FieldFile, PrefixFile, Surroundings } from '../dialect-file.ts'
import type { Note } from '../notes.ts'
import { BYTE_ENCODINGS, TEXT_ENCODINGS } from './encodings.ts'
import { type FieldSetting, nameOf } from './field-file.ts'
import type { MoovField, MoovTag } from './moov-spec.ts'
import { moovPrefix } from './prefix.ts'

type ReadPart = (field: MoovField, setting: FieldSetting) => FieldFile | undefined

interface Whole {
  readonly field: MoovField
  readonly subfields: ReadonlyMap<string, MoovField>
  readonly max: number
  readonly read: (part: MoovField, key: string, inside?: Surroundings) => FieldFile | undefined
}

interface Found {
  readonly composite: CompositeFile
  readonly remarks?: readonly Remark[]
}

/** How a composite is described, or why it cannot be. */
export function compositeCandidate(
  field: MoovField,
  setting: FieldSetting,
  readPart: ReadPart,
): Candidate {
  const { length: max, subfields } = field
  const prefix = moovPrefix(field.prefix)
  if (max === undefined || subfields === undefined || prefix === undefined) {
    return noField('its length or prefix cannot be said')
  }
  const { mask, inside, notes } = setting
  const own: Note[] = []
  const aside = notes.aside(own)
  const found = compositeOf({
    field,
    subfields,
    max,
    read: (part, key, around = 'message') =>
      readPart(part, {
        mask: maskIn(around, key, part.description ?? ''),
        inside: around,
        notes: aside.at(key),
      }),
  })
  if (typeof found === 'string') return noField(found)
  const isCounted = prefix.kind === 'counted'
  const length = isCounted ? { max, prefix: prefix.prefix } : max
  const result: FieldFile = {
    name: nameOf(field, setting),
    length: inside === 'message' ? length : { max },
    ...(mask ? { mask: maskOfWhole(mask) } : {}),
    composite: found.composite,
  }
  return { kind: 'field', field: result, remarks: found.remarks ?? [], notes: own }
}

function maskIn(around: Surroundings, key: string, name: string) {
  return around === 'ber' ? maskOfObject(key, name) : maskOfPart(name)
}

function compositeOf(whole: Whole): Found | string {
  const { tag, bitmap } = whole.field
  if (bitmap !== undefined) return bitmapOf(whole, bitmap)
  if (tag?.enc === 'BerTLVTag') return berOf(whole, tag)
  if (tag?.length !== undefined) return taggedOf(whole, { tag, digits: tag.length })
  return positionalOf(whole)
}

function bitmapOf({ subfields, read }: Whole, bitmap: MoovField): Found | string {
  const encoding = BYTE_ENCODINGS.get(bitmap.enc ?? '')
  const length = bitmap.length ?? 8
  if (encoding === undefined || length > 16) return 'its bitmap cannot be said'
  const parts = new Map<string, FieldFile>()
  for (const [key, field] of inOrder(subfields)) {
    const part = read(field, key)
    if (part !== undefined) parts.set(key, part)
  }
  const last = Math.max(...[...subfields.keys()].map(Number))
  const count = bitmap.isFixedBitmap ? 1 : Math.min(3, Math.ceil(last / 64))
  const bytes = count > 1 ? 8 : length
  return {
    composite: {
      kind: 'bitmap',
      bitmap: { encoding, bytes, count },
      parts: Object.fromEntries(parts),
    },
  }
}

function berOf({ subfields, max, read }: Whole, { takesUnknown }: MoovTag): Found {
  const parts = new Map<string, FieldFile>()
  for (const [key, field] of subfields) {
    const tag = key.toUpperCase()
    const part = read(field, tag, 'ber')
    if (part !== undefined) parts.set(tag, part)
  }
  const object = { name: 'Data object', content: 'b', encoding: 'binary' }
  const other: FieldFile = { ...object, length: { min: 0, max } }
  const reason = 'data objects that are not listed are kept as bytes, and masked'
  if (!takesUnknown) return { composite: { kind: 'ber', parts: Object.fromEntries(parts) } }
  return {
    composite: { kind: 'ber', parts: Object.fromEntries(parts), other },
    remarks: [['decided', reason]],
  }
}

function taggedOf(
  { subfields, read }: Whole,
  { tag, digits }: { readonly tag: MoovTag; readonly digits: number },
): Found | string {
  const encoding = TEXT_ENCODINGS.get(tag.enc ?? '')
  const prefix = prefixOfAll(subfields)
  if (encoding === undefined) return `its tags in ${tag.enc ?? '(no encoding)'} cannot be said`
  if (prefix === undefined) return 'the lengths of its parts are not all of one kind'
  const parts = new Map<string, FieldFile>()
  for (const [key, field] of subfields) {
    const full = filledTag(key, tag, digits)
    const part = read(field, full, 'tagged')
    if (part !== undefined) parts.set(full, part)
  }
  const content = [...parts.keys()].every((key) => /^\d+$/.test(key)) ? 'n' : 'an'
  const told = { content, length: digits, encoding }
  return { composite: { kind: 'tagged', tag: told, prefix, parts: Object.fromEntries(parts) } }
}

function filledTag(key: string, { padding }: MoovTag, digits: number): string {
  if (padding === undefined) return key
  return padding.side === 'left'
    ? key.padStart(digits, padding.with)
    : key.padEnd(digits, padding.with)
}

/** The prefix that every part has; undefined when they differ. */
function prefixOfAll(subfields: ReadonlyMap<string, MoovField>): PrefixFile | undefined {
  const names = new Set([...subfields.values()].map((field) => field.prefix))
  const [name] = names
  const prefix = names.size === 1 ? moovPrefix(name) : undefined
  return prefix?.kind === 'counted' ? prefix.prefix : undefined
}

function positionalOf({ subfields, read }: Whole): Found | string {
  const parts: FieldFile[] = []
  for (const [key, field] of inOrder(subfields)) {
    const part = read(field, key)
    if (part === undefined) return `its part ${key} cannot be said`
    parts.push({ key, ...part })
  }
  const reason = 'all of its parts have to be there; moov lets the last ones go'
  return { composite: { kind: 'positional', parts }, remarks: [['decided', reason]] }
}

/** By number where keys are numbers, as the sort that moov names StringsByInt. */
function inOrder(subfields: ReadonlyMap<string, MoovField>): [string, MoovField][] {
  const entries = [...subfields]
  if (!entries.every(([key]) => /^\d{1,6}$/.test(key))) return entries
  return entries.sort(([a], [b]) => Number(a) - Number(b))
}
