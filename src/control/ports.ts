import type {
  AttemptEnd,
  CaptureObstacle,
  CardRegistration,
  CardRequest,
  ChargeObstacle,
  FollowUpObstacle,
  ItemRefundObstacle,
  KeptCard,
  Merchant,
  Money,
  OwedMessage,
  OwedNumber,
  Pan,
  Payment,
  PaymentIntent,
  PaymentOutcome,
  PaymentRequest,
  RegisteredCard,
  ReversalObstacle,
  Secret,
  Tab,
  TabCharge,
  TabObstacle,
  TabOpening,
  TabReceipt,
  WantedCharge,
} from '#domain'
import type { Message } from '#iso8583'

/**
 * The journal, in control's words. Every act is durable when it resolves, or nothing changed.
 *
 * `find`, `reverse` and `isReversedUnseen` reject with JournalBusyError when they cannot be done
 * just now; whatever else rejects says that the journal cannot be relied on.
 */
export interface PaymentStore {
  /**
   * Put a payment on disk before its host message leaves.
   *
   * - `begun`: it is on disk and the caller alone conducts it.
   * - `repeat`: this merchant used the id before, with the same content.
   * - `conflict`: this merchant used the id before, with other content.
   * - `reversed-unseen`: this merchant reversed the id before it came.
   * - `not-followed`: the payment that it is to follow up does not allow it, as that stands.
   * - `original-unseen`: this merchant has no such payment to follow up.
   * - `full`: nothing was looked at and nothing changed, for want of room; try again later.
   */
  begin(intent: PaymentIntent): Promise<BeginResult>
  /**
   * Record how the exchange ended, and owe a reversal when it is unknown. @throws when the move is
   * not allowed (a bug, never bad input).
   */
  conclude(merchant: string, id: string, outcome: PaymentOutcome): Promise<void>
  find(merchant: string, id: string): Promise<Payment | undefined>
  /**
   * Owe the reversal of what is approved or captured, by `reversalVerdict` of the payment as it
   * stands. An id never seen is kept, so that its payment is refused when it comes.
   */
  reverse(wish: {
    readonly merchant: string
    readonly id: string
    /** The business day that is open now, `YYYY-MM-DD`. */
    readonly openDate: string
    readonly atMs: number
  }): Promise<ReversalResult>
  /** Whether a merchant reversed this id before its payment came. */
  isReversedUnseen(merchant: string, id: string): Promise<boolean>
  /**
   * Capture an approved authorization, and owe the host the advice; by `captureVerdict` of the
   * payment as it stands.
   *
   * - `taken`: the host is told from now on, or the same was wished before. The payment as it
   *   stands.
   * - `refused`: nothing changed.
   * - `unseen`: this merchant has no such payment.
   * - `full`: nothing was looked at and nothing changed, for want of room; try again later.
   */
  capture(wish: {
    readonly merchant: string
    readonly id: string
    /** All that was approved, when absent. */
    readonly amount?: Money
    /** The business day that is open now, `YYYY-MM-DD`. */
    readonly businessDate: string
    readonly atMs: number
  }): Promise<CaptureResult>
  /** Take `count` trace numbers of `host` that no other lease holds; they wrap after 999,999. */
  leaseStans(host: string, count: number): Promise<StanLease>
}

/**
 * Cards that merchants have registered, in control's words; durable as {@link PaymentStore} is. All
 * but `registerCard` reject with JournalBusyError when they cannot be done just now.
 */
export interface CardStore {
  /**
   * Keep a card under the token that this merchant has for it, or else under the one that comes
   * along.
   *
   * - `registered`: it has a token, by this request or by an earlier one with the same content.
   * - `conflict`: this merchant used the id before, with other content.
   * - `full`: nothing was looked at and nothing changed, for want of room; try again later.
   */
  registerCard(registration: CardRegistration): Promise<RegistrationResult>
  findRegistration(
    merchant: string,
    id: string,
  ): Promise<{ readonly card: RegisteredCard; readonly fingerprint: Uint8Array } | undefined>
  /** What stands behind a token of this merchant; nothing, when it has none such or forgot it. */
  findCard(merchant: string, token: string): Promise<KeptCard | undefined>
  /** End a token and erase its card. @returns nothing when this merchant never had it */
  forgetCard(wish: {
    readonly merchant: string
    readonly token: string
    readonly atMs: number
  }): Promise<RegisteredCard | undefined>
}

