import test, { type ExecutionContext } from 'ava'
import type { MerchantClient, MerchantResult, PaymentInput } from '#merchant-client'
import {
  exchangesOf,
  type GatewayUnderTest,
  GOOD_CARD,
  memberOf,
  newPayment,
  openGatewayUnderTest,
  startHost,
} from './gateway-under-test.ts'
import { MERCHANT } from './site.ts'

let under: GatewayUnderTest
let client: MerchantClient

test.before(async () => {
  under = await openGatewayUnderTest()
  client = under.gateway.client()
})
test.after.always(async () => {
  client?.close()
  await under?.close()
})

/** One who may spend ten dollars, a part of more on authorization. */
const SHORT_CARD = { pan: '4000000000009995', expiry: '3012', entryMode: 'ecommerce' } as const

for (const over of ['framed-tls', 'https'] as const) {
  test.serial(
    `a sale over ${over} is approved, posted once, and told with its checks`,
    async (t) => {
      const own = under.gateway.client({ over })
      t.teardown(() => own.close())
      const payment = newPayment({ address: { street: '1 Main Street', postcode: '10001' } })
      const result = await own.sale(payment)
      t.is(result.kind, 'approved')
      t.deepEqual(memberOf(result, 'approvedAmount'), payment.amount)
      t.deepEqual(memberOf(result, 'checks'), { address: 'match', cvv2: 'match' })
      t.is(memberOf(result, 'card'), '453957******1486')
      const [exchange, ...more] = under.exchangesOf(payment.amount.value)
      t.deepEqual(more, [])
      t.like(exchange, { mti: '0200', effect: 'posted', arrivals: 1, responseCode: '00' })
      t.is(memberOf(result, 'rrn'), exchange?.rrn)
      t.is(memberOf(result, 'approvalCode'), exchange?.approvalCode)
    },
  )
}

test.serial('an authorization holds the money and posts nothing', async (t) => {
  const payment = newPayment()
  t.is((await client.authorize(payment)).kind, 'approved')
  const exchanges = under.exchangesOf(payment.amount.value)
  t.like(exchanges, [{ mti: '0100', effect: 'held', arrivals: 1 }])
})

test.serial('the gateway answers an echo without asking the host', async (t) => {
  t.is((await client.echo()).kind, 'echo')
})

test.serial(
  'a part that the merchant did not ask for cannot stand: unknown, to be reversed',
  async (t) => {
    const payment = newPayment({ card: SHORT_CARD, amount: { value: '2500', currency: 'USD' } })
    const result = await client.authorize(payment)
    t.is(result.kind, 'unknown')
    t.is(memberOf(result, 'reason'), 'partial-not-accepted')
    t.is(memberOf(result, 'approvedAmount'), undefined)
    t.like(under.exchangesOf('2500'), [{ effect: 'held', approvedMinor: 1000n }])
  },
)

const DECLINED: Readonly<Record<string, { card: Partial<PaymentInput['card']>; code: string }>> = {
  'a lost card': { card: { pan: '4000000000000119' }, code: '41' },
  'a restricted card': { card: { pan: '4000000000000259' }, code: '62' },
  'a card that expired by the host’s book': { card: { pan: '4000000000000069' }, code: '54' },
  'a card whose CVV2 does not match': { card: { pan: '4000000000000127' }, code: '05' },
  'a card that is in no book': { card: { pan: '4242424242424242' }, code: '14' },
}

for (const [what, { card, code }] of Object.entries(DECLINED)) {
  test.serial(`${what} is declined with the host's code ${code}`, async (t) => {
    const payment = newPayment({ card: { ...GOOD_CARD, ...card } })
    const result = await client.sale(payment)
    t.is(result.kind, 'declined')
    t.is(memberOf(result, 'responseCode'), code)
    t.is(memberOf(result, 'approvalCode'), undefined)
    await checkSameForEver(t, payment, result)
  })
}

