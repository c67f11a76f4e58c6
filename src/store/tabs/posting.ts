import {
  type CaptureObstacle,
  type CaptureVerdict,
  captureVerdict,
  ceilingMinorOf,
  type Payment,
  type PostingCause,
  postingCause,
  type ReversalObstacle,
  reversalVerdict,
  type Tab,
  type TabClosing,
  tabSettlement,
} from '#domain'

/** That a tab is to be posted. */
export interface PostingWish {
  readonly merchant: string
  /** The tab's own id. */
  readonly id: string
  /** Whether its merchant wants it; else only what is due is posted. */
  readonly isAsked: boolean
  /** The business day that is open now, `YYYY-MM-DD`. */
  readonly openDate: string
  readonly atMs: number
}

/** What became of a {@link PostingWish}. */
export type PostingResult =
  /** It is closed, now or from before: as it stands, and its payment. */
  | { readonly kind: 'closed'; readonly tab: Tab; readonly state: Payment['state'] }
  /** Nothing changed: it is not due. */
  | { readonly kind: 'not-due' }
  /** Nothing changed. It can be posted later. */
  | { readonly kind: 'refused'; readonly why: CaptureObstacle | ReversalObstacle }
  /** This merchant has no such tab. */
  | { readonly kind: 'unseen' }

/** What an act of posting comes to, before anything of it is written. */
export type Posting =
  | Exclude<PostingResult, { readonly kind: 'closed' | 'unseen' }>
  | { readonly kind: 'due'; readonly closing: TabClosing }

/**
 * Judge whether an open tab is posted now: its whole minor units are captured like those of every
 * authorization, and one that has none lets go of what is held like every reversal.
 *
 * @param broughtGrains what earlier tabs have left
 */
export function judgePosting(
  { isAsked, openDate, atMs }: PostingWish,
  { tab, payment }: { readonly tab: Tab; readonly payment: Payment },
  broughtGrains: bigint,
): Posting {
  const because: PostingCause | undefined = isAsked
    ? 'merchant'
    : postingCause(tab, { openDate, nowMs: atMs })
  if (because === undefined) return { kind: 'not-due' }
  const { postedMinor, carriedGrains } = tabSettlement(
    tab.chargedGrains,
    broughtGrains,
    ceilingMinorOf(tab),
  )
  const verdict =
    postedMinor === 0n ? reversalVerdict(payment, { openDate }) : captureOf(payment, postedMinor)
  if (verdict.kind === 'refused') return verdict
  return { kind: 'due', closing: { because, broughtGrains, postedMinor, carriedGrains, atMs } }
}

function captureOf(payment: Payment, minor: bigint): CaptureVerdict {
  return captureVerdict(payment, { minor, currency: payment.amount.currency })
}
