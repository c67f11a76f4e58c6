import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { MerchantClient, PaymentInput } from '#merchant-client'
import { runCli } from '../cli/run-cli.ts'
import {
  clientFile,
  exchangesOf,
  type GatewayProcess,
  GOOD_CARD,
  type HostProcess,
  memberOf,
  newPayment,
  startGateway,
  startHost,
} from './gateway-under-test.ts'
import { addMerchant, makeSite, type Site } from './site.ts'

const { pan, expiry } = GOOD_CARD
const OTHER = 'M-2002'

let site: Site
let host: HostProcess
let gateway: GatewayProcess
let client: MerchantClient

test.before(async () => {
  site = await makeSite({ answerTimeoutMs: 2_000, lateAnswerMaxMs: 2_000 })
  await addMerchant(site, OTHER)
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

let last = 0
const fresh = () => `card-${++last}`

async function register(t: ExecutionContext, by = client): Promise<string> {
  const told = await by.card.register({ id: fresh(), card: { pan, expiry } })
  if (told.kind !== 'registered') return t.fail() as never
  t.is(told.card, '453957******1486')
  return told.token
}

const paymentWith = (token: string): PaymentInput =>
  newPayment({
    card: { token, entryMode: 'stored' },
    ...{ initiator: 'merchant', storedCredential: 'recurring' },
  })

test.serial('a card is registered, pays, and is forgotten', async (t) => {
  const token = await register(t)
  t.is(await register(t), token)
  const payment = paymentWith(token)
  const told = await client.sale(payment)
  t.is(told.kind, 'approved')
  t.is(memberOf(told, 'card'), '453957******1486')
  t.like(exchangesOf(site, payment.amount.value), [{ pan, effect: 'posted' }])
  t.like(await client.card.forget(token), { kind: 'forgotten', token })
  const refused = { kind: 'refused', code: 'TOKEN_UNKNOWN', field: 'card.token' }
  t.like(await client.sale(paymentWith(token)), refused)
  t.deepEqual(await client.sale(payment), told)
  t.is((await client.refund({ id: fresh(), payment: payment.id })).kind, 'approved')
})

test.serial('a token of one merchant is nothing to another', async (t) => {
  const token = await register(t)
  const other = gateway.client({ merchant: OTHER })
  t.like(await other.sale(paymentWith(token)), { kind: 'refused', code: 'TOKEN_UNKNOWN' })
  t.like(await other.card.forget(token), { kind: 'refused', code: 'TOKEN_UNKNOWN' })
  t.not(await register(t, other), token)
  other.close()
  t.is((await client.authorize(paymentWith(token))).kind, 'approved')
})

test.serial('a token outlives a gateway that is killed', async (t) => {
  const token = await register(t)
  await gateway.kill()
  client.close()
  await openGateway()
  t.is((await client.sale(paymentWith(token))).kind, 'approved')
})

test.serial('a merchant registers, pays with and forgets a card by the command line', async (t) => {
  const file = clientFile(site, gateway)
  const run = (...words: string[]) => runCli([...words, '--client', file])
  const told = await run('card', 'register', '--pan', pan, '--expiry', expiry, '--json')
  t.is(told.code, 0, told.err)
  const { kind, token } = JSON.parse(told.out)
  t.is(kind, 'registered')
  const paid = await run('send', '--token', token, '--amount', '7.77')
  t.is(paid.code, 0, paid.out + paid.err)
  t.is((await run('send', '--token', token, '--pan', pan, '--amount', '7.77')).code, 2)
  const forgotten = await run('card', 'forget', token)
  t.is(forgotten.code, 0)
  t.regex(forgotten.out, /^Forgotten: tok_[a-p]{32}, which was 453957\*{6}1486\.$/m)
  const refused = await run('send', '--token', token, '--amount', '7.78')
  t.is(refused.code, 1)
  t.regex(refused.out, /^Refused: TOKEN_UNKNOWN at card\.token: /)
})

test.serial('no file and no line of the gateway has the card in clear', async (t) => {
  await register(t)
  const names = readdirSync(site.folder).filter((name) => name.startsWith('journal.db'))
  t.true(names.length >= 2)
  for (const name of names) t.false(readFileSync(join(site.folder, name)).includes(pan), name)
  t.false((gateway.stdout() + gateway.stderr()).includes(pan))
})
