import { rmSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { readBook } from '#host-emulator'
import type { PaymentInput } from '#merchant-client'
import { until } from '../communication/until.ts'
import { KEY_ENCRYPTING } from '../hosts/kestrel-macs.ts'
import {
  environmentFor,
  exchangesOf,
  type GatewayProcess,
  GOOD_CARD,
  type HostProcess,
  memberOf,
  newPayment,
  startGateway,
  startHost,
} from './gateway-under-test.ts'
import { journalRows, journalStrays } from './journal.ts'
import { run } from './running.ts'
import { addHost, enterHostKey, makeSite, type Site } from './site.ts'

/** Its answers go out with a wrong MAC. */
const SPOILT_CARD = { pan: '4000000000000481', expiry: '3012', entryMode: 'ecommerce' } as const

interface KeysDocument {
  readonly mac: { readonly keys: object }
}

/** A site for kestrel, whose key is entered; `keys` change what its link says of keys. */
async function makeKestrel(t: ExecutionContext, keys: object = {}) {
  const site = await makeSite()
  t.teardown(() => site.remove())
  const profile = addHost(site, 'kestrel', (link) => {
    const { mac } = link as unknown as KeysDocument
    return { ...link, mac: { ...mac, keys: { ...mac.keys, ...keys } } }
  })
  await enterHostKey(site, KEY_ENCRYPTING)
  return { site, profile }
}

async function hostOf(
  t: ExecutionContext,
  { site, profile }: { readonly site: Site; readonly profile: string },
  options: { readonly port?: number; readonly keyLifeSeconds?: number } = {},
): Promise<HostProcess> {
  const host = await startHost(site, { profile, ...options })
  t.teardown(() => host.kill())
  return host
}

async function gatewayOf(t: ExecutionContext, site: Site, hostPort: number) {
  const gateway = await startGateway(site, hostPort)
  t.teardown(() => gateway.kill())
  const client = gateway.client()
  t.teardown(() => client.close())
  return { gateway, client }
}

const logged = (gateway: GatewayProcess, event: string) =>
  gateway.stderr().split(`"message":"${event}"`).length - 1

test('a gateway whose host’s key was not entered does not start, and says what to do', async (t) => {
  const site = await makeSite()
  t.teardown(() => site.remove())
  addHost(site, 'kestrel', (link) => link)
  const started = run(['start', '--config', site.configFile], { environment: environmentFor(1) })
  t.is(await started.exited, 3)
  t.regex(started.stderr(), /no tdes key of the host kestrel.*sallyport host-key add/)
})

test('keys are changed from either side while payments go on, and not one is lost by it', async (t) => {
  const kestrel = await makeKestrel(t, { renewAfterMs: 700 })
  const host = await hostOf(t, kestrel, { keyLifeSeconds: 1 })
  const { gateway, client } = await gatewayOf(t, kestrel.site, host.port)
  const outcomes = new Map<string, string>()
  const pay = async () => {
    while (logged(gateway, 'host-keys-changed') < CHANGES) {
      const payment = newPayment()
      outcomes.set(payment.amount.value, (await client.sale(payment)).kind)
    }
  }
  await Promise.all(Array.from({ length: 6 }, pay))
  t.deepEqual([...new Set(outcomes.values())], ['approved'])
  t.true(outcomes.size > 6)
  const book = readBook(kestrel.site.bookFile).exchanges
  t.is(book.length, outcomes.size)
  for (const { amountMinor, arrivals, effect } of book) {
    t.true(outcomes.has(String(amountMinor)))
    t.deepEqual([arrivals, effect], [1, 'posted'])
  }
  t.is(logged(gateway, 'host-mac-wrong'), 0)
  t.is(logged(gateway, 'host-signed-on'), 2)
  await gateway.stop()
  // Some were brought by the host, the others asked for.
  const [, brought] = /"hostRequests":(\d+)/.exec(gateway.stderr()) ?? []
  t.true(Number(brought) > 0 && Number(brought) < logged(gateway, 'host-keys-changed'))
})

/** How many changes of keys the payments go on through, the first one before them included. */
const CHANGES = 8

test('an answer with a wrong MAC is not believed: the payment is unknown, and is given back', async (t) => {
  const kestrel = await makeKestrel(t)
  const host = await hostOf(t, kestrel)
  const { gateway, client } = await gatewayOf(t, kestrel.site, host.port)
  const payment = newPayment({ card: SPOILT_CARD })
  const result = await client.sale(payment)
  t.is(result.kind, 'unknown')
  t.is(memberOf(result, 'reason'), 'mac-wrong')
  t.is(memberOf(result, 'approvalCode'), undefined)
  const rowOf = () => journalRows(kestrel.site).find((row) => row.id === payment.id)
  await until(() => rowOf()?.state === 'reversed', 'the money given back')
  t.like(rowOf(), { reason: 'mac-wrong', approvalCode: null })
  t.like(exchangesOf(kestrel.site, payment.amount.value), [{ arrivals: 1, effect: 'reversed' }])
  t.deepEqual(journalStrays(kestrel.site), ['mismatched'])
  t.is(logged(gateway, 'host-mac-wrong'), 1)
})

test('a right answer between wrong ones keeps the link up', async (t) => {
  const kestrel = await makeKestrel(t)
  const host = await hostOf(t, kestrel)
  const { gateway, client } = await gatewayOf(t, kestrel.site, host.port)
  for (const card of [SPOILT_CARD, SPOILT_CARD, GOOD_CARD, SPOILT_CARD, SPOILT_CARD, GOOD_CARD]) {
    const { kind } = await client.sale(newPayment({ card }))
    t.is(kind, card === GOOD_CARD ? 'approved' : 'unknown')
  }
  t.is(logged(gateway, 'host-keys-distrusted'), 0)
})

test('gateway and host go on with their keys after a kill of either', async (t) => {
  const kestrel = await makeKestrel(t)
  const host = await hostOf(t, kestrel)
  const first = await gatewayOf(t, kestrel.site, host.port)
  t.is((await first.client.sale(newPayment())).kind, 'approved')
  t.is(logged(first.gateway, 'host-keys-changed'), 1)
  await first.gateway.kill()

  const { gateway, client } = await gatewayOf(t, kestrel.site, host.port)
  t.is((await client.sale(newPayment())).kind, 'approved')
  await host.kill()
  await hostOf(t, kestrel, { port: host.port })
  await gateway.untilLogged('host-signed-on', 4)
  t.is((await client.sale(newPayment())).kind, 'approved')
  t.is(logged(gateway, 'host-keys-awaited'), 0)
  t.is(logged(gateway, 'host-keys-changed'), 0)
})

test('three wrong MACs in a row take the link down, and it comes back with new keys', async (t) => {
  const kestrel = await makeKestrel(t)
  const host = await hostOf(t, kestrel)
  const { gateway, client } = await gatewayOf(t, kestrel.site, host.port)
  t.is((await client.sale(newPayment())).kind, 'approved')
  // A host that has lost its keys, and proves nothing.
  await host.kill()
  for (const end of ['', '-wal', '-shm']) rmSync(`${kestrel.site.bookFile}${end}`, { force: true })
  await hostOf(t, kestrel, { port: host.port })
  await gateway.untilLogged('host-signed-on', 4)
  const lost: PaymentInput[] = []
  while (logged(gateway, 'host-keys-distrusted') === 0) {
    const payment = newPayment()
    const told = await client.sale(payment)
    // The payment's reversal counts as well.
    if (told.kind === 'refused') t.is(told.code, 'HOST_UNAVAILABLE')
    else t.is(memberOf(told, 'reason'), 'mac-wrong')
    if (told.kind === 'unknown') lost.push(payment)
  }
  t.true(lost.length > 0 && lost.length <= 3)
  await gateway.untilLogged('host-signed-on', 6)
  t.is(logged(gateway, 'host-keys-changed'), 2)
  t.is((await client.sale(newPayment())).kind, 'approved')
  // Nor did the host believe what came with keys that it does not know.
  for (const { amount } of lost) {
    t.true(
      exchangesOf(kestrel.site, amount.value).every(({ approvedMinor }) => approvedMinor === 0n),
    )
  }
  t.is(logged(gateway, 'host-keys-distrusted'), 1)
})