export type RegistrationResult =
  | { readonly kind: 'registered'; readonly card: RegisteredCard }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'full' }

/**
 * The tabs of merchants, in control's words; durable as {@link PaymentStore} is.
 *
 * `full`: nothing was looked at and nothing changed, for want of room; try again later.
 */
export interface TabStore {
  /** Open a tab on an approved authorization, once; by `tabObstacle` of that as it stands. */
  openTab(opening: TabOpening): Promise<TabOpeningResult>
  /** Charge a tab: what is not refused is on it, now or from before. */
  chargeTab(wish: {
    readonly merchant: string
    readonly id: string
    readonly charges: readonly WantedCharge[]
    readonly atMs: number
  }): Promise<ChargeResult>
  /**
   * Capture what an open tab comes to, or let go of what is held when that is nothing.
   *
   * - `closed`: now or before; the tab, and how its payment stands.
   * - `not-due`: nobody asked, and it is not due.
   * - `refused`: it cannot be just now.
   */
  postTab(wish: {
    readonly merchant: string
    readonly id: string
    readonly isAsked: boolean
    /** The business day that is open now, `YYYY-MM-DD`. */
    readonly openDate: string
    readonly atMs: number
  }): Promise<PostingResult>
  /** Take tabs that are due, the longest due first; until `leaseUntilMs` nobody else takes them. */
  takeDueTabs(taking: {
    readonly host: string
    readonly openDate: string
    readonly nowMs: number
    readonly leaseUntilMs: number
    readonly countMax: number
  }): Promise<readonly { readonly merchant: string; readonly id: string }[]>
  readReceipt(wish: {
    readonly merchant: string
    readonly id: string
    readonly after: number
    readonly countMax: number
  }): Promise<TabReceipt | undefined>
  /** Decide how much goes back for a charge; by `itemRefundVerdict` of the tab as it stands. */
  refundItem(wish: {
    readonly merchant: string
    readonly id: string
    readonly charge: string
    readonly refund: string
    readonly atMs: number
  }): Promise<ItemRefundResult>
}

/** What the host is owed, in control's words; durable as {@link PaymentStore} is. */
export interface OwedStore {
  /** Take what is due, the longest due first; until `leaseUntilMs` nobody else takes it. */
  takeOwed(taking: {
    readonly host: string
    readonly nowMs: number
    readonly leaseUntilMs: number
    /** Nothing is put off further: what is due later was put off by a clock that went wrong. */
    readonly horizonMs: number
    readonly countMax: number
  }): Promise<readonly OwedMessage[]>
  /** Number and date it, before it is first sent. */
  numberOwed(seq: number, numbered: OwedNumber): Promise<void>
  /** Record how an attempt ended, and with it what becomes of the payment. */
  endAttempt(seq: number, end: AttemptEnd): Promise<void>
  /** Open a work item for whatever has been owed since then or longer. @returns how many are new */
  raiseOverdue(overdue: {
    readonly host: string
    readonly owedBeforeMs: number
    readonly atMs: number
  }): Promise<number>
}

/** What is held at a host, in control's words; durable as {@link PaymentStore} is. */
export interface HoldStore {
  /**
   * Owe the reversal of authorizations that were begun before then and never captured, the oldest
   * first. @returns how many
   */
  expireHolds(expiry: {
    readonly host: string
    readonly begunBeforeMs: number
    readonly countMax: number
    readonly atMs: number
  }): Promise<number>
}

/** The business days of a host, in control's words; durable as {@link PaymentStore} is. */
export interface DayStore {
  /** Begin a day. @returns the day that is open now, which may be a later one */
  openDay(opening: {
    readonly host: string
    /** `YYYY-MM-DD`. */
    readonly date: string
    readonly by: 'calendar' | 'host'
    readonly atMs: number
  }): Promise<string>
  /** Close the days that are over and have no open payment. @returns how many have one */
  closeDays(host: string, atMs: number): Promise<number>
}

