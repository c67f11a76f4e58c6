import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import type { MerchantClient, MerchantResult } from '#merchant-client'
import { until } from '../communication/until.ts'
import {
  type GatewayUnderTest,
  GOOD_CARD,
  memberOf,
  newPayment,
  openGatewayUnderTest,
  untilReversed,
} from './gateway-under-test.ts'
import { journalStrays } from './journal.ts'

/** Long enough for the card that answers after three seconds. */
const ANSWER_TIMEOUT_MS = 4000
const LATE = '777700'

let under: GatewayUnderTest
let client: MerchantClient

test.before(async () => {
  under = await openGatewayUnderTest({
    answerTimeoutMs: ANSWER_TIMEOUT_MS,
    script: [{ amount: LATE, fault: { kind: 'delay', delayMs: ANSWER_TIMEOUT_MS + 500 } }],
  })
  client = under.gateway.client()
})
test.after.always(async () => {
  client?.close()
  await under?.close()
})

interface Expected {
  readonly outcome: string
  readonly reason?: string
  readonly responseCode?: string
}

/** What each faulty card of the sandbox comes to, by its number. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  '4000000000000440': { outcome: 'unknown', reason: 'link-lost' },
  '4000000000000432': { outcome: 'unknown', reason: 'answer-unreadable' },
  '4000000000000341': { outcome: 'unknown', reason: 'host-silent' },
  '4000000000000416': { outcome: 'approved', responseCode: '00' },
  '4000000000000424': { outcome: 'approved', responseCode: '00' },
  '4000000000000457': { outcome: 'unknown', reason: 'host-silent' },
  '4000000000000465': { outcome: 'unknown', reason: 'response-code-unknown', responseCode: 'ZZ' },
  '4000000000000473': { outcome: 'unknown', reason: 'answer-mismatched' },
  // This host has no MACs.
  '4000000000000481': { outcome: 'approved', responseCode: '00' },
}

interface SandboxCard {
  readonly pan: string
  readonly note: string
  readonly fault?: { readonly kind: string }
}

const FAULTY: readonly SandboxCard[] = JSON.parse(
  readFileSync('specs/sandbox-cards.json', 'utf8'),
).cards.filter((card: SandboxCard) => card.fault !== undefined)

test('every faulty card of the sandbox is expected here', (t) => {
  t.deepEqual(FAULTY.map(({ pan }) => pan).sort(), Object.keys(EXPECTED).sort())
})

/** These take the host's line down with them, so they go one at a time, before the others. */
const BREAKS_LINE = ['cut', 'garbage']

const faulty = (kind: string) => FAULTY.filter(({ fault }) => fault?.kind === kind)

async function checkFault(t: ExecutionContext, { pan, note }: SandboxCard): Promise<void> {
  const { cvv2: _, ...card } = { ...GOOD_CARD, pan }
  const payment = newPayment({ card })
  const first = await client.sale(payment)
  const expected = EXPECTED[pan]
  t.is(memberOf(first, 'outcome'), expected?.outcome, note)
  t.is(memberOf(first, 'reason'), expected?.reason, note)
  t.is(memberOf(first, 'responseCode'), expected?.responseCode, note)
  t.is(memberOf(first, 'approvedAmount') !== undefined, expected?.outcome === 'approved', note)
  const isUnknown = first.kind === 'unknown'
  t.is(memberOf(first, 'reversal'), isUnknown ? 'under-way' : undefined, note)
  const last = isUnknown ? await untilReversed(client, payment.id) : first
  t.is(last.kind, isUnknown ? 'reversed' : 'approved', note)
  t.is(memberOf(last, 'reason'), expected?.reason, note)
  checkInquiry(t, await client.sale(payment), await client.inquire(payment.id))
  const effect = isUnknown ? 'reversed' : 'posted'
  t.like(under.exchangesOf(payment.amount.value), [{ arrivals: 1, effect }], note)
}

/** An inquiry tells what the payment's own answer told; its id apart. */
function checkInquiry(t: ExecutionContext, first: MerchantResult, inquired: MerchantResult): void {
  t.true('answer' in first && 'answer' in inquired)
  if (!('answer' in first && 'answer' in inquired)) return
  const { id, payment, ...told } = inquired.answer
  t.deepEqual({ ...told, id: payment }, first.answer)
  t.not(id, payment)
}

for (const [index, kind] of BREAKS_LINE.entries()) {
  test.serial(
    `a card whose answer is ${kind} is told as it is, and asked of the host once`,
    async (t) => {
      for (const card of faulty(kind)) await checkFault(t, card)
      await under.gateway.untilLogged('host-signed-on', 3 + index)
    },
  )
}

test.serial(
  'the other faulty cards, all at once: each is told as it is, and asked once',
  async (t) => {
    const late = newPayment({ amount: { value: LATE, currency: 'USD' } })
    const told = client.sale(late)
    const kinds = ['silence', 'delay', 'answer-twice', 'answer-code', 'wrong-amount', 'wrong-mac']
    const checks = kinds.flatMap(faulty).map((card) => checkFault(t, card))
    await new Promise((next) => setTimeout(next, 200))
    // Last, so that the trace number that its answer has is nobody else's.
    await Promise.all([...checks, ...faulty('wrong-stan').map((card) => checkFault(t, card))])
    t.is(checks.length, 6)
    t.is(memberOf(await told, 'reason'), 'host-silent')

    // What belongs to no payment is kept; the approval that comes late approves nothing.
    await until(() => journalStrays(under.site).includes('late'), 'a late answer in the journal')
    t.deepEqual([...journalStrays(under.site)].sort(), [
      'duplicate',
      'late',
      'mismatched',
      'unknown',
    ])
    t.is((await untilReversed(client, late.id)).kind, 'reversed')
    t.like(under.exchangesOf(LATE), [{ arrivals: 1, effect: 'reversed' }])
  },
)

test.serial('a payment at the host is told as pending to who inquires', async (t) => {
  const { cvv2: _, ...card } = { ...GOOD_CARD, pan: '4000000000000341' }
  const payment = newPayment({ card })
  const asked = client.sale(payment)
  let inquired = await client.inquire(payment.id)
  for (let tries = 0; inquired.kind === 'refused' && tries < 100; tries++) {
    inquired = await client.inquire(payment.id)
  }
  t.is(inquired.kind, 'pending')
  t.is((await asked).kind, 'unknown')
})

test.serial('a part that the merchant accepts is approved for that much', async (t) => {
  const card = { pan: '4000000000009995', expiry: '3012', entryMode: 'ecommerce' } as const
  const payment = newPayment({
    card,
    acceptPartial: true,
    amount: { value: '2501', currency: 'USD' },
  })
  const result = await client.authorize(payment)
  t.is(result.kind, 'partial')
  t.deepEqual(memberOf(result, 'amount'), payment.amount)
  t.deepEqual(memberOf(result, 'approvedAmount'), { value: '1000', currency: 'USD' })
  t.is(JSON.stringify(await client.authorize(payment)), JSON.stringify(result))
  t.like(under.exchangesOf('2501'), [{ effect: 'held', approvedMinor: 1000n, arrivals: 1 }])
})
