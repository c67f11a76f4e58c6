import {
  captureVerdict,
  type FollowUpOperation,
  followUpObstacle,
  type Payment,
  type PaymentOperation,
  type PaymentState,
  reversalVerdict,
} from '#domain'
import { approved, intent } from '../store/sample.ts'

/** What a merchant can want of a payment that was sent before. */
export const WISHES = ['capture', 'increment', 'refund', 'reverse'] as const

export type Wish = (typeof WISHES)[number]

/** A row of the table in specs/engine.md, "What may follow". */
export interface Row {
  readonly operation: PaymentOperation
  readonly state: PaymentState
}

const COMMON = [
  'begun',
  'approved',
  'declined',
  'failed',
  'unknown',
  'reversing',
  'reversed',
  'reversed_not_found',
] as const

export const ROWS: readonly Row[] = [
  ...[...COMMON, 'capturing' as const, 'captured' as const].map((state) => ({
    operation: 'payment.authorize' as const,
    state,
  })),
  ...COMMON.map((state) => ({ operation: 'payment.sale' as const, state })),
  { operation: 'payment.increment', state: 'approved' },
  { operation: 'payment.refund', state: 'approved' },
]

export const OPEN_DATE = '2026-11-22'

/** The least that each wish can be for, of the payment as the row has it, on its own day. */
export function cellOf(row: Row, wish: Wish): string {
  const payment = paymentIn(row)
  const amount = { minor: 1n, currency: payment.amount.currency }
  switch (wish) {
    case 'capture': {
      const verdict = captureVerdict(payment, payment.capture ? undefined : amount)
      if (verdict.kind === 'refused') return refused(verdict.why)
      return verdict.kind === 'due' ? 'yes' : 'stands'
    }
    case 'increment':
    case 'refund': {
      const operation: FollowUpOperation = `payment.${wish}`
      const why = followUpObstacle(payment, operation, amount)
      return why === undefined ? 'yes' : refused(why)
    }
    case 'reverse': {
      const verdict = reversalVerdict(payment, { openDate: OPEN_DATE })
      if (verdict.kind === 'refused') return refused(verdict.why)
      return verdict.kind === 'due' ? 'yes' : 'stands'
    }
  }
}

export function refused(why: string): string {
  return `no: \`${why}\``
}

function paymentIn({ operation, state }: Row): Payment {
  const isCaptured = state === 'capturing' || state === 'captured'
  const capture = { amountMinor: 1250n, businessDate: OPEN_DATE, askedAtMs: 1 }
  const follows = operation === 'payment.increment' || operation === 'payment.refund'
  return {
    ...intent(1, { operation, ...(follows ? { original: 'order-9' } : {}) }),
    state,
    ...(state === 'begun' ? {} : { outcome: approved }),
    ...(isCaptured ? { capture } : {}),
  }
}

/** The table as specs/engine.md has it. */
export function operationsTable(): string {
  const head = ['payment', 'state', ...WISHES.map((wish) => `\`payment.${wish}\``)]
  const rows = ROWS.map((row) => [
    `\`${row.operation}\``,
    `\`${row.state}\``,
    ...WISHES.map((wish) => cellOf(row, wish)),
  ])
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
