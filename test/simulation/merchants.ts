import {
  CONFLICT_MS_MAX,
  MEANWHILE_MS_MAX,
  type Wish,
  type WishedCapture,
  type WishedFollowUp,
} from './scenario.ts'
import { CARDS, saleBody } from './site.ts'
import type { World } from './world.ts'

/** The merchants of a world, each with one payment in mind. */
export interface Merchants {
  /** Somebody comes in with a payment, now. */
  comeIn(wish: Wish): void
  /** How many payments they have had in mind. */
  count(): number
  /** Whether every one of them knows how its payment ended, for good. */
  areContent(): boolean
}

/** What was asked, as far as it matters to whoever judges the answer. */
export interface Question {
  readonly type: Wish['operation'] | AboutPayment | WishedFollowUp['operation']
  /** The payment that it is about. */
  readonly payment: string
  readonly json: string
}

type AboutPayment = 'payment.inquire' | 'payment.reverse' | 'payment.capture'

/** The way to the gateway: `hear` may be called late, or never. */
export type Post = (question: Question, hear: (answer: Answer) => void) => void

/** Members of an answer that a merchant acts upon. */
export interface Answer {
  readonly type: string
  readonly outcome?: string
  readonly reversal?: string
  readonly code?: string
  readonly error?: { readonly code: string; readonly reason: string }
}

export function sendMerchants(world: World, post: Post): Merchants {
  const shoppers: Shopper[] = []

  function comeIn(wish: Wish): void {
    shoppers.push(send(wish, shoppers.length, { world, post }))
  }

  for (const wish of world.scenario.wishes) comeIn(wish)
  return {
    comeIn,
    count: () => shoppers.length,
    areContent: () => shoppers.every((it) => it.isContent()),
  }
}

interface Parts {
  readonly world: World
  readonly post: Post
}

/** What a merchant is told of a payment that will not change by itself any more. */
const ENDS: ReadonlySet<string> = new Set([
  'approved',
  'partial',
  'declined',
  'failed',
  'reversed',
  'captured',
])

const CAPTURABLE: ReadonlySet<string> = new Set(['approved', 'partial'])

/** What says that a capture is not to be had, however often it is asked for. */
const CAPTURE_REFUSALS: ReadonlySet<string> = new Set([
  'CAPTURE_NOT_ALLOWED',
  'CAPTURE_CONFLICT',
  'FIELD_INVALID',
])

/** Refusals that nothing but another id or other content could change. */
const FINAL_REFUSALS: ReadonlySet<string> = new Set(['ID_CONFLICT', 'PAYMENT_REVERSED'])

/** The same of what follows a payment up; any other refusal is for the moment. */
const FOLLOW_UP_ENDS: ReadonlySet<string> = new Set([
  'approved',
  'declined',
  'failed',
  'reversed',
  'REFUND_NOT_ALLOWED',
  'INCREMENT_NOT_ALLOWED',
])

type Shopper = ReturnType<typeof send>

