/**
 * Inputs made to be slow, at any size: many tiny parts, long parts, deep nesting, many faults. For
 * each the time for a byte must stay what it is when the input is four times as long.
 */
export interface Family {
  readonly name: string
  readonly bytesMax: number
  /** An input of about so many bytes. */
  readonly make: (bytes: number) => Load
}

export interface Load {
  readonly bytes: number
  /** Says how it ended: only inputs that end alike can be compared. */
  readonly run: () => string
}

/** A refusal, by its code, is as good an end as any; another error is none. */
export function endOf(
  run: () => void,
  expected: abstract new (...parameters: never[]) => Error & { readonly code: string },
): string {
  try {
    run()
    return 'taken'
  } catch (error) {
    if (!(error instanceof expected)) throw error
    return error.code
  }
}

/** `count` members of one value. */
export function numbered(
  count: number,
  key: (at: number) => string,
  value: unknown = '',
): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: Math.floor(count) }, (_, at) => [key(at), value]))
}

/** Made as text: what writes JSON gives up long before what reads it. */
export function nested(depth: number): unknown {
  return JSON.parse(`${'{"2":'.repeat(depth)}1${'}'.repeat(depth)}`)
}
