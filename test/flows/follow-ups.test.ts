import test, { type ExecutionContext } from 'ava'
import type { MerchantClient, PaymentInput } from '#merchant-client'
import { runCli } from '../cli/run-cli.ts'
import {
  clientFile,
  exchangesOf,
  type GatewayProcess,
  type HostProcess,
  memberOf,
  newPayment,
  startGateway,
  startHost,
  untilTold,
} from './gateway-under-test.ts'
import { makeSite, type Site } from './site.ts'

let site: Site
let host: HostProcess
let gateway: GatewayProcess
let client: MerchantClient

test.before(async () => {
  site = await makeSite({ answerTimeoutMs: 2_000, lateAnswerMaxMs: 2_000 })
  host = await startHost(site)
  await openGateway()
})
test.after.always(async () => {
  client?.close()
  await Promise.all([gateway?.kill(), host?.kill()])
  site?.remove()
})

async function openGateway(): Promise<void> {
  gateway = await startGateway(site, host.port)
  client = gateway.client()
}

const usd = (minor: bigint | number) => ({ value: String(minor), currency: 'USD' })

async function made(t: ExecutionContext, how: 'sale' | 'authorize'): Promise<PaymentInput> {
  const payment = newPayment()
  t.is((await client[how](payment)).kind, 'approved')
  return payment
}

let last = 0
const fresh = (what: string) => `${what}-${++last}`

/** What became of what the host was told of this amount. */
const effectsOf = (amount: { readonly value: string }) =>
  exchangesOf(site, amount.value).map(({ effect }) => effect)

test.serial('a sale is refunded in two parts, and then nothing is left', async (t) => {
  const payment = await made(t, 'sale')
  const whole = BigInt(payment.amount.value)
  const part = usd(whole - 7n)
  const first = { id: fresh('back'), payment: payment.id, amount: part }
  const [told, twin] = await Promise.all([client.refund(first), client.refund(first)])
  t.is(told.kind, 'approved')
  t.deepEqual(memberOf(twin, 'rrn'), memberOf(told, 'rrn'))
  t.deepEqual(effectsOf(part), ['refunded'])
  const rest = await client.refund({ id: fresh('back'), payment: payment.id })
  t.deepEqual(memberOf(rest, 'amount'), usd(7))
  const none = await client.refund({ id: fresh('back'), payment: payment.id })
  t.like(none, { kind: 'refused', code: 'REFUND_NOT_ALLOWED' })
  t.deepEqual(memberOf(await client.inquire(payment.id), 'refundedAmount'), payment.amount)
  t.like(await client.reverse(payment.id), { kind: 'refused', code: 'REVERSAL_NOT_ALLOWED' })
})

test.serial(
  'an authorization is increased, captured whole, voided, and gone at the host',
  async (t) => {
    const payment = await made(t, 'authorize')
    const more = { id: fresh('more'), payment: payment.id, amount: newPayment().amount }
    t.is((await client.increment(more)).kind, 'approved')
    t.is((await client.capture(payment.id)).kind, 'capturing')
    const captured = await untilTold(client, payment.id, 'captured')
    const sum = BigInt(payment.amount.value) + BigInt(more.amount.value)
    t.deepEqual(memberOf(captured, 'capturedAmount'), usd(sum))
    t.like(exchangesOf(site, payment.amount.value), [{ effect: 'captured', capturedMinor: sum }])
    t.is((await client.reverse(payment.id)).kind, 'reversing')
    t.is((await untilTold(client, payment.id, 'reversed')).kind, 'reversed')
    t.is((await untilTold(client, more.id, 'reversed')).kind, 'reversed')
    t.deepEqual(effectsOf(payment.amount), ['reversed'])
  },
)

test.serial(
  'a refund that a killed gateway left in doubt is reversed, and can be made anew',
  async (t) => {
    const payment = await made(t, 'sale')
    process.kill(host.pid, 'SIGSTOP')
    const refund = { id: fresh('back'), payment: payment.id, amount: newPayment().amount }
    const small = { ...refund, amount: usd(1) }
    const lost = client.refund(small)
    while ((await client.inquire(small.id)).kind !== 'pending');
    await gateway.kill()
    client.close()
    await lost
    process.kill(host.pid, 'SIGCONT')
    await openGateway()
    t.is((await untilTold(client, small.id, 'reversed')).kind, 'reversed')
    t.is((await client.refund({ id: fresh('back'), payment: payment.id })).kind, 'approved')
  },
)

test.serial('a merchant increases and refunds by the command line', async (t) => {
  const file = clientFile(site, gateway)
  const run = (what: string, ...words: string[]) => runCli([what, '--client', file, ...words])
  const payment = await made(t, 'authorize')
  const more = await run('increment', payment.id, '--id', fresh('more'), '--amount', '0.05')
  t.is(more.code, 0, more.err)
  t.regex(more.out, /^ {2}original +order-/m)
  await client.capture(payment.id)
  await untilTold(client, payment.id, 'captured')
  const back = await run('refund', payment.id, '--id', fresh('back'), '--amount', '0.05', '--json')
  t.like(JSON.parse(back.out), { kind: 'approved' })
  const refused = await run('increment', payment.id, '--id', fresh('more'), '--amount', '1')
  t.is(refused.code, 1)
  t.regex(refused.out, /^Refused: INCREMENT_NOT_ALLOWED at payment: /)
  t.is((await run('refund', payment.id, '--id', fresh('back'), '--amount', '1.005')).code, 2)
  t.is((await run('refund', payment.id)).code, 2)
})