function send(wish: Wish, index: number, { world, post }: Parts) {
  const { time, chance } = world
  const id = `order-${index}`
  let asked = 0
  /** How the payment stands, in the word that the merchant heard last. */
  let heard = ''
  const wantsReversal = wish.reverse !== 'never'
  let isReversalAsked = false
  let { isBehind } = wish
  let isCaptureAsked = false
  let isTwinAsked = false
  /** How what follows the payment up stands, likewise. */
  let followed = ''

  function timed(body: object): string {
    const wallMs = time.wallMs() - (isBehind ? HOUR_MS : 0)
    return JSON.stringify({ ...body, time: new Date(wallMs).toISOString() })
  }

  function pay(minor = wish.minor, hear = hearOfPayment): void {
    const { operation, acceptPartial, card } = wish
    const body = { ...saleBody(id, CARDS[card].pan, { minor }), type: operation, acceptPartial }
    post({ type: operation, payment: id, json: timed(body) }, hear)
  }

  function about(type: AboutPayment, hear: (answer: Answer) => void, more?: object): void {
    asked += 1
    const body = { type, id: `${id}-${asked}`, merchant: 'M-1001', payment: id, ...more }
    post({ type, payment: id, json: timed(body) }, hear)
  }

  function hearOfPayment({ outcome, error }: Answer): void {
    if (error?.code === 'TIME_OUTSIDE_WINDOW') isBehind = false
    if (outcome !== undefined) heard = outcome
    else if (error !== undefined && FINAL_REFUSALS.has(error.code)) heard = error.code
  }

  function hearOfTwin(answer: Answer): void {
    if (answer.outcome !== undefined) world.note('two at once, one sent')
    hearOfPayment(answer)
  }

  function hearOfReversal({ type, outcome, error }: Answer): void {
    if (error?.code === 'REVERSAL_NOT_ALLOWED') isReversalAsked = true
    if (error !== undefined) return
    isReversalAsked = type !== 'refusal'
    if (outcome !== undefined && outcome !== 'unseen') heard = outcome
  }

  function hearOfCapture({ type, outcome, error }: Answer): void {
    if (error !== undefined) isCaptureAsked ||= CAPTURE_REFUSALS.has(error.code)
    else if (type !== 'refusal') isCaptureAsked = true
    if (outcome !== undefined) heard = outcome
  }

  /** Ask for the capture, and the first time for what comes with it in the same moment. */
  function capture({ minor, twin }: WishedCapture): void {
    askCapture(minor, hearOfCapture)
    if (isTwinAsked || twin === 'none') return
    isTwinAsked = true
    if (twin === 'reversal') about('payment.reverse', hearOfReversal)
    else askCapture(twin === 'same' ? minor : (minor ?? 0) + 1, ignore)
  }

  function askCapture(minor: number | undefined, hear: (answer: Answer) => void): void {
    const amount = minor === undefined ? undefined : { value: String(minor), currency: 'USD' }
    about('payment.capture', hear, { amount })
  }

  /** Do the next thing to be done, and look again in a while, until it is all done. */
  function goOn(): void {
    if (isContent()) return
    const toFollow = followUpToAsk()
    const toCapture = captureToAsk()
    const isReversed = !wantsReversal || isReversalAsked
    if (wantsReversal && !isReversalAsked && wish.reverse === 'before') {
      about('payment.reverse', hearOfReversal)
    } else if (!isKnown()) {
      pay()
    } else if (toFollow !== undefined) {
      followUp(toFollow)
    } else if (toCapture !== undefined && (isReversed || chance.oneIn(2))) {
      capture(toCapture)
    } else if (!isReversed) {
      about('payment.reverse', hearOfReversal)
    } else {
      about('payment.inquire', hearOfPayment)
    }
    time.after(1_200 + chance.below(2_400), goOn)
  }

  /** Whether the gateway has answered for the payment at all. */
  function isKnown(): boolean {
    return heard !== ''
  }

  function isContent(): boolean {
    if (FINAL_REFUSALS.has(heard)) return true
    const isDone = captureToAsk() === undefined && followUpToAsk() === undefined
    return ENDS.has(heard) && (!wantsReversal || isReversalAsked) && isDone
  }

  /** What is to follow the payment, as long as that stands, and until its own end is known. */
  function followUpToAsk(): WishedFollowUp | undefined {
    const wished = wish.followUp
    if (wished === undefined || FOLLOW_UP_ENDS.has(followed)) return undefined
    const isTaken = wish.operation === 'payment.sale' ? CAPTURABLE.has(heard) : heard === 'captured'
    const stands = wished.operation === 'payment.refund' ? isTaken : CAPTURABLE.has(heard)
    return stands || followed !== '' ? wished : undefined
  }

  function followUp({ operation, minor }: WishedFollowUp): void {
    const amount = minor === undefined ? {} : { amount: { value: String(minor), currency: 'USD' } }
    const own = `${id}-more`
    const body = { type: operation, id: own, merchant: 'M-1001', payment: id, ...amount }
    post({ type: operation, payment: own, json: timed(body) }, ({ outcome, error }) => {
      followed = outcome ?? error?.code ?? followed
    })
  }

  /** The capture that it has in mind, as long as it knows nothing against it. */
  function captureToAsk(): WishedCapture | undefined {
    return !isCaptureAsked && CAPTURABLE.has(heard) ? wish.capture : undefined
  }

  time.after(wish.atMs, goOn)
  if (wish.twin) time.after(wish.atMs + chance.below(20), () => pay(wish.minor, hearOfTwin))
  if (wish.conflict) {
    time.after(wish.atMs + chance.below(CONFLICT_MS_MAX), () => pay(wish.minor + 1, ignore))
  }
  if (wish.reverse === 'meanwhile') {
    time.after(wish.atMs + chance.below(100), () => about('payment.reverse', hearOfReversal))
  }
  if (wish.capture?.meanwhile) {
    const { minor } = wish.capture
    time.after(wish.atMs + chance.below(MEANWHILE_MS_MAX), () => askCapture(minor, ignore))
  }
  return { isContent }
}

const HOUR_MS = 3_600_000

function ignore(): void {}
