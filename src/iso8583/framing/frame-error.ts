export type FrameErrorCode = 'LENGTH_INVALID' | 'FRAME_TOO_LONG' | 'FRAME_EMPTY' | 'TPDU_INVALID'

/** A frame that cannot be cut from the stream, or put on it. After it the stream has no meaning. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
  readonly code: FrameErrorCode

  constructor(code: FrameErrorCode) {
    super(code)
    this.code = code
  }
}
