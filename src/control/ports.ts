import type { Merchant, Pan, Payment, PaymentIntent, PaymentOutcome } from '#domain'
import type { Message } from '#iso8583'

/** The journal, in control's words. Every act is durable when it resolves, or nothing changed. */
export interface PaymentStore {
  /**
   * Put a payment on disk before its host message leaves.
   *
   * - `begun`: it is on disk and the caller alone conducts it.
   * - `repeat`: this merchant used the id before, with the same content.
   * - `conflict`: this merchant used the id before, with other content.
   * - `full`: nothing was looked at and nothing changed, for want of room; try again later.
   */
  begin(intent: PaymentIntent): Promise<BeginResult>
  /**
   * Record how the exchange ended. @throws when the move is not allowed (a bug, never bad input).
   */
  conclude(merchant: string, id: string, outcome: PaymentOutcome): Promise<void>
  find(merchant: string, id: string): Promise<Payment | undefined>
  /** Take `count` trace numbers of `host` that no other lease holds; they wrap after 999,999. */
  leaseStans(host: string, count: number): Promise<StanLease>
}

export type BeginResult =
  | { readonly kind: 'begun' }
  | { readonly kind: 'repeat'; readonly payment: Payment }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'full' }

/** Trace numbers `first`, `first + 1`, ... `count` of them; the number after 999,999 is 1. */
export interface StanLease {
  readonly first: number
  readonly count: number
}

/** The way to the core host. */
export interface HostLink {
  /** Take a place in the window of requests in flight, or hear why there is none. */
  reserve(): Reservation
}

/** Leave to ask the host once. */
export type Reservation =
  | {
      readonly kind: 'reserved'
      /** Uses the place up. Resolves once; never rejects. */
      ask(message: Message): Promise<HostReply>
      /**
       * Gives the place back when nothing was asked; after that, or after `ask`, it does nothing.
       */
      release(): void
    }
  /** No line is signed on. */
  | { readonly kind: 'down' }
  | { readonly kind: 'full' }

export type HostReply =
  | { readonly kind: 'answered'; readonly message: Message }
  /** Provably, not one byte left. */
  | { readonly kind: 'not-sent' }
  /** The bytes left, or may have, and no answer came that can be used. */
  | { readonly kind: 'unknown'; readonly reason: 'host-silent' | 'link-lost' | 'answer-unreadable' }

/** Keeps host answers that decided nothing, for whoever has to find out why. */
export interface Evidence {
  /**
   * The answer belongs to its request and yet cannot stand: `path` is the element, `reason` what is
   * wrong.
   */
  keep(answer: Message, why: { readonly path: string; readonly reason: string }): void
}

/** The envelope, in control's words: tokens in, tokens out, keys never. */
export interface Envelopes {
  open(token: Uint8Array): Promise<OpenedEnvelope>
  /** Seal an answer for whoever sent the request; uses up `reply`. */
  seal(reply: ReplySeal, json: string): Promise<Uint8Array>
  /** No answer will be sealed for this request. */
  discard(reply: ReplySeal): void
}

/**
 * Names, inside the envelope module, the keys that the answer to one request is sealed with.
 * Opaque.
 */
export type ReplySeal = object

export type OpenedEnvelope =
  /** Nobody proved who they are. Says no more than that. */
  | { readonly kind: 'unreadable' }
  /** Too much is waiting: this one was not looked at. */
  | { readonly kind: 'busy' }
  /** `json` is I-JSON within limits, signed by a key registered to `merchant`. */
  | {
      readonly kind: 'opened'
      readonly merchant: string
      readonly json: string
      readonly reply: ReplySeal
    }
  /**
   * Signed by `merchant`, but not I-JSON within limits; `reason` is for the merchant's developer.
   */
  | {
      readonly kind: 'malformed'
      readonly merchant: string
      readonly reason: string
      readonly reply: ReplySeal
    }

/** Who may send, and what is known of them. */
export interface MerchantRegistry {
  find(id: string): Merchant | undefined
}

/** Where the merchants are kept; another process may change them at any time. */
export interface MerchantSource {
  merchants(): Promise<{ readonly version: number; readonly merchants: readonly Merchant[] }>
  /** Changes whenever a merchant does. */
  merchantsVersion(): Promise<number>
}

/** What control asks of the vault: sealing and keyed hashes, never a key. */
export interface Vault {
  /** Keyed hash of a request's content, 32 bytes. */
  fingerprint(content: string): Uint8Array
  /** Keyed hash of a card number, 32 bytes. */
  panHash(pan: Pan): Uint8Array
  /**
   * Encrypt bytes for the journal; `about` names the record and must be given again to open them.
   */
  sealImage(image: Uint8Array, about: string): Uint8Array
}