/** Asked again, and inquired: the same text, and still one message at the host. */
async function checkSameForEver(t: ExecutionContext, payment: PaymentInput, first: MerchantResult) {
  const again = await client.sale(payment)
  t.is(JSON.stringify(again), JSON.stringify(first))
  const inquired = await client.inquire(payment.id)
  t.is(inquired.kind, first.kind)
  t.is(memberOf(inquired, 'payment'), payment.id)
  t.is(memberOf(inquired, 'stan'), memberOf(first, 'stan'))
  t.like(under.exchangesOf(payment.amount.value), [{ arrivals: 1 }])
}

test.serial('the same id and content: the same answer, and one message at the host', async (t) => {
  const payment = newPayment()
  await checkSameForEver(t, payment, await client.sale(payment))
})

test.serial('the CVV2 is no part of the content: a repeat may leave it out', async (t) => {
  const payment = newPayment()
  const first = await client.sale(payment)
  const { cvv2: _, ...card } = GOOD_CARD
  t.is(JSON.stringify(await client.sale({ ...payment, card })), JSON.stringify(first))
})

test.serial('a repeat is told its answer however old its time is', async (t) => {
  const payment = { ...newPayment(), type: 'payment.sale', merchant: MERCHANT }
  const first = await client.send(JSON.stringify({ ...payment, time: new Date().toISOString() }))
  t.is(first.kind, 'approved')
  const late = JSON.stringify({ ...payment, time: '2020-01-01T00:00:00Z' })
  t.is(JSON.stringify(await client.send(late)), JSON.stringify(first))
  const unheard = JSON.stringify({ ...payment, id: 'never-sent', time: '2020-01-01T00:00:00Z' })
  t.like(await client.send(unheard), { kind: 'refused', code: 'TIME_OUTSIDE_WINDOW' })
})

test.serial(
  'the same id with other content is a conflict, and the first answer stands',
  async (t) => {
    const payment = newPayment()
    const first = await client.sale(payment)
    const other = await client.sale({ ...payment, amount: { value: '990001', currency: 'USD' } })
    t.like(other, { kind: 'refused', code: 'ID_CONFLICT', field: 'id' })
    t.like(await client.authorize(payment), { kind: 'refused', code: 'ID_CONFLICT' })
    t.deepEqual(under.exchangesOf('990001'), [])
    await checkSameForEver(t, payment, first)
  },
)

test.serial(
  'of many at once with one id, one goes to the host and all get its answer',
  async (t) => {
    const second = under.gateway.client({ over: 'https' })
    t.teardown(() => second.close())
    const payment = newPayment()
    const asking = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? client : second).sale(payment),
    )
    const texts = (await Promise.all(asking)).map((result) => JSON.stringify(result))
    t.is(new Set(texts).size, 1)
    t.like(under.exchangesOf(payment.amount.value), [{ arrivals: 1, effect: 'posted' }])
  },
)

test.serial('of two at once with one id and other content, one is a conflict', async (t) => {
  const payment = newPayment()
  const other = { ...payment, amount: { value: '990002', currency: 'USD' } }
  const results = await Promise.all([client.sale(payment), client.sale(other)])
  t.deepEqual(results.map((it) => it.kind).sort(), ['approved', 'refused'])
  const both = [...under.exchangesOf(payment.amount.value), ...under.exchangesOf('990002')]
  t.is(both.length, 1)
})

test.serial(
  'while the host is down nothing new is begun, and what is known is still told',
  async (t) => {
    const payment = newPayment()
    const earlier = await client.sale(payment)
    await under.host.kill()
    await under.gateway.untilLogged('host-line-lost', 2)
    const unlucky = newPayment()
    const refused = await client.sale(unlucky)
    t.like(refused, { kind: 'refused', code: 'HOST_UNAVAILABLE' })
    t.true('retryAfterMs' in refused)
    t.like(await client.inquire(unlucky.id), { kind: 'refused', code: 'PAYMENT_NOT_FOUND' })
    await checkSameForEver(t, payment, earlier)

    const host = await startHost(under.site, { port: under.host.port })
    t.teardown(() => host.kill())
    await under.gateway.untilLogged('host-signed-on', 3)
    t.is((await client.sale(unlucky)).kind, 'approved')
    t.is(exchangesOf(under.site, unlucky.amount.value).length, 1)
  },
)
