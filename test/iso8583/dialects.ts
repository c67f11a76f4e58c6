import { globSync, readFileSync } from 'node:fs'
import { compileDialect, DecodeError, type Dialect, EncodeError } from '#iso8583'

/** Every dialect of specs/, and those of the vectors, from the project's root. */
export const DIALECT_FILES: readonly string[] = globSync(
  ['specs/hosts/*/dialect.json', 'specs/editions/*.json', 'test/vectors/*.dialect.json'],
  { cwd: new URL('../../', import.meta.url).pathname },
).sort()

/** The parsed JSON of a file of the project, from its root. */
export function projectJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
}

export function meridian(): Dialect {
  return compileDialect(projectJson('specs/hosts/meridian/dialect.json'))
}

/** A dialect in ASCII with one element, 2, and whatever else is given. */
export function dialectOf(
  element: unknown,
  rest: Record<string, unknown> = {},
  others: Record<string, unknown> = {},
): Dialect {
  return compileDialect({
    name: 'one element',
    mti: { encoding: 'ascii' },
    bitmap: { encoding: 'hex', count: 1 },
    defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
    fields: { 2: element, ...others },
    ...rest,
  })
}

/** Element 2 with tags as long as card numbers, none of them listed. */
export function dialectOfLongTags(): Dialect {
  return dialectOf({
    name: 'Tags',
    length: { max: 99, prefix: { digits: 2 } },
    composite: {
      kind: 'tagged',
      tag: { content: 'n', length: 16 },
      prefix: { digits: 2 },
      parts: {},
      other: { name: 'Not listed', content: 'n', length: { max: 4 } },
    },
  })
}

/** Specifications of elements, for dialects that are made up. */
export const digits = (length: number) => ({ name: 'n', content: 'n', length })
export const text = (length: number) => ({ name: 'ans', content: 'ans', length })
export const upTo = (max: number, content: string, more = {}) => ({
  name: content,
  content,
  length: { min: 1, max, prefix: { digits: 3 } },
  ...more,
})

/** MTI 0200 and the bitmap of a message with element 2 only: 20 bytes. */
export const HEAD = '02004000000000000000'

/** What a damaged message is refused with: code, offset, path. */
export function decodeFault(dialect: Dialect, bytes: Uint8Array): string {
  try {
    dialect.unpack(bytes)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return `${error.code} ${error.offset} ${error.path}`
  }
}

export function encodeFault(dialect: Dialect, fields: unknown, mti = '0200'): string {
  try {
    dialect.pack({ mti, fields: fields as never })
    return 'accepted'
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error
    return `${error.code} ${error.path}`
  }
}
