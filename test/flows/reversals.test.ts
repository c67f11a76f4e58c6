import test from 'ava'
import type { MerchantClient } from '#merchant-client'
import { runCli } from '../cli/run-cli.ts'
import {
  type GatewayUnderTest,
  memberOf,
  newPayment,
  openGatewayUnderTest,
  startGateway,
  startHost,
  untilReversed,
} from './gateway-under-test.ts'
import { journalRows } from './journal.ts'

let under: GatewayUnderTest
let client: MerchantClient

test.before(async () => {
  under = await openGatewayUnderTest()
  client = under.gateway.client()
})
test.after.always(async () => {
  client?.close()
  await Promise.all([under?.gateway.kill(), under?.host.kill()])
  under?.site.remove()
})

test.serial('what a merchant reverses is given back, once, however often it asks', async (t) => {
  const payment = newPayment()
  t.is((await client.sale(payment)).kind, 'approved')
  t.like(under.exchangesOf(payment.amount.value), [{ effect: 'posted' }])
  const [first, twin] = await Promise.all([client.reverse(payment.id), client.reverse(payment.id)])
  for (const result of [first, twin]) t.true(['reversing', 'reversed'].includes(result.kind))
  const reversed = await untilReversed(client, payment.id)
  t.is(memberOf(reversed, 'reversal'), 'confirmed')
  t.is((await client.reverse(payment.id)).kind, 'reversed')
  t.is((await client.sale(payment)).kind, 'reversed')
  t.like(under.exchangesOf(payment.amount.value), [{ arrivals: 1, effect: 'reversed' }])
})

test.serial('a hold that a merchant reverses is lifted', async (t) => {
  const payment = newPayment()
  t.is((await client.authorize(payment)).kind, 'approved')
  await client.reverse(payment.id)
  t.is((await untilReversed(client, payment.id)).kind, 'reversed')
  t.like(under.exchangesOf(payment.amount.value), [{ effect: 'reversed' }])
})

test.serial('a payment that was reversed before it came never reaches the host', async (t) => {
  const payment = newPayment()
  t.deepEqual(await client.reverse(payment.id).then(({ kind }) => kind), 'unseen')
  t.like(await client.sale(payment), { kind: 'refused', code: 'PAYMENT_REVERSED' })
  t.like(await client.inquire(payment.id), { kind: 'refused', code: 'PAYMENT_REVERSED' })
  t.deepEqual(under.exchangesOf(payment.amount.value), [])
})

test.serial(
  'reversals that are owed while the host is away are paid when it is back',
  async (t) => {
    const { site, host } = under
    const payments = [newPayment(), newPayment(), newPayment()]
    for (const payment of payments) t.is((await client.sale(payment)).kind, 'approved')
    await host.kill()
    await under.gateway.untilLogged('host-line-lost', 2)
    for (const { id } of payments) t.is((await client.reverse(id)).kind, 'reversing')
    // The gateway is killed with its debts as well.
    await under.gateway.kill()
    client.close()
    const back = await startHost(site, { port: host.port })
    const gateway = await startGateway(site, back.port)
    under = { ...under, host: back, gateway }
    client = gateway.client()
    for (const { id, amount } of payments) {
      t.is((await untilReversed(client, id)).kind, 'reversed')
      t.like(under.exchangesOf(amount.value), [{ effect: 'reversed' }])
    }
  },
)

test.serial('nothing is left for an operator when every reversal was acknowledged', async (t) => {
  const listed = await runCli(['work', 'list', '--config', under.site.configFile])
  t.is(listed.code, 1)
  t.regex(listed.err, /nothing needs an operator/)
  const open = journalRows(under.site).filter(({ state }) =>
    ['begun', 'unknown', 'reversing'].includes(state),
  )
  t.deepEqual(open, [])
})
