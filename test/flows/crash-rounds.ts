import { setTimeout as wait } from 'node:timers/promises'
import { type Exchange, readBook } from '#host-emulator'
import type { MerchantClient, MerchantResult, PaymentInput } from '#merchant-client'
import { verifyStore } from '#store'
import { type HostProcess, startGateway } from './gateway-under-test.ts'
import { type JournalRow, journalRows } from './journal.ts'
import type { Site } from './site.ts'

export interface CrashPlan {
  /** How often the gateway is killed. */
  readonly times: number
  /** Payments in flight at any moment. */
  readonly inFlight: number
  /** The longest that a gateway lives after its first answer, milliseconds. */
  readonly lifeMsMax: number
  readonly onKill?: (kills: number, lost: number) => void
}

export interface CrashReport {
  /** Payments that a merchant was told the outcome of before a kill. */
  readonly told: number
  /** Messages that a kill took away unanswered. */
  readonly lost: number
  /** Payments that a kill left without an outcome. */
  readonly leftUnknown: number
  readonly faults: readonly string[]
}

/**
 * Kill the gateway again and again under load, then compare what merchants were told, what the
 * journal has and what the host has.
 *
 * What a kill took away is sent again with the same id to the next gateway, as a merchant would.
 */
export async function crashRounds(
  site: Site,
  host: HostProcess,
  plan: CrashPlan,
): Promise<CrashReport> {
  const sent = new Map<string, PaymentInput>()
  const told = new Map<string, Told>()
  const faults: string[] = []
  let unanswered: PaymentInput[] = []
  let lost = 0

  function hear(payment: PaymentInput, result: MerchantResult): void {
    if (!('answer' in result)) {
      if (result.kind === 'unreachable') unanswered.push(payment)
      else faults.push(`${payment.id} was refused: ${JSON.stringify(result)}`)
      return
    }
    const text = JSON.stringify(result.answer)
    const before = told.get(payment.id)
    if (before && before.text !== text) faults.push(`${payment.id} was told twice, differently`)
    told.set(payment.id, { text, answer: result.answer })
  }

  for (let kills = 0; kills < plan.times; kills++) {
    const gateway = await startGateway(site, host.port)
    const client = gateway.client()
    const again = unanswered
    unanswered = []
    const load = keepAsking(client, { again, inFlight: plan.inFlight, sent, hear })
    await load.firstAnswer
    await wait(Math.random() * plan.lifeMsMax)
    load.stop()
    await gateway.kill()
    await load.ended
    client.close()
    lost += unanswered.length
    plan.onKill?.(kills + 1, lost)
    faults.push(...disagreements({ told, journal: journalRows(site), book: [] }))
  }

  const before = told.size
  const gateway = await startGateway(site, host.port)
  const client = gateway.client()
  // Everything once more: what was told is told again, what was lost is told now.
  unanswered = []
  const everything = sent.values()
  await Promise.all(
    Array.from({ length: plan.inFlight }, async () => {
      for (const it of everything) hear(it, await client.sale(it))
    }),
  )
  client.close()
  if ((await gateway.stop()) !== 0) faults.push('the last gateway did not end in order')
  for (const { id } of unanswered) faults.push(`${id} has no answer`)
  const journal = journalRows(site)
  faults.push(...disagreements({ told, journal, book: readBook(site.bookFile).exchanges }))
  for (const { place, reason } of verifyStore(site.journalFile).faults) {
    faults.push(`the journal's ${place}: ${reason}`)
  }
  const leftUnknown = journal.filter((row) => row.reason === 'gateway-restarted').length
  return { told: before, lost, leftUnknown, faults: [...new Set(faults)] }
}

export interface Told {
  readonly text: string
  readonly answer: Readonly<Record<string, unknown>>
}

/**
 * What of these does not agree: merchants, journal, host.
 *
 * @param book the host's; empty to compare merchants and journal alone
 */
export function disagreements(seen: {
  readonly told: ReadonlyMap<string, Told>
  readonly journal: readonly JournalRow[]
  readonly book: readonly Exchange[]
}): string[] {
  const rows = new Map(seen.journal.map((row) => [row.id, row]))
  const faults: string[] = []
  for (const [id, { answer }] of seen.told) {
    const row = rows.get(id)
    if (row === undefined) faults.push(`${id} was told and is not in the journal`)
    else if (!agree(row, answer)) faults.push(`${id} was told otherwise than the journal has it`)
  }
  const byAmount = new Map(seen.journal.map((row) => [String(row.amountMinor), row]))
  const asked = new Set<string>()
  for (const exchange of seen.book) {
    const row = byAmount.get(exchange.amountMinor.toString())
    const name = row?.id ?? exchange.key
    if (row === undefined) faults.push(`${name} reached the host and is not in the journal`)
    if (asked.has(name) || exchange.arrivals !== 1) faults.push(`${name} reached the host twice`)
    if (row?.state === 'approved' && !sameApproval(row, exchange)) {
      faults.push(`${name} is approved otherwise than the host has it`)
    }
    asked.add(name)
  }
  if (seen.book.length > 0) {
    for (const { id, state } of seen.journal) {
      if (state === 'approved' && !asked.has(id)) faults.push(`${id} never reached the host`)
    }
  }
  return faults
}

function agree(row: JournalRow, answer: Told['answer']): boolean {
  return (
    row.state === answer['outcome'] &&
    row.reason === (answer['reason'] ?? null) &&
    row.rrn === answer['rrn'] &&
    row.responseCode === (answer['responseCode'] ?? null) &&
    (row.state !== 'approved' || row.approvalCode === answer['approvalCode'])
  )
}

function sameApproval(row: JournalRow, exchange: Exchange): boolean {
  return (
    exchange.effect === 'posted' &&
    exchange.rrn === row.rrn &&
    exchange.approvalCode === row.approvalCode
  )
}

/** Deep pockets, and no checks. */
const CARD = { pan: '4111111111111111', expiry: '3012', entryMode: 'ecommerce' } as const

interface Load {
  readonly again: readonly PaymentInput[]
  readonly inFlight: number
  readonly sent: Map<string, PaymentInput>
  readonly hear: (payment: PaymentInput, result: MerchantResult) => void
}

/** Sales without pause: first what is to be asked again, then new ones, each of its own amount. */
function keepAsking(client: MerchantClient, { again, inFlight, sent, hear }: Load) {
  const first = Promise.withResolvers<void>()
  const queue = [...again]
  let stopped = false

  function fresh(): PaymentInput {
    const number = sent.size + 1
    const amount = { value: String(number), currency: 'USD' }
    const payment = { id: `crash-${number}`, amount, card: CARD }
    sent.set(payment.id, payment)
    return payment
  }

  async function ask(): Promise<void> {
    while (!stopped) {
      const payment = queue.shift() ?? fresh()
      const result = await client.sale(payment)
      if (stopped && result.kind === 'unreachable') hear(payment, result)
      else if (result.kind === 'unreachable') throw new Error(`lost before the kill: ${payment.id}`)
      else hear(payment, result)
      first.resolve()
    }
  }

  const ended = Promise.all(Array.from({ length: inFlight }, ask)).then(() => {
    for (const payment of queue) hear(payment, { kind: 'unreachable', reason: 'closed' })
  })
  ended.catch(first.reject)
  return {
    firstAnswer: first.promise,
    ended,
    stop: () => {
      stopped = true
    },
  }
}
