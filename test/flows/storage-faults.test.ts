import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import type { MerchantClient, MerchantResult, PaymentInput } from '#merchant-client'
import { until } from '../communication/until.ts'
import { smallDisk } from '../store/small-disk.ts'
import {
  environmentFor,
  exchangesOf,
  GOOD_CARD,
  type HostProcess,
  newPayment,
  startGateway,
  startHost,
  untilReversed,
} from './gateway-under-test.ts'
import { run } from './running.ts'
import { makeSite, type Site } from './site.ts'

/** A site of a test's own, with its host. */
async function ownSite(t: ExecutionContext): Promise<{ site: Site; host: HostProcess }> {
  const site = await makeSite({ answerTimeoutMs: 4_000 })
  const host = await startHost(site)
  t.teardown(async () => {
    await host.kill()
    site.remove()
  })
  return { site, host }
}

interface Told {
  readonly payment: PaymentInput
  readonly result: MerchantResult
}

/** Sales, eight at a time, until one of them is not approved. @returns all that was told */
async function sellUntilRefused(client: MerchantClient): Promise<Told[]> {
  const told: Told[] = []
  const sell = async () => {
    for (let goesOn = true; goesOn; ) {
      const payment = newPayment()
      const result = await client.sale(payment)
      goesOn = result.kind === 'approved'
      told.push({ payment, result })
    }
  }
  await Promise.all(Array.from({ length: 8 }, sell))
  return told
}

/** Each payment that was told of is told again, by the gateway that comes next. */
async function checkToldAgain(t: ExecutionContext, client: MerchantClient, told: readonly Told[]) {
  for (const { payment, result } of told.filter(({ result }) => 'answer' in result)) {
    t.is(JSON.stringify(await client.sale(payment)), JSON.stringify(result))
  }
}

test.serial(
  'a sync that fails ends the gateway with exit code 6, and what was told stands',
  async (t) => {
    const { site, host } = await ownSite(t)
    const trace = join(site.folder, 'trace')
    const failing = [
      '-e',
      'trace=fdatasync,fsync',
      '-e',
      'inject=fdatasync,fsync:error=EIO:when=60',
    ]
    const under = ['strace', '-D', '-f', '-qq', '-o', trace, ...failing]
    const gateway = await startGateway(site, host.port, { under })
    const client = gateway.client()
    t.teardown(() => client.close())
    const told = await sellUntilRefused(client)
    t.is(await gateway.exited, 6)
    t.regex(gateway.stderr(), /"code":"STORE_IO"[^\n]*"message":"gateway-failed"/)
    t.is(readFileSync(trace, 'utf8').match(/EIO/g)?.length, 1, 'it was not tried again')
    t.true(told.filter(({ result }) => result.kind === 'approved').length > 10)

    const next = await startGateway(site, host.port)
    t.teardown(() => next.kill())
    const again = next.client()
    t.teardown(() => again.close())
    await checkToldAgain(t, again, told)
    t.is((await again.sale(newPayment())).kind, 'approved')
  },
)

const MIB = 2 ** 20

/** A gateway whose journal is on a disk of its own of ten megabytes. */
async function startOnSmallDisk(t: ExecutionContext, site: Site, host: HostProcess) {
  const disk = smallDisk(t, 10, [site.journalFile])
  const gateway = await startGateway(site, host.port, {
    under: disk.under,
    environment: {
      SALLYPORT_STORE_FILE: join(disk.folder, 'journal.db'),
      SALLYPORT_STORE_RESERVED_BYTES: String(2 * MIB),
      SALLYPORT_STORE_FREE_BYTES_MIN: String(MIB),
    },
  })
  t.teardown(() => gateway.kill())
  const client = gateway.client()
  t.teardown(() => client.close())
  return { gateway, client, filler: join(disk.seenFrom(gateway.pid), 'filler') }
}

/** The host is silent about what is paid with it. */
const SILENT_CARD = { ...GOOD_CARD, pan: '4000000000000341' }

test.serial(
  'on a full disk new payments are put off, what was let in is ended, and reversals are paid',
  async (t) => {
    const { site, host } = await ownSite(t)
    const { gateway, client, filler } = await startOnSmallDisk(t, site, host)
    const early = newPayment()
    t.is((await client.sale(early)).kind, 'approved')
    const slow = newPayment({ card: SILENT_CARD })
    const asked = client.sale(slow)
    await until(() => exchangesOf(site, slow.amount.value).length > 0, 'the host asked', 20_000)

    fillUp(filler)
    t.like(await client.sale(newPayment()), { kind: 'refused', code: 'BUSY' })
    t.regex(gateway.stderr(), /"message":"store-disk-short"/)
    t.is((await client.sale(early)).kind, 'approved', 'what was told is told again')
    await client.reverse(early.id)
    t.is((await untilReversed(client, early.id)).kind, 'reversed')
    t.is((await asked).kind, 'unknown')
    t.is((await untilReversed(client, slow.id)).kind, 'reversed')
    t.like(exchangesOf(site, early.amount.value), [{ effect: 'reversed' }])

    rmSync(filler)
    t.is((await client.sale(newPayment())).kind, 'approved')
    t.regex(gateway.stderr(), /"message":"store-disk-ample"/)
    t.is(await gateway.stop(), 0)
  },
)

