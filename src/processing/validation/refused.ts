import type { Refusal } from '#domain'

/** What a reader or a rule gives instead of a value. */
export interface Refused {
  readonly refused: Refusal
}

export function isRefused<Value>(value: Value | Refused): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value
}
