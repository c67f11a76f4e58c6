import {
  DecodeError,
  type DescribedField,
  type Dialect,
  EncodeError,
  type FieldValue,
  type Message,
} from '#iso8583'

/** What is wrong with one message, as `decode --json` and `encode --json` print it. */
export interface MessageFault {
  readonly error: { readonly code: string; readonly offset?: number; readonly path: string }
}

/** Hex as an operator pastes it, in either case, with white space; undefined when it is not hex. */
export function bytesOfHex(text: string): Buffer | undefined {
  const hex = text.replace(/\s+/g, '')
  return /^([0-9A-Fa-f]{2})+$/.test(hex) ? Buffer.from(hex, 'hex') : undefined
}

/** @throws whatever is not a fault of the message, which is a bug */
export function faultOf(error: unknown): MessageFault {
  if (error instanceof DecodeError) {
    return { error: { code: error.code, offset: error.offset, path: error.path } }
  }
  if (error instanceof EncodeError) return { error: { code: error.code, path: error.path } }
  throw error
}

/** The message with every value as the dialect lets it be shown; what cannot be shown is `*`. */
export function maskedMessage(dialect: Dialect, message: Message): Message {
  const shown = new Map(dialect.describe(message).map((it) => [it.path, it]))
  const fields = Object.entries(message.fields).map(([number, value]) => [
    number,
    maskedValue(number, value, shown),
  ])
  return { mti: message.mti, fields: Object.fromEntries(fields) }
}

function maskedValue(
  path: string,
  value: FieldValue,
  shown: ReadonlyMap<string, DescribedField>,
): FieldValue {
  if (typeof value === 'string') return shown.get(path)?.value ?? '*'
  const parts = Object.entries(value).map(([part, inner]) => [
    part,
    maskedValue(`${path}.${part}`, inner, shown),
  ])
  return Object.fromEntries(parts)
}

/** A table for people: path, name, value and, where the dialect knows it, the meaning. */
export function messageTable(described: readonly DescribedField[]): string[] {
  const width = (of: (it: DescribedField) => string) =>
    Math.max(0, ...described.map((it) => of(it).length))
  const paths = width((it) => it.path)
  const names = width((it) => it.name)
  return described.map(({ path, name, value, meaning }) => {
    const line = `  ${path.padEnd(paths)}  ${name.padEnd(names)}  ${value}`
    return meaning === undefined ? line : `${line}  (${meaning})`
  })
}
