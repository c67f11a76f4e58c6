/**
 * Why the envelope failed its own program; what a peer sent is never one of these on the gateway's
 * side.
 */
export type EnvelopeErrorCode =
  /** A key is too weak, of the wrong kind or use, or named by a wrong or repeated `kid`. */
  | 'KEY_REFUSED'
  /** The answer to this request was sealed before, or nobody sealed it in time. */
  | 'REPLY_GONE'
  /** A thread died; nothing more can be opened or sealed in this process. */
  | 'WORKER_LOST'
  | 'CLOSED'
  /** Client side: the answer is not one that the gateway made for this request. */
  | 'ANSWER_UNREADABLE'

/** Says which key or which rule, never what a message held. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
  readonly code: EnvelopeErrorCode

  constructor(code: EnvelopeErrorCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options)
    this.code = code
  }
}
