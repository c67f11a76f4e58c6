import { readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import { readBook } from '#host-emulator'
import type { MerchantClient, MerchantResult, PaymentInput } from '#merchant-client'
import { until } from '../communication/until.ts'
import {
  environmentFor,
  exchangesOf,
  GOOD_CARD,
  type HostProcess,
  memberOf,
  newPayment,
  startGateway,
  startGatewayAlone,
  startHost,
  untilReversed,
} from './gateway-under-test.ts'
import { journalRows } from './journal.ts'
import { run } from './running.ts'
import { addMerchant, makeSite, type Site } from './site.ts'

let site: Site
let host: HostProcess

test.before(async () => {
  site = await makeSite()
  host = await startHost(site)
})
test.after.always(async () => {
  await host?.kill()
  site?.remove()
})

/** The host posts what is paid with it, and says nothing. */
const SILENT_CARD = { ...GOOD_CARD, pan: '4000000000000341' }

/** The host answers with another amount. */
const MISMATCHING_CARD = { ...GOOD_CARD, pan: '4000000000000473' }

/** What each concluded payment of this file was told, to be compared after each restart. */
const told = new Map<string, { payment: PaymentInput; text: string }>()

test.serial('a merchant added while the gateway runs can pay within about a second', async (t) => {
  const gateway = await startGateway(site, host.port)
  t.teardown(() => gateway.kill())
  await addMerchant(site, 'M-2002')
  const addedAtMs = Date.now()
  const client = gateway.client({ merchant: 'M-2002' })
  t.teardown(() => client.close())
  const payment = newPayment()
  let result = await client.sale(payment)
  t.like(result, { kind: 'refused', code: 'REFUSED' })
  while (result.kind === 'refused' && Date.now() - addedAtMs < 5000) {
    result = await client.sale(payment)
  }
  t.is(result.kind, 'approved')
  t.true(Date.now() - addedAtMs < 4000, `${Date.now() - addedAtMs} ms`)

  // The same id of another merchant is another payment, and nobody else's to see.
  const first = gateway.client()
  t.teardown(() => first.close())
  t.like(await first.inquire(payment.id), { kind: 'refused', code: 'PAYMENT_NOT_FOUND' })
  const own = await first.sale(payment)
  t.is(own.kind, 'approved')
  t.is(exchangesOf(site, payment.amount.value).length, 2)
  told.set(payment.id, { payment, text: JSON.stringify(own) })
})

test.serial('a second gateway on the same store is refused, and the first goes on', async (t) => {
  const gateway = await startGateway(site, host.port)
  t.teardown(() => gateway.kill())
  const second = run(['start', '--config', site.configFile], {
    environment: environmentFor(host.port),
  })
  t.is(await second.exited, 3)
  t.regex(second.stderr(), /another instance/)
  t.is(second.stdout(), '')
  const client = gateway.client()
  t.teardown(() => client.close())
  t.is((await client.sale(newPayment())).kind, 'approved')
})

test.serial('SIGTERM under load loses nothing: whatever was read is answered', async (t) => {
  const gateway = await startGateway(site, host.port)
  const clients = [gateway.client(), gateway.client({ over: 'https' })]
  t.teardown(() => {
    for (const client of clients) client.close()
  })
  const results = new Map<string, MerchantResult>()
  let stopped = false
  const ask = async (client: MerchantClient) => {
    while (!stopped) {
      const payment = newPayment()
      const result = await client.sale(payment)
      results.set(payment.id, result)
      if ('answer' in result) told.set(payment.id, { payment, text: JSON.stringify(result) })
      if (result.kind === 'unreachable') stopped = true
    }
  }
  const asking = Promise.all(Array.from({ length: 16 }, () => clients.map(ask)).flat())
  await until(() => results.size > 100, 'a hundred payments told', 20_000)
  const code = await gateway.stop()
  stopped = true
  await asking
  t.is(code, 0)
  t.regex(gateway.stderr(), /gateway-stopped/)

  const rows = new Map(journalRows(site).map((row) => [row.id, row]))
  t.deepEqual(
    [...rows.values()].filter(({ state }) => state !== 'approved'),
    [],
  )
  for (const [id, result] of results) {
    t.is(rows.has(id), 'answer' in result, `${id} ${result.kind}`)
  }
  t.is(readBook(site.bookFile).exchanges.length, rows.size + 1)
})

test.serial('a reader of the log that dies stops no payment', async (t) => {
  const gateway = await startGateway(site, host.port)
  t.teardown(() => gateway.kill())
  const client = gateway.client()
  t.teardown(() => client.close())
  gateway.loseOutput()
  // Each of these is worth a line of the log.
  for (let count = 0; count < 3; count++) {
    t.is((await client.sale(newPayment({ card: MISMATCHING_CARD }))).kind, 'unknown')
  }
  t.is((await client.sale(newPayment())).kind, 'approved')
  t.is(await gateway.stop(), 0)
})

test.serial('what a killed gateway left begun is reversed by the next one', async (t) => {
  const killed = await startGateway(site, host.port)
  const client = killed.client()
  const payments = Array.from({ length: 5 }, () => newPayment({ card: SILENT_CARD }))
  const asked = payments.map((payment) => client.sale(payment))
  const isAsked = (it: PaymentInput) => exchangesOf(site, it.amount.value).length > 0
  await until(() => payments.every(isAsked), 'the host asked', 20_000)
  await killed.kill()
  for (const result of await Promise.all(asked)) t.is(result.kind, 'unreachable')
  client.close()

  const next = await startGateway(site, host.port)
  t.teardown(() => next.kill())
  t.regex(next.stderr(), /"count":5,[^\n]*"message":"payments-left-unknown"/)
  const again = next.client()
  t.teardown(() => again.close())
  for (const payment of payments) {
    t.is(memberOf(await again.sale(payment), 'reason'), 'gateway-restarted')
    const reversed = await untilReversed(again, payment.id)
    t.is(reversed.kind, 'reversed')
    t.is(memberOf(reversed, 'reason'), 'gateway-restarted')
    t.is((await again.sale(payment)).kind, 'reversed')
    t.like(exchangesOf(site, payment.amount.value), [{ arrivals: 1, effect: 'reversed' }])
  }
})

test.serial(
  'a payment that was concluded is told in the same bytes after every restart',
  async (t) => {
    t.true(told.size > 50)
    const gateway = await startGateway(site, host.port)
    t.teardown(() => gateway.kill())
    const client = gateway.client()
    t.teardown(() => client.close())
    const before = readBook(site.bookFile).exchanges.length
    for (const { payment, text } of told.values()) {
      t.is(JSON.stringify(await client.sale(payment)), text)
    }
    t.is(readBook(site.bookFile).exchanges.length, before)
  },
)

test.serial('a gateway may start before its host, and pays as soon as it is there', async (t) => {
  const own = await makeSite()
  t.teardown(() => own.remove())
  const { port, kill } = await startHost(own)
  await kill()
  const gateway = await startGatewayAlone(own, port)
  t.teardown(() => gateway.kill())
  const client = gateway.client({ over: 'https' })
  t.teardown(() => client.close())
  const payment = newPayment()
  t.like(await client.sale(payment), { kind: 'refused', code: 'HOST_UNAVAILABLE' })
  const late = await startHost(own, { port })
  t.teardown(() => late.kill())
  await gateway.untilLogged('host-signed-on')
  t.is((await client.sale(payment)).kind, 'approved')
  t.is(exchangesOf(own, payment.amount.value).length, 1)
})

test.serial(
  'a stop waits no longer than it may for a silent host, and the next start reverses',
  async (t) => {
    const drainMs = 500
    const gateway = await startGateway(site, host.port, {
      environment: { SALLYPORT_DRAIN_MS: String(drainMs) },
    })
    const client = gateway.client()
    t.teardown(() => client.close())
    const payment = newPayment({ card: SILENT_CARD })
    const asked = client.sale(payment)
    await until(() => exchangesOf(site, payment.amount.value).length > 0, 'the host asked', 20_000)
    const sinceMs = Date.now()
    t.is(await gateway.stop(), 0)
    t.true(Date.now() - sinceMs >= drainMs)
    t.like(await asked, { kind: 'unreachable', reason: 'connection-lost' })

    const next = await startGateway(site, host.port)
    t.teardown(() => next.kill())
    const again = next.client()
    t.teardown(() => again.close())
    t.is(memberOf(await again.sale(payment), 'reason'), 'link-lost')
    t.is((await untilReversed(again, payment.id)).kind, 'reversed')
    t.like(exchangesOf(site, payment.amount.value), [{ arrivals: 1, effect: 'reversed' }])
  },
)

test.serial(
  'a journal that may not grow ends the gateway with exit code 6, and what was told stands',
  async (t) => {
    // The shell's unit is 512 bytes; a file that would grow past the limit cannot be written.
    const under = ['sh', '-c', 'ulimit -f 800; exec "$@"', 'sh']
    const own = await makeSite()
    t.teardown(() => own.remove())
    const environment = { SALLYPORT_STORE_RESERVED_BYTES: '0' }
    const gateway = await startGateway(own, host.port, { under, environment })
    const client = gateway.client()
    t.teardown(() => client.close())
    const heard: { payment: PaymentInput; result: MerchantResult }[] = []
    const ask = async () => {
      for (let ended = false; !ended; ) {
        const payment = newPayment()
        const result = await client.sale(payment)
        if ('answer' in result) heard.push({ payment, result })
        ended = result.kind !== 'approved'
      }
    }
    await Promise.all(Array.from({ length: 8 }, ask))
    t.is(await gateway.exited, 6)
    t.regex(gateway.stderr(), /gateway-failed/)
    t.true(heard.length > 10)

    const next = await startGateway(own, host.port)
    t.teardown(() => next.kill())
    const again = next.client()
    t.teardown(() => again.close())
    for (const { payment, result } of heard) {
      t.is(JSON.stringify(await again.sale(payment)), JSON.stringify(result))
    }
  },
)

test.serial('where client certificates are required, who shows none is not let in', async (t) => {
  const own = await makeSite()
  t.teardown(() => own.remove())
  const config = JSON.parse(readFileSync(own.configFile, 'utf8'))
  const listeners = { clientCertificates: 'required' }
  writeFileSync(own.configFile, JSON.stringify({ ...config, listeners }))
  const shop = `${own.folder}/shop`
  const added = await own.command(
    ...['merchant', 'add', '--config', own.configFile, '--id', 'M-3003', '--name', 'Shop'],
    ...['--city', 'Boston', '--country', 'US', '--category', '5942', '--terminal', 'T0000003'],
    ...['--currency', 'USD', '--generate', shop],
  )
  t.is(added.code, 0, added.printed)
  const gateway = await startGateway(own, host.port)
  t.teardown(() => gateway.kill())
  const stranger = gateway.client()
  t.teardown(() => stranger.close())
  t.is((await stranger.echo()).kind, 'unreachable')

  const client = JSON.parse(readFileSync(`${shop}/client.json`, 'utf8'))
  client.framed.port = gateway.framedPort
  client.https.port = gateway.httpsPort
  writeFileSync(`${shop}/client.json`, JSON.stringify(client))
  for (const over of ['framed', 'https']) {
    const words = ['--client', `${shop}/client.json`, '--operation', 'echo', '--over', over]
    const { code, printed } = await own.command('send', ...words)
    t.is(code, 0, printed)
  }
})

test.serial('production refuses the emulator and the keys of a sandbox', async (t) => {
  const own = await makeSite()
  t.teardown(() => own.remove())
  const start = (environment: NodeJS.ProcessEnv) =>
    run(['start', '--config', own.configFile], { environment })
  const emulated = start({ SALLYPORT_ENVIRONMENT: 'production' })
  t.is(await emulated.exited, 3)
  t.regex(emulated.stderr(), /host\.emulated: production refuses the emulated host/)

  const sandboxKeys = start({
    SALLYPORT_ENVIRONMENT: 'production',
    SALLYPORT_HOST_EMULATED: 'false',
  })
  t.is(await sandboxKeys.exited, 3)
  t.regex(sandboxKeys.stderr(), /sandbox|production/)
  t.is(sandboxKeys.stdout(), '')
})

test.serial('production refuses the cards of the sandbox before anything is kept', async (t) => {
  const own = await makeSite({ environment: 'production' })
  t.teardown(() => own.remove())
  const gateway = await startGateway(own, host.port)
  t.teardown(() => gateway.kill())
  const client = gateway.client()
  t.teardown(() => client.close())
  const before = readBook(site.bookFile).exchanges.length
  const refused = await client.sale(newPayment())
  t.like(refused, { kind: 'refused', code: 'SANDBOX_CARD' })
  t.deepEqual(journalRows(own), [])
  t.is(readBook(site.bookFile).exchanges.length, before)
  t.is((await client.sale(newPayment({ card: STRANGER }))).kind, 'declined')
})

/** A number with its check digit that no sandbox lists. */
const STRANGER = { pan: '4242424242424242', expiry: '3012', entryMode: 'moto' } as const

test.serial('a configuration with faults is refused with all of them at once', async (t) => {
  const config = JSON.parse(readFileSync(site.configFile, 'utf8'))
  const file = `${site.folder}/faulty.json`
  writeFileSync(file, JSON.stringify({ ...config, drainMs: 'soon', tea: true }))
  const { code, printed } = await site.command('start', '--config', file)
  t.is(code, 3)
  t.regex(printed, /drainMs/)
  t.regex(printed, /tea/)
})
