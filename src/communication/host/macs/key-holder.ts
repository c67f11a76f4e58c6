/**
 * What the link needs of whoever holds the host's keys. Nothing here is a key: the link says which
 * key makes and which verify, and never sees one.
 */

/** A working key: the MACs of one host are made and verified with it. */
export interface MacKey {
  /** Upper-case hexadecimal; tells which key it is, and nothing of it. */
  readonly checkValue: string
  /** The MAC as it is sent, in upper-case hexadecimal. */
  mac(bytes: Uint8Array): string
  verifies(bytes: Uint8Array, mac: string): boolean
}

/** A working key with what was said of it; times are wall time, milliseconds since 1970. */
export interface KeptKey {
  readonly key: MacKey
  /** The number that it goes by at the host, where keys have one. */
  readonly index?: string
  readonly sinceMs: number
  /** Until when a key that another has followed still verifies. */
  readonly untilMs?: number
}

/** A key of our own making, and what carries it to the host, in upper-case hexadecimal. */
export interface CreatedKey {
  readonly key: MacKey
  readonly cryptogram: string
  readonly checkValue: string
}

export interface KeyHolder {
  /** What was live when it was last kept, the newest first. */
  readonly kept: readonly KeptKey[]
  create(): CreatedKey
  /** Open what the host sent, in hexadecimal; `checkValue` is empty where none is sent. */
  open(
    cryptogram: string,
    checkValue: string,
  ):
    | { readonly kind: 'opened'; readonly key: MacKey }
    | { readonly kind: 'unusable'; readonly reason: string }
  /** Make these the ones that a restart goes on with; it is so when this resolves. */
  keep(keys: readonly KeptKey[]): Promise<void>
}
