import test, { type ExecutionContext } from 'ava'
import { isJsonObject, type JsonObject } from '#domain'
import type { ChargeInput, MerchantClient, MerchantResult, TabInput } from '#merchant-client'
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

const usd = (minor: bigint | number | string) => ({ value: String(minor), currency: 'USD' })
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString()

let last = 0

/** A tab on a fresh authorization. @returns its id, and the amount that names it at the host */
async function opened(t: ExecutionContext, terms: Partial<TabInput> = {}) {
  const payment = newPayment()
  t.is((await client.authorize(payment)).kind, 'approved')
  const id = `tab-${++last}`
  const consent = { reference: `consent-${last}`, maximum: usd(50_000), until: tomorrow() }
  const result = await client.tab.open({ id, payment: payment.id, consent, ...terms })
  t.is(result.kind, 'tab', JSON.stringify(result))
  return { id, payment: payment.id, amount: payment.amount.value }
}

function answerOf(result: MerchantResult): JsonObject {
  if ('answer' in result) return result.answer
  throw new Error(`no answer: ${JSON.stringify(result)}`)
}

/** Ask until the tab is in a state. */
async function untilState(id: string, state: string): Promise<JsonObject> {
  for (;;) {
    const answer = answerOf(await client.tab.inquire(id))
    if (answer['state'] === state) return answer
  }
}

const articles = (count: number, from = 0): ChargeInput[] =>
  Array.from({ length: count }, (_, at) => ({ id: `article-${from + at}`, amount: '0.25' }))

test.serial(
  'a hundred charges are one capture at the host, and one of them goes back',
  async (t) => {
    const tab = await opened(t)
    const charged = await client.tab.charge(tab.id, articles(100))
    t.like(charged, { kind: 'charged', refused: [] })
    t.like(answerOf(await client.tab.post(tab.id)), {
      ...{ state: 'posted', charges: 100, charged: usd(25) },
      ...{ hostMessages: 2, hostMessagesPerThousand: '20.00' },
    })
    await untilTold(client, tab.payment, 'captured')
    t.like(exchangesOf(site, tab.amount), [{ effect: 'captured', capturedMinor: 25n }])
    const back = await client.tab.refund({ id: `back-${last}`, tab: tab.id, charge: 'article-7' })
    t.like(back, { kind: 'item-refund', outcome: 'approved' })
    t.deepEqual(memberOf(await client.inquire(tab.payment), 'refundedAmount'), usd(1))
  },
)

test.serial(
  'a killed gateway loses no charge that it answered, and charges none twice',
  async (t) => {
    const tab = await opened(t)
    const charges = articles(1_000)
    const batches = Array.from({ length: 50 }, (_, at) => charges.slice(20 * at, 20 * at + 20))
    const told = new Set<string>()
    const some = Promise.withResolvers<void>()
    const sent = batches.map(async (batch) => {
      if ((await client.tab.charge(tab.id, batch)).kind !== 'charged') return
      for (const { id } of batch) told.add(id)
      some.resolve()
    })
    await some.promise
    await gateway.kill()
    client.close()
    await Promise.all(sent)
    await openGateway()
    const before = await itemsOf(tab.id)
    t.true(
      [...told].every((id) => before.has(id)),
      'what was told is there',
    )
    for (let at = 0; at < 1_000; at += 100) {
      const again = await client.tab.charge(tab.id, charges.slice(at, at + 100))
      t.like(again, { kind: 'charged', refused: [] })
    }
    t.is((await itemsOf(tab.id)).size, 1_000)
    t.like(answerOf(await client.tab.post(tab.id)), { charged: usd(250), posted: { value: '250' } })
    await untilTold(client, tab.payment, 'captured')
  },
)

/** Ids on the whole receipt, each once. */
async function itemsOf(id: string): Promise<Set<string>> {
  const ids: string[] = []
  for (let after = 0; ; ) {
    const { items, next } = answerOf(await client.tab.inquire(id, after))
    if (!Array.isArray(items)) throw new Error('a receipt has items')
    ids.push(...items.filter(isJsonObject).map((item) => String(item['id'])))
    if (next === undefined) break
    after = Number(next)
  }
  if (new Set(ids).size < ids.length) throw new Error('a charge is there twice')
  return new Set(ids)
}

test.serial(
  'a tab that was due while its gateway was down is posted after the start',
  async (t) => {
    const tab = await opened(t, { posting: { afterSeconds: 1 } })
    await client.tab.charge(tab.id, articles(8))
    await gateway.kill()
    client.close()
    await openGateway()
    t.like(await untilState(tab.id, 'posted'), { posted: { because: 'age', value: '2' } })
  },
)

test.serial('a tab has more held before it runs out, and posts when it is full', async (t) => {
  const tab = await opened(t, { increment: '20000', posting: { threshold: '20000' } })
  const half = (Number(tab.amount) * 9) / 10
  await client.tab.charge(tab.id, [{ id: 'much', amount: half.toFixed(4) }])
  for (;;) {
    const answer = answerOf(await client.tab.inquire(tab.id))
    if (memberIn(answer, 'held') === Number(tab.amount) + 20_000) break
  }
  await client.tab.charge(tab.id, [{ id: 'more', amount: '20000' }])
  t.like(await untilState(tab.id, 'posted'), { hostMessages: 3, posted: { because: 'threshold' } })
})

function memberIn(answer: JsonObject, name: string): number {
  const member = answer[name]
  return isJsonObject(member) ? Number(member['value']) : Number.NaN
}

test.serial('a merchant keeps a tab by the command line', async (t) => {
  const file = clientFile(site, gateway)
  const run = (what: string, ...words: string[]) =>
    runCli(['tab', what, 'tab-cli', '--client', file, ...words])
  const payment = newPayment()
  await client.authorize(payment)
  const named = ['--payment', payment.id, '--maximum', '4', '--consent', 'consent-9']
  const rated = ['--rate', '0.5', '--unit', 'second', '--charges', '900']
  const open = await run('open', ...named, '--until', tomorrow(), ...rated)
  t.is(open.code, 0, open.err)
  t.regex(open.out, /^tab open\n/)
  const charge = await run('charge', '--id', 'a', '--quantity', '3', '--item', 'Three seconds')
  t.is(charge.code, 0, charge.err)
  t.regex(charge.out, /charged +1\.5 minor units of USD/)
  const much = await run('charge', '--id', 'b', '--amount', '99999999')
  t.is(much.code, 1)
  t.regex(much.out, /refused b: above-consent/)
  t.is((await run('charge', '--id', 'c')).code, 2)
  t.is((await run('post')).code, 0)
  t.regex((await run('show')).out, /Three seconds/)
  await untilTold(client, payment.id, 'captured')
  const back = await run('refund', '--id', 'back-cli', '--charge', 'a')
  t.is(back.code, 0, back.out)
  t.regex(back.out, /^approved\n/)
})
