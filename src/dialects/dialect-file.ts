/** A dialect file as it is written (specs/dialect.schema.json), for those that make one. */
import { DialectError, type Mask, readSpecification, type SpecFault } from '#iso8583'

export interface DialectFile {
  readonly $schema?: string
  readonly name: string
  readonly title: string
  readonly mti: { readonly encoding: string }
  readonly bitmap: BitmapFile
  readonly fields: Readonly<Record<string, FieldFile>>
}

export interface BitmapFile {
  readonly encoding: string
  readonly count: number
}

export interface FieldFile {
  readonly key?: string
  readonly name: string
  readonly content?: string
  readonly encoding?: string
  readonly length: number | LengthFile
  readonly pad?: PadFile
  readonly mask?: Mask
  readonly composite?: CompositeFile
}

export interface LengthFile {
  readonly min?: number
  readonly max: number
  readonly prefix?: PrefixFile
  readonly unit?: string
}

export interface PrefixFile {
  readonly digits?: number
  readonly bytes?: number
  readonly encoding: string
}

export interface PadFile {
  readonly side: 'left' | 'right'
  readonly with: string
  readonly kept?: boolean
  readonly counted?: boolean
}

export type CompositeFile =
  | { readonly kind: 'positional'; readonly parts: readonly FieldFile[] }
  | {
      readonly kind: 'tagged'
      readonly tag: { readonly content: string; readonly length: number; readonly encoding: string }
      readonly prefix: PrefixFile
      readonly parts: Readonly<Record<string, FieldFile>>
    }
  | {
      readonly kind: 'ber'
      readonly encoding?: string
      readonly parts: Readonly<Record<string, FieldFile>>
      readonly other?: FieldFile
    }
  | {
      readonly kind: 'bitmap'
      readonly bitmap: { readonly encoding: string; readonly bytes: number; readonly count: number }
      readonly parts: Readonly<Record<string, FieldFile>>
    }

/** What stands around an element; a tagged composite or BER says the length of each part itself. */
export type Surroundings = 'message' | 'tagged' | 'ber'

/** Why an element would not load, were it the only one of a dialect; empty when it would. */
export function faultsOfField(field: FieldFile, inside: Surroundings): readonly string[] {
  const { fields, depth } = AROUND[inside](field)
  const faults = faultsOfDialect({
    name: 'one element',
    title: 'one element',
    mti: { encoding: 'ascii' },
    bitmap: { encoding: 'binary', count: 1 },
    fields: { 2: fields },
  })
  return faults.map(({ path, reason }) =>
    [path.slice(depth).join('.'), reason].filter(Boolean).join(': '),
  )
}

const PREFIX: PrefixFile = { digits: 5, encoding: 'ascii' }
const ANY_LENGTH: LengthFile = { max: 99_999, prefix: PREFIX }
const TAG = { content: 'n', length: 2, encoding: 'ascii' }

const AROUND: Readonly<
  Record<Surroundings, (field: FieldFile) => { fields: FieldFile; depth: number }>
> = {
  message: (field) => ({ fields: field, depth: 2 }),
  tagged: (field) => {
    const composite = { kind: 'tagged', tag: TAG, prefix: PREFIX, parts: { '01': field } } as const
    return { fields: { name: 'tags', length: ANY_LENGTH, composite }, depth: 5 }
  },
  ber: (field) => {
    const composite = { kind: 'ber', parts: { '9F01': field } } as const
    return { fields: { name: 'objects', length: ANY_LENGTH, composite }, depth: 5 }
  },
}

export function faultsOfDialect(file: DialectFile): readonly SpecFault[] {
  try {
    readSpecification(file)
    return []
  } catch (error) {
    if (error instanceof DialectError) return error.faults
    throw error
  }
}

/** The text of a dialect file: an element a line where it is short, as people write it. */
export function dialectText(file: DialectFile): string {
  const { fields, ...head } = file
  const lines = Object.entries(fields).map(
    ([number, field]) => `    ${JSON.stringify(number)}: ${spaced(field)}`,
  )
  const top = Object.entries(head).map(([name, value]) => `  "${name}": ${spaced(value)},`)
  return `{\n${top.join('\n')}\n  "fields": {\n${lines.join(',\n')}\n  }\n}\n`
}

/** JSON on one line, with a space inside braces and behind commas and colons. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  if (members.length === 0) return '{}'
  return `{ ${members.map(([name, it]) => `${JSON.stringify(name)}: ${spaced(it)}`).join(', ')} }`
}