/** Leave not one page free. */
function fillUp(file: string): void {
  const handle = openSync(file, 'w')
  try {
    while (writeSync(handle, Buffer.alloc(4096, 1)) > 0);
  } catch {
    closeSync(handle)
  }
}

/** Noise over the first page of a table. */
function damage(file: string, table: string): void {
  const database = new DatabaseSync(file)
  const select = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?')
  const page = Number(select.get(table)?.rootpage)
  database.close()
  writeSync(openSync(file, 'r+'), randomBytes(4096), 0, 4096, (page - 1) * 4096)
}

/** A site whose gateway took one payment and was stopped. */
async function usedSite(t: ExecutionContext) {
  const { site, host } = await ownSite(t)
  const gateway = await startGateway(site, host.port)
  const client = gateway.client()
  t.is((await client.sale(newPayment())).kind, 'approved')
  client.close()
  t.is(await gateway.stop(), 0)
  return { site, host, stderr: gateway.stderr() }
}

async function checkNotStarted(t: ExecutionContext, site: Site, message: RegExp): Promise<void> {
  const gateway = run(['start', '--config', site.configFile], { environment: environmentFor(1) })
  t.is(await gateway.exited, 3)
  t.regex(gateway.stderr(), message)
  t.is(gateway.stdout(), '')
}

test.serial(
  'a journal that is damaged where a start looks is refused, and verify says where',
  async (t) => {
    const { site } = await usedSite(t)
    damage(site.journalFile, 'payments')
    await checkNotStarted(t, site, /the store file is damaged/)
    const { code, printed } = await site.command('store', 'verify', '--config', site.configFile)
    t.is(code, 1)
    t.regex(printed, /\(structure\)\n.*faults: \d+\n$/s)
  },
)

test.serial(
  'damage that the running gateway finds stops it with exit code 6, and it stays so',
  async (t) => {
    const { site, host } = await usedSite(t)
    damage(site.journalFile, 'expectations')
    const gateway = await startGateway(site, host.port)
    t.is(await gateway.exited, 6)
    t.regex(gateway.stderr(), /"found":"[^"]*expectations[^"]*",[^\n]*"message":"store-damaged"/)
    await checkNotStarted(t, site, /expectations.*`sallyport store verify`/s)
  },
)

test.serial(
  'the log notes where the journal ended, and verify holds the journal against it',
  async (t) => {
    const { site, stderr } = await usedSite(t)
    const heads = [...stderr.matchAll(/"hash":"([0-9a-f]{64})".*"message":"journal-head"/g)]
    const hash = heads.at(-1)?.[1] ?? ''
    const verify = ['store', 'verify', '--config', site.configFile]
    t.like(await site.command(...verify, '--head', hash), { code: 0 })
    const other = await site.command(
      ...verify,
      '--head',
      hash.replace(/./, (it) => (it === '0' ? '1' : '0')),
    )
    t.is(other.code, 1)
    t.regex(other.printed, /no event has the hash/)
  },
)

test.serial(
  'a backup made under load is restored, and what it has is told in the same bytes',
  async (t) => {
    const { site, host } = await ownSite(t)
    const gateway = await startGateway(site, host.port)
    t.teardown(() => gateway.kill())
    const client = gateway.client()
    t.teardown(() => client.close())
    const early: Told[] = []
    for (let count = 0; count < 20; count++) {
      const payment = newPayment()
      early.push({ payment, result: await client.sale(payment) })
    }
    const load = sellUntilRefused(client)
    const backup = join(site.folder, 'backup.db')
    const store = (...words: string[]) =>
      site.command('store', ...words, '--config', site.configFile)
    // In a process of its own, as an operator would, or this one could not pay meanwhile.
    t.is(await run(['store', 'backup', backup, '--config', site.configFile]).exited, 0)
    t.regex((await store('restore', backup, '--replace')).printed, /another instance is running/)
    await gateway.kill()
    t.true((await load).length > 20, 'it was paid on meanwhile')
    client.close()

    writeSync(openSync(site.journalFile, 'r+'), randomBytes(40_000), 0, 40_000, 0)
    await checkNotStarted(t, site, /damaged/)
    const restored = await store('restore', backup, '--replace')
    t.is(restored.code, 0, restored.printed)
    const next = await startGateway(site, host.port)
    t.teardown(() => next.kill())
    const again = next.client()
    t.teardown(() => again.close())
    await checkToldAgain(t, again, early)
    t.is((await again.sale(newPayment())).kind, 'approved')
    t.is(await next.stop(), 0)
    t.is((await store('verify')).code, 0)
  },
)
