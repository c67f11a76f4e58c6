import { setTimeout as wait } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Client } from 'pg'
import { createSystemClock } from '#platform'
import { openRegistry, type PostgresPlace } from '#store'
import { runCli } from '../cli/run-cli.ts'
import { privateServer } from '../postgres/private.ts'
import { freshDatabase } from '../postgres/shared.ts'
import {
  type ClientOptions,
  exchangesOf,
  type GatewayProcess,
  GOOD_CARD,
  type HostProcess,
  memberOf,
  newPayment,
  startGateway,
  startHost,
  untilReversed,
} from './gateway-under-test.ts'
import { makeSite, type Site } from './site.ts'

const SILENT_CARD = { ...GOOD_CARD, pan: '4000000000000341' }

/** A site whose gateways keep their journal in one database, in front of one host. */
interface Bank {
  readonly site: Site
  readonly host: HostProcess
  readonly url: string
  start(t: ExecutionContext, node: string): Promise<GatewayProcess>
}

async function openBank(t: ExecutionContext, place?: PostgresPlace): Promise<Bank> {
  const { user, host: address, port, database } = place ?? (await freshDatabase())
  const url = `postgres://${user}@${address}:${port}/${database}`
  const site = await makeSite()
  const host = await startHost(site)
  t.teardown(async () => {
    await host.kill()
    site.remove()
  })
  await moveMerchants(site, { user, host: address, port, database, node: 'main' })
  return {
    site,
    host,
    url,
    async start(t, node) {
      const environment = { ...HASTY, SALLYPORT_STORE_POSTGRES_URL: url }
      const gateway = await startGateway(site, host.port, {
        environment: { ...environment, SALLYPORT_STORE_POSTGRES_NODE: node },
      })
      t.teardown(() => gateway.kill())
      return gateway
    },
  }
}

/** Nodes that are soon missed. */
const HASTY = {
  SALLYPORT_STORE_POSTGRES_LIMITS_BEAT_MS: '200',
  SALLYPORT_STORE_POSTGRES_LIMITS_DEAD_AFTER_MS: '4000',
  SALLYPORT_STORE_POSTGRES_LIMITS_STATEMENT_TIMEOUT_MS: '2000',
  SALLYPORT_STORE_POSTGRES_LIMITS_BUSY_TIMEOUT_MS: '1000',
}

async function moveMerchants(site: Site, place: PostgresPlace): Promise<void> {
  const clock = createSystemClock()
  const [from, to] = [
    await openRegistry(site.journalFile, { clock }),
    await openRegistry(place, { clock }),
  ]
  for (const merchant of (await from.merchants()).merchants) await to.putMerchant(merchant, 'test')
  await Promise.all([from.close(), to.close()])
}

function clientOf(t: ExecutionContext, gateway: GatewayProcess, options: ClientOptions = {}) {
  const client = gateway.client(options)
  t.teardown(() => client.close())
  return client
}

async function statesIn(url: string): Promise<Readonly<Record<string, number>>> {
  const client = new Client(url)
  await client.connect()
  const { rows } = await client.query(
    'SELECT state, count(*)::integer FROM sallyport.payments GROUP BY state',
  )
  await client.end()
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (const endMs = Date.now() + 30_000; !isSo(); await wait(20)) {
    if (Date.now() > endMs) throw new Error(what)
  }
}

test('two gateways on one database are one gateway to merchants and to the host', async (t) => {
  const bank = await openBank(t)
  const [north, south] = [await bank.start(t, 'north'), await bank.start(t, 'south')]
  const [a, b] = [clientOf(t, north), clientOf(t, south)]
  const payments = Array.from({ length: 20 }, () => newPayment())
  const told = await Promise.all(payments.map((it, index) => (index % 2 ? a : b).sale(it)))
  for (const [index, payment] of payments.entries()) {
    t.is(told[index]?.kind, 'approved')
    // Asked again at the other, it hears the same bytes.
    const again = await (index % 2 ? b : a).sale(payment)
    t.is(JSON.stringify(again), JSON.stringify(told[index]))
    t.like(exchangesOf(bank.site, payment.amount.value), [{ arrivals: 1, effect: 'posted' }])
  }
  const [first] = payments
  if (first === undefined) return t.fail('there were payments')
  await a.reverse(first.id)
  t.is((await untilReversed(b, first.id)).kind, 'reversed')
  t.like(exchangesOf(bank.site, first.amount.value), [{ effect: 'reversed' }])
  t.is(await north.stop(), 0)
  t.is((await b.sale(newPayment())).kind, 'approved')
})