export type BeginResult =
  | { readonly kind: 'begun' }
  | { readonly kind: 'repeat'; readonly payment: Payment }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'reversed-unseen' }
  | { readonly kind: 'not-followed'; readonly why: FollowUpObstacle; readonly original: Payment }
  | { readonly kind: 'original-unseen' }
  | { readonly kind: 'full' }

export type ReversalResult =
  /** It is being reversed, or there is nothing to reverse: the payment as it stands. */
  | { readonly kind: 'stands'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly why: ReversalObstacle; readonly payment: Payment }
  /** It has never come, and is refused if it does. */
  | { readonly kind: 'unseen' }

export type CaptureResult =
  | { readonly kind: 'taken'; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly why: CaptureObstacle; readonly payment: Payment }
  | { readonly kind: 'unseen' }
  | { readonly kind: 'full' }

export type TabOpeningResult =
  | { readonly kind: 'opened' | 'repeat'; readonly tab: Tab }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly why: TabObstacle; readonly payment: Payment }
  | { readonly kind: 'unseen' }
  | { readonly kind: 'full' }

export type ChargeResult =
  | {
      readonly kind: 'charged'
      readonly tab: Tab
      readonly refused: readonly { readonly id: string; readonly why: ChargeObstacle }[]
    }
  | { readonly kind: 'unseen' }
  | { readonly kind: 'full' }

export type PostingResult =
  | { readonly kind: 'closed'; readonly tab: Tab; readonly state: Payment['state'] }
  | { readonly kind: 'not-due' }
  | { readonly kind: 'refused'; readonly why: CaptureObstacle | ReversalObstacle }
  | { readonly kind: 'unseen' }

export type ItemRefundResult =
  /** `minor` goes back by a payment whose id is the refund's; nothing does, when that is 0n. */
  | { readonly kind: 'due'; readonly tab: Tab; readonly charge: TabCharge; readonly minor: bigint }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'refused'; readonly why: ItemRefundObstacle; readonly payment: Payment }
  | { readonly kind: 'unseen'; readonly what: 'tab' | 'charge' }
  | { readonly kind: 'full' }

/** Trace numbers `first`, `first + 1`, ... `count` of them; the number after 999,999 is 1. */
export interface StanLease {
  readonly first: number
  readonly count: number
}

/** The way to the core host. */
export interface HostLink {
  /** Take a place in the window of requests in flight for a merchant, or hear why there is none. */
  reserve(merchant: string): Reservation
  /** The same for one message that is owed, in a window that payments cannot fill. */
  reserveOwed(): Reservation
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
  | { readonly kind: 'full'; readonly retryAfterMs?: number }

export type HostReply =
  | { readonly kind: 'answered'; readonly message: Message }
  /** Provably, not one byte left. */
  | { readonly kind: 'not-sent' }
  /** The bytes left, or may have, and no answer came that can be used. */
  | {
      readonly kind: 'unknown'
      readonly reason: 'host-silent' | 'link-lost' | 'answer-unreadable' | 'mac-wrong'
    }

/** Keeps host answers that decided nothing, for whoever has to find out why. */
export interface Evidence {
  /**
   * The answer belongs to its request and yet cannot stand: `path` is the element, `reason` what is
   * wrong.
   */
  keep(answer: Message, why: { readonly path: string; readonly reason: string }): void
}

/** A message that has come, in the words of whoever let it in. */
export interface Arrival {
  /** It has been opened, and is this merchant's, or nobody's. */
  opened(merchant: string | undefined): void
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

/** What makes the host's PIN block of a terminal's. No PIN and no key is seen here. */
export interface PinDesk {
  translate(request: PaymentRequest | CardRequest): Promise<PinTranslated>
}

export type PinTranslated =
  | { readonly kind: 'translated'; readonly block: Secret<string> }
  /** The merchant has no key of that name at this terminal. */
  | { readonly kind: 'key-unknown' }
  /** There is no PIN for this card in it. Says no more. */
  | { readonly kind: 'unusable' }
  /** No PINs go to this host from here. */
  | { readonly kind: 'not-taken' }

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
  /** @throws when it was sealed under another name, or a key is missing */
  openImage(sealed: Uint8Array, about: string): Uint8Array
}
