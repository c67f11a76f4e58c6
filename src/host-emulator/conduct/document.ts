import type { MacDocument } from '../macs/mac-document.ts'

/**
 * What a host does beside reading and writing its dialect, as data: specs/conduct.schema.json as
 * types. Elements are named by their path, `39` or `48.87`.
 */
export interface ConductDocument {
  /** The currency that accounts are kept in, as messages have it; any, when absent. */
  readonly accountCurrency?: string
  /** Elements of a payment that together name it, no matter how they are filled. */
  readonly identity: readonly string[]
  readonly payments: readonly PaymentsDocument[]
  readonly reversals: FollowUpsDocument
  /** Captures of what a payment holds; a host need not take them. */
  readonly captures?: CapturesDocument
  readonly network: NetworkDocument
  /** How messages are authenticated; absent where they are not. */
  readonly mac?: MacDocument
  readonly responseCodes: Readonly<Record<Reason, string>>
}

/** What the messages of one kind must have, may have, and get back. */
export interface MessagesDocument {
  readonly mandatory: readonly string[]
  readonly conditional: readonly string[]
  readonly otherElements: 'refused' | 'tolerated'
  readonly echoed: readonly string[]
}

export interface PaymentsDocument extends MessagesDocument {
  readonly types: readonly PaymentType[]
  /** Values that an element must have one of, for the payment to be supported. */
  readonly supported: Readonly<Record<string, readonly string[]>>
  readonly elements: Carriers<PaymentElement, 'pan' | 'amount' | 'stan'>
  /** What names the payment that an increment or a refund follows up. */
  readonly original?: OriginalDocument
  readonly answer: PaymentAnswerDocument
}

export const PAYMENT_EFFECTS = ['hold', 'post', 'increase', 'refund', 'none'] as const

/**
 * `increase` holds more of an original, `refund` gives back of what was taken, `none` only asks:
 * nothing moves, and nothing is recorded.
 */
export type PaymentEffect = (typeof PAYMENT_EFFECTS)[number]

/** A message type, the type of its answer, and what an approval does to the account. */
export interface PaymentType extends MessageType {
  readonly effect: PaymentEffect
  /** Whether less than was asked for may be approved. */
  readonly partialApprovals: boolean
}

export interface MessageType {
  readonly request: string
  readonly answer: string
}

/** Which element carries what. */
type Carriers<Name extends string, Required extends Name> = Readonly<
  Record<Required, string> & Partial<Record<Name, string>>
>

export const PAYMENT_ELEMENTS = [
  'pan',
  'amount',
  'stan',
  'currency',
  'expiry',
  'transmissionTime',
  'rrn',
  'terminal',
  'pinBlock',
  'cvv2',
  'cavv',
  'street',
  'postalCode',
  'approvalCode',
] as const

export type PaymentElement = (typeof PAYMENT_ELEMENTS)[number]

export const VERDICTS = ['approved', 'partial', 'declined'] as const

export type AnswerVerdict = (typeof VERDICTS)[number]

/** An element that the host fills, and with which verdicts. */
export interface Told {
  readonly element: string
  readonly on: readonly AnswerVerdict[]
}

export interface AnswerDocument {
  readonly responseCode: string
  /** Elements that hold the business date, in the layout that the dialect gives them. */
  readonly dates: readonly Told[]
  /** Elements that hold a reference of the host's own making. */
  readonly references: readonly (Told & { readonly prefix: string })[]
}

export interface PaymentAnswerDocument extends AnswerDocument {
  readonly approvedAmount?: Told
  readonly approvalCode?: Told
  readonly checks: ChecksDocument
  /** Where what the account holds is told. */
  readonly balances?: BalancesDocument
}

/** An element that repeats amounts, each with type, currency and sign, and how it has them. */
export interface BalancesDocument {
  readonly element: string
  /** The type of the account, where amounts have it. */
  readonly account?: string
  /** Codes of the types of amount; one without a code is not told. */
  readonly types: { readonly [Name in BalanceType]?: string }
}

export const BALANCE_TYPES = ['ledger', 'available'] as const

export type BalanceType = (typeof BALANCE_TYPES)[number]

/** The words for what a check found, as judge.ts uses them. */
export const CHECK_WORDS = {
  cvv2: ['match', 'no-match', 'not-checked'],
  address: ['match', 'street-only', 'postcode-only', 'no-match'],
  cavv: ['valid', 'invalid'],
} as const

export type Check = keyof typeof CHECK_WORDS

/** The keys of an object are any text to the compiler. */
export const CHECKS = Object.keys(CHECK_WORDS) as readonly Check[]

/** Where the result of each check is told, and how each word of it is written. */
export type ChecksDocument = { readonly [Name in Check]?: CheckDocument }

export interface CheckDocument {
  readonly element: string
  readonly values: Readonly<Record<string, string>>
}

/** Messages that follow a payment and name it: reversals, captures. */
export interface FollowUpsDocument extends MessagesDocument {
  readonly types: readonly MessageType[]
  /** What must be the original's, where the message has it; of a capture not the amount. */
  readonly elements: Carriers<FollowUpElement, never>
  readonly original: OriginalDocument
  readonly answer: AnswerDocument
}

/** Where a message names the one that it follows. */
export interface OriginalDocument {
  /** The message type of the original. */
  readonly type?: string
  /** What {@link ConductDocument.identity} names, element for element. */
  readonly identity: readonly string[]
}

export interface CapturesDocument extends FollowUpsDocument {
  readonly elements: Carriers<FollowUpElement, 'amount'>
}

export const FOLLOW_UP_ELEMENTS = [
  'pan',
  'amount',
  'currency',
  'rrn',
  'terminal',
  'approvalCode',
  'stan',
  'transmissionTime',
] as const

export type FollowUpElement = (typeof FOLLOW_UP_ELEMENTS)[number]

export interface NetworkDocument extends MessagesDocument {
  readonly types: readonly MessageType[]
  /** The type of {@link NetworkDocument.types} that the host's own requests have. */
  readonly ownType: string
  readonly elements: {
    readonly stan: string
    readonly function: string
    readonly responseCode: string
    readonly settlementDate: string
    /** Elements of the moment, each in its own layout. */
    readonly transmissionTime: readonly string[]
  }
  /** Elements that the host's own requests carry as they stand here. */
  readonly constants: Readonly<Record<string, string>>
  readonly functions: {
    readonly signOn: string
    readonly signOff: string
    readonly echo: string
    readonly cutover: string
  }
  readonly codes: {
    readonly success: string
    readonly notSupported: string
    readonly formatError: string
  }
}

export const REASONS = [
  'approved',
  'partial',
  'reversed',
  'checkFailed',
  'notSupported',
  'invalidAmount',
  'noSuchCard',
  'lost',
  'stolen',
  'restricted',
  'expired',
  'wrongCurrency',
  'insufficientFunds',
  'wrongPin',
  'pinTriesExceeded',
  'notSignedOn',
  'formatError',
  'duplicate',
  'originalNotFound',
  'contradiction',
  'lateOriginal',
  'notHeld',
  'unlisted',
] as const

/**
 * Why the host answers as it does.
 *
 * `checkFailed`: CVV2 or CAVV; `contradiction`: what follows an original is not of it;
 * `lateOriginal`: an original that comes after its reversal; `notHeld`: nothing is held to capture
 * or increase, nothing was taken to refund, or it was refunded and cannot be reversed; `unlisted`:
 * none of the host's codes, for the fault `answer-code`.
 */
export type Reason = (typeof REASONS)[number]
