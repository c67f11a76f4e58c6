/** A merchant has a card kept: what is on disk before it hears of a token. */
export interface CardRegistration {
  readonly merchant: string
  /** The merchant's own idempotency key, among its registrations. */
  readonly id: string
  /** Keyed hash of the request's content, 32 bytes: tells a repeat from a conflict. */
  readonly fingerprint: Uint8Array
  /** What is to stand for the card, where this merchant has no token for it yet. */
  readonly token: string
  /** First six and last four. */
  readonly panMasked: string
  /** Keyed hash of the PAN, 32 bytes: the same card has the same. */
  readonly panHash: Uint8Array
  /** Number and expiry date, sealed. */
  readonly sealedCard: Uint8Array
  /** Wall time, milliseconds since 1970. */
  readonly registeredAtMs: number
}

/** A registration as its merchant is told of it: nothing in it is secret. */
export interface RegisteredCard {
  readonly merchant: string
  readonly token: string
  /** First six and last four. */
  readonly panMasked: string
  readonly registeredAtMs: number
  /** Once its merchant wanted the card forgotten. */
  readonly forgottenAtMs?: number
}

/** What stands behind a token. */
export interface KeptCard {
  readonly panHash: Uint8Array
  readonly sealedCard: Uint8Array
}

/** How many random bytes a token stands on: 128 bits, so that none is ever guessed. */
export const TOKEN_BYTES = 16

/**
 * A token, `tok_` and two letters of `a` to `p` for each byte. It has no digit, so nothing that
 * looks for card numbers takes it for one.
 *
 * @param bytes {@link TOKEN_BYTES} that are random: a token tells nothing of its card
 */
export function cardTokenOf(bytes: Uint8Array): string {
  let text = 'tok_'
  for (const byte of bytes) text += letterOf(byte >> 4) + letterOf(byte & 15)
  return text
}

function letterOf(half: number): string {
  return 'abcdefghijklmnop'.charAt(half)
}
