/** One run of the gateway, from its start to its end. */
export interface Life {
  isAlive(): boolean
  /** It is gone, from one moment to the next. */
  end(why: string): void
  /** It cannot be relied on any more, and will stop itself in a moment. */
  fail(why: string): void
}
