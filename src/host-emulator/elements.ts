import type { Composite, FieldValue } from '#iso8583'

/** The elements of a message in the making. */
export type Draft = Record<string, FieldValue>

/** Text of an element or part; empty when it is absent or composite. */
export type ReadText = (fields: Composite) => string

/** Read what stands at a path such as `39`, `48.87` or `56.original.stan`. */
export function readerAt(path: string | undefined): ReadText {
  const [element = '', part, ...deeper] = path?.split('.') ?? []
  if (path === undefined) return () => ''
  if (part === undefined) return (fields) => textOf(fields[element])
  if (deeper.length === 0) {
    return (fields) => {
      const composite = fields[element]
      return typeof composite === 'object' ? textOf(composite[part]) : ''
    }
  }
  const keys = path.split('.')
  return (fields) => textOf(valueAt(fields, keys))
}

/** Whether there is anything at a path. */
export function presenceAt(path: string): (fields: Composite) => boolean {
  const keys = path.split('.')
  if (keys.length === 1) return (fields) => fields[path] !== undefined
  return (fields) => valueAt(fields, keys) !== undefined
}

/** Write a text at a path; composites on the way are made, never changed. */
export function writerAt(path: string): (fields: Draft, value: FieldValue) => void {
  const [element = '', ...parts] = path.split('.')
  if (parts.length === 0) {
    return (fields, value) => {
      fields[element] = value
    }
  }
  return (fields, value) => {
    fields[element] = withPart(fields[element], parts, value)
  }
}

/** Copy what stands at these paths, where there is something. */
export function copierOf(paths: readonly string[]): (from: Composite, to: Draft) => void {
  const whole = paths.filter((path) => !path.includes('.'))
  const parts = paths
    .filter((path) => path.includes('.'))
    .map((path) => [path.split('.'), writerAt(path)] as const)
  return (from, to) => {
    for (const element of whole) {
      const value = from[element]
      if (value !== undefined) to[element] = value
    }
    for (const [keys, write] of parts) {
      const value = valueAt(from, keys)
      if (value !== undefined) write(to, value)
    }
  }
}

/** Whether two texts are the same but for filling: zeros before digits, spaces behind. */
export function sameButFilling(a: string, b: string): boolean {
  return a === b || bare(a) === bare(b)
}

/** A text without its filling. */
export function bare(text: string): string {
  let start = 0
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === SPACE) end--
  while (start < end - 1 && text.charCodeAt(start) === ZERO) start++
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

const ZERO = 0x30
const SPACE = 0x20

function textOf(value: FieldValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function valueAt(fields: Composite, keys: readonly string[]): FieldValue | undefined {
  let value: FieldValue | undefined = fields
  for (const key of keys) value = typeof value === 'object' ? value[key] : undefined
  return value
}

function withPart(
  whole: FieldValue | undefined,
  [part = '', ...deeper]: readonly string[],
  value: FieldValue,
): Composite {
  const composite = typeof whole === 'object' ? whole : {}
  const inner = deeper.length === 0 ? value : withPart(composite[part], deeper, value)
  return { ...composite, [part]: inner }
}
