/** What HTTPS says about an answer that is plain JSON instead of sealed. */
export interface PlainRefusal {
  readonly status: 400 | 500 | 503
  /** Whole seconds, when the refusal says how long to wait. */
  readonly retryAfterSeconds?: number
}

const STATUS_OF: Readonly<Record<string, PlainRefusal['status']>> = { REFUSED: 400, BUSY: 503 }

/**
 * Read a plain refusal as far as its status needs it (specs/protocol.md, "HTTPS"). What is no
 * refusal known here is a fault of ours, like `FAILED`: 500.
 *
 * @param json bytes that begin with a brace, as no sealed answer does
 */
export function readPlainRefusal(json: Uint8Array): PlainRefusal {
  const { code, retryAfterMs } = JSON.parse(Buffer.from(json).toString())
  const status = STATUS_OF[code] ?? 500
  if (typeof retryAfterMs !== 'number') return { status }
  return { status, retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }
}
