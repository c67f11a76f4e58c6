/** Why a message cannot be written, as `encode` says it: with nothing of what the message holds. */
import type { Dialect, FieldValue, Message } from '#iso8583'
import { parseSpec } from '#processing'
import type { MessageFault } from './json.ts'

export interface EncodeFault {
  readonly error: MessageFault['error'] & {
    /** Of a tag that the dialect lacks. */
    readonly tag?: string
    /** Of what is no JSON, from 1. */
    readonly line?: number
    readonly column?: number
    readonly reason?: string
  }
}

/** Text that no parser takes, by its first fault. */
export function notJson(text: string): EncodeFault {
  const parsed = parseSpec(text)
  const [fault] = parsed.kind === 'faulty' ? parsed.faults : []
  const { line = 1, column = 1, reason = 'is no JSON' } = fault ?? {}
  const error = { code: 'NOT_JSON', path: 'message', line, column, reason }
  return { error }
}

/** The same fault with what the message tells of it. */
export function explained(
  { error }: MessageFault,
  dialect: Dialect,
  { fields }: Message,
): EncodeFault {
  const value = valueAt(fields, error.path)
  if (error.code === 'TAG_UNKNOWN' && value !== undefined && typeof value !== 'string') {
    const tag = Object.keys(value).find(
      (key) => TAG.test(key) && dialect.field(`${error.path}.${key}`) === undefined,
    )
    return { error: { ...error, ...(tag === undefined ? {} : { tag }) } }
  }
  const isMasked = typeof value === 'string' && value.includes('*')
  return error.code === 'CONTENT_INVALID' && isMasked
    ? { error: { ...error, reason: MASKED } }
    : { error }
}

/** Shorter than any card number, for a key may be anything. */
const TAG = /^[0-9A-Za-z]{1,8}$/

const MASKED = 'the value is masked; decode --unmasked shows what encode takes'

function valueAt(fields: Message['fields'], path: string): FieldValue | undefined {
  let value: FieldValue | undefined = fields
  for (const key of path.split('.')) {
    if (value === undefined || typeof value === 'string') return undefined
    value = Object.hasOwn(value, key) ? value[key] : undefined
  }
  return value
}
