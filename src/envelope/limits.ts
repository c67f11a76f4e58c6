/** Every bound of the envelope. "Units" are UTF-16 code units, as `String.length` counts them. */
export interface EnvelopeLimits {
  /** A whole compact JWE. */
  readonly tokenBytesMax: number
  /** A protected header, decoded. */
  readonly headerBytesMax: number
  /** What was signed. */
  readonly payloadBytesMax: number
  readonly json: JsonLimits
  /** Unwrapped content keys that one thread keeps. */
  readonly contentKeysMax: number
  /** Messages that one content key may carry, the first included. */
  readonly contentKeyMessagesMax: number
  /** Minutes after its first message in which a content key may be used. */
  readonly contentKeyMinutesMax: number
  /** Messages given to the threads and not yet given back, in all. */
  readonly queueMessagesMax: number
  /** Requests opened by one thread whose answers are not sealed yet. */
  readonly repliesMax: number
  /** Minutes after which an answer that nobody sealed cannot be sealed any more. */
  readonly replyMinutesMax: number
}

export interface JsonLimits {
  /** Objects and arrays inside one another; a document that is one object has depth 1. */
  readonly depthMax: number
  /** Members of objects and elements of arrays, in the whole document. */
  readonly membersMax: number
  /** A string or a member name, as it is written between its quotes. */
  readonly stringUnitsMax: number
}

export const defaultEnvelopeLimits: EnvelopeLimits = Object.freeze({
  tokenBytesMax: 61_440,
  headerBytesMax: 1_024,
  payloadBytesMax: 32_768,
  json: Object.freeze({ depthMax: 16, membersMax: 600, stringUnitsMax: 1_024 }),
  contentKeysMax: 10_000,
  contentKeyMessagesMax: 10_000,
  contentKeyMinutesMax: 60,
  queueMessagesMax: 4_096,
  repliesMax: 16_384,
  replyMinutesMax: 10,
})
