import {
  DecodeError,
  type DescribedField,
  type Dialect,
  EncodeError,
  type FieldValue,
  FrameError,
  type Message,
} from '#iso8583'

/** What is wrong with one message, as `decode --json` and `encode --json` print it. */
export interface MessageFault {
  readonly error: { readonly code: string; readonly offset?: number; readonly path: string }
}

export const NOT_HEX: MessageFault = { error: { code: 'NOT_HEX', offset: 0, path: 'message' } }

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
  if (error instanceof FrameError) return { error: { code: error.code, offset: 0, path: 'frame' } }
  if (error instanceof EncodeError) return { error: { code: error.code, path: error.path } }
  throw error
}

/**
 * The message as `describe` shows it, made of its lines and of nothing else: what a line hides is
 * not here to be printed, be it a value or the name of a tag.
 */
export function maskedMessage(dialect: Dialect, message: Message): Message {
  const [type, ...lines] = dialect.describe(message)
  const fields: Record<string, FieldValue> = {}
  const composites = new Map<string, Record<string, FieldValue>>([['', fields]])
  for (const { path, value, composite } of lines) {
    const dot = path.lastIndexOf('.')
    const around = composites.get(path.slice(0, Math.max(0, dot)))
    if (around === undefined) continue
    const parts = {}
    if (composite) composites.set(path, parts)
    around[path.slice(dot + 1)] = composite ? parts : value
  }
  const lenient = lines.flatMap((line) => leniencyOf(line))
  return { mti: type?.value ?? '', fields, ...(lenient.length > 0 ? { lenient } : {}) }
}

function leniencyOf({ path, lenient }: DescribedField): NonNullable<Message['lenient']> {
  return (lenient ?? []).map(({ code, offset }) => ({ path, code, offset }))
}
