/** A specification of moov-io/iso8583 as JSON; Go reads its member names in any case. */
import { ImportError } from '../import-error.ts'

export interface MoovSpec {
  readonly name: string | undefined
  readonly fields: ReadonlyMap<string, MoovField>
}

/** Members that are absent, or not of their type, are undefined. */
export interface MoovField {
  readonly type: string | undefined
  readonly length: number | undefined
  readonly description: string | undefined
  readonly enc: string | undefined
  readonly prefix: string | undefined
  readonly padding: MoovPadding | undefined
  readonly tag: MoovTag | undefined
  readonly bitmap: MoovField | undefined
  readonly isFixedBitmap: boolean
  /** Undefined for a field without parts. */
  readonly subfields: ReadonlyMap<string, MoovField> | undefined
}

export interface MoovPadding {
  readonly side: 'left' | 'right'
  readonly with: string
}

export interface MoovTag {
  readonly length: number | undefined
  readonly enc: string | undefined
  readonly padding: MoovPadding | undefined
  /** Whether tags that are not listed are let through. */
  readonly takesUnknown: boolean
}

const MOOV_LIMITS = {
  fileCharactersMax: 1_048_576,
  fieldsMax: 20_000,
  depthMax: 8,
} as const

/** Throws `ImportError`: `SYNTAX_INVALID`, `LIMIT_EXCEEDED` or `FORMAT_UNKNOWN`. */
export function parseMoov(text: string): MoovSpec {
  const { fileCharactersMax } = MOOV_LIMITS
  if (text.length > fileCharactersMax) {
    throw new ImportError('LIMIT_EXCEEDED', `is longer than ${fileCharactersMax} characters`)
  }
  const members = membersOf(parsed(text))
  const fields = members && membersOf(members.get('fields'), 'as written')
  if (members === undefined || fields === undefined || fields.size === 0) {
    throw new ImportError('FORMAT_UNKNOWN', 'has no object of fields')
  }
  return { name: textOf(members.get('name')), fields: fieldsOf(fields, { count: 0 }, 1) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ImportError('SYNTAX_INVALID', 'is no JSON')
  }
}

type Members = ReadonlyMap<string, unknown>

function membersOf(value: unknown, names: 'in any case' | 'as written' = 'in any case') {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value)
  const isAsWritten = names === 'as written'
  return new Map(entries.map(([name, it]) => [isAsWritten ? name : name.toLowerCase(), it]))
}

function fieldsOf(
  members: Members,
  seen: { count: number },
  depth: number,
): ReadonlyMap<string, MoovField> {
  const { depthMax, fieldsMax } = MOOV_LIMITS
  if (depth > depthMax) throw new ImportError('LIMIT_EXCEEDED', `nests deeper than ${depthMax}`)
  const fields = new Map<string, MoovField>()
  for (const [key, value] of members) {
    seen.count += 1
    if (seen.count > fieldsMax) {
      throw new ImportError('LIMIT_EXCEEDED', `has more than ${fieldsMax} fields`)
    }
    fields.set(key, fieldOf(membersOf(value) ?? new Map(), seen, depth))
  }
  return fields
}

function fieldOf(members: Members, seen: { count: number }, depth: number): MoovField {
  const tag = membersOf(members.get('tag'))
  const bitmap = membersOf(members.get('bitmap'))
  const subfields = membersOf(members.get('subfields'), 'as written')
  return {
    type: textOf(members.get('type')),
    length: lengthOf(members.get('length')),
    description: textOf(members.get('description')),
    enc: textOf(members.get('enc')),
    prefix: textOf(members.get('prefix')),
    padding: paddingOf(members.get('padding')),
    tag: tag && tagOf(tag),
    bitmap: bitmap && fieldOf(new Map([...bitmap, ['bitmap', undefined]]), seen, depth),
    isFixedBitmap: members.get('disableautoexpand') === true,
    subfields: subfields && subfields.size > 0 ? fieldsOf(subfields, seen, depth + 1) : undefined,
  }
}

function tagOf(members: Members): MoovTag {
  return {
    length: lengthOf(members.get('length')),
    enc: textOf(members.get('enc')),
    padding: paddingOf(members.get('padding')),
    takesUnknown: ['skipunknowntlvtags', 'storeunknowntlvtags'].some(
      (name) => members.get(name) === true,
    ),
  }
}

function paddingOf(value: unknown): MoovPadding | undefined {
  const members = membersOf(value)
  const type = textOf(members?.get('type'))
  const fill = textOf(members?.get('pad'))
  if (fill === undefined || fill.length !== 1) return undefined
  if (type === 'Left') return { side: 'left', with: fill }
  return type === 'Right' ? { side: 'right', with: fill } : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function lengthOf(value: unknown): number | undefined {
  const isLength = typeof value === 'number' && Number.isInteger(value) && value > 0
  return isLength && value <= 99_999 ? value : undefined
}