test('what a killed gateway left begun is reversed by the other', async (t) => {
  const bank = await openBank(t)
  const [north, south] = [await bank.start(t, 'north'), await bank.start(t, 'south')]
  const [a, b] = [clientOf(t, north), clientOf(t, south)]
  const payments = Array.from({ length: 5 }, () => newPayment({ card: SILENT_CARD }))
  const asked = payments.map((payment) => a.sale(payment))
  const isAsked = () =>
    payments.every(({ amount }) => exchangesOf(bank.site, amount.value).length > 0)
  await until(isAsked, 'the host was not asked')
  await north.kill()
  for (const result of await Promise.all(asked)) t.is(result.kind, 'unreachable')
  await south.untilLogged('node-taken-over')
  t.regex(south.stderr(), /"leftUnknown":5/)
  for (const payment of payments) {
    t.is((await untilReversed(b, payment.id)).kind, 'reversed')
    t.is(memberOf(await b.sale(payment), 'reason'), 'gateway-restarted')
  }
  t.deepEqual(await statesIn(bank.url), { reversed: 5 })
  const back = await bank.start(t, 'north')
  const client = clientOf(t, back)
  t.is((await client.sale(newPayment())).kind, 'approved')
})

test('a gateway that stood still until it was declared dead conducts nothing more, and ends', async (t) => {
  const bank = await openBank(t)
  const [north, south] = [await bank.start(t, 'north'), await bank.start(t, 'south')]
  const [a, b] = [clientOf(t, north), clientOf(t, south)]
  const silent = newPayment({ card: SILENT_CARD })
  const asked = a.sale(silent)
  await until(
    () => exchangesOf(bank.site, silent.amount.value).length > 0,
    'the host was not asked',
  )
  process.kill(north.pid, 'SIGSTOP')
  await south.untilLogged('node-taken-over')
  t.is((await untilReversed(b, silent.id)).kind, 'reversed')
  const late = newPayment()
  const neverAsked = a.sale(late)
  process.kill(north.pid, 'SIGCONT')
  t.is(await north.exited, 6)
  t.regex(north.stderr(), /STORE_FENCED/)
  t.is((await asked).kind, 'unreachable')
  t.true(['unreachable', 'refused'].includes((await neverAsked).kind))
  t.deepEqual(exchangesOf(bank.site, late.amount.value), [])
  t.like(exchangesOf(bank.site, silent.amount.value), [{ arrivals: 1 }])
})

test('while the database is away payments are put off, and its return is all that is waited for', async (t) => {
  const server = await privateServer(t)
  await server.createDatabase('journal')
  const bank = await openBank(t, server.place('journal'))
  const gateway = await bank.start(t, 'north')
  const client = clientOf(t, gateway)
  const earlier = newPayment()
  const told = await client.sale(earlier)
  t.is(told.kind, 'approved')
  const silent = newPayment({ card: SILENT_CARD })
  const asked = clientOf(t, gateway, { limits: { timeoutMs: 60_000 } }).sale(silent)
  await until(
    () => exchangesOf(bank.site, silent.amount.value).length > 0,
    'the host was not asked',
  )
  await server.kill()
  await gateway.untilLogged('store-out-of-reach')
  for (const result of [
    await client.sale(newPayment()),
    await client.sale(earlier),
    await client.inquire(earlier.id),
    await client.reverse(earlier.id),
  ]) {
    t.like(result, { kind: 'refused', code: 'BUSY', retryAfterMs: 1_000 })
  }
  await server.start()
  await gateway.untilLogged('store-back')
  t.is(JSON.stringify(await client.sale(earlier)), JSON.stringify(told))
  // Until the gateway has given a sign of life it takes nothing new.
  const patient = clientOf(t, gateway, { limits: { attemptsMax: 9 } })
  t.is((await patient.sale(newPayment())).kind, 'approved')
  // Its outcome came while there was nowhere to write it.
  t.true(['unknown', 'reversed'].includes((await asked).kind))
  t.is((await untilReversed(client, silent.id)).kind, 'reversed')
  t.is(await gateway.stop(), 0)
})

test('the commands of an operator reach the database', async (t) => {
  const bank = await openBank(t)
  const at = ['--config', bank.site.configFile, '--store', bank.url]
  const added = await bank.site.command(
    ...['merchant', 'add', ...at, '--id', 'M-2002', '--name', 'Shop', '--city', 'Boston'],
    ...['--country', 'US', '--category', '5942', '--terminal', 'T0000002', '--currency', 'USD'],
    ...['--generate', `${bank.site.folder}/shop`],
  )
  t.is(added.code, 0, added.printed)
  const listed = await runCli(['merchant', 'list', ...at, '--json'])
  t.deepEqual(
    JSON.parse(listed.out).map(({ id }: { id: string }) => id),
    ['M-1001', 'M-2002'],
  )
  const gateway = await bank.start(t, 'north')
  const client = clientOf(t, gateway)
  const payment = newPayment()
  await client.sale(payment)
  const found = await runCli(['payments', ...at, '--json'], { input: GOOD_CARD.pan })
  t.is(JSON.parse(found.out).id, payment.id)
  t.regex((await runCli(['work', 'list', ...at])).err, /nothing needs an operator/)
  const twin = await bank.site.command('start', ...at, '--node', 'north')
  t.is(twin.code, 3)
  t.regex(twin.printed, /another gateway runs as node north/)
  const wrong = await bank.site.command('merchant', 'list', ...at.slice(0, 2), '--store', 'db')
  t.is(wrong.code, 3)
  t.regex(wrong.printed, /store\.postgres\.url: must be postgres:\/\//)
})
