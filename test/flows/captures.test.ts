import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
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
  untilTold,
} from './gateway-under-test.ts'
import { journalRows } from './journal.ts'
import { openRecordingLine, type RecordingLine } from './recording-line.ts'
import { MERCHANT, makeSite, type Site } from './site.ts'

let site: Site
let host: HostProcess
let line: RecordingLine
let gateway: GatewayProcess
let client: MerchantClient

test.before(async () => {
  // A key that was answered is held until no second answer can come: a retry would wait for that.
  site = await makeSite({ answerTimeoutMs: 2_000, lateAnswerMaxMs: 2_000 })
  host = await startHost(site)
  line = await openRecordingLine(host.port)
  await openGateway()
})
test.after.always(async () => {
  client?.close()
  await Promise.all([gateway?.kill(), host?.kill()])
  await line?.close()
  site?.remove()
})

async function openGateway(): Promise<void> {
  gateway = await startGateway(site, line.port)
  client = gateway.client()
}

async function killGateway(): Promise<void> {
  await gateway.kill()
  client.close()
}

/** An approved authorization. */
async function authorized(t: ExecutionContext): Promise<PaymentInput> {
  const payment = newPayment()
  t.is((await client.authorize(payment)).kind, 'approved')
  t.like(exchangesOf(site, payment.amount.value), [{ effect: 'held' }])
  return payment
}

const capturedOf = ({ amount }: PaymentInput) => exchangesOf(site, amount.value)

const usd = (value: string) => ({ value, currency: 'USD' })

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 1_000) throw new Error('it did not come to pass')
    await wait(10)
  }
}

test.serial('what a merchant captures is taken, once, however often it asks', async (t) => {
  const payment = await authorized(t)
  const [first, twin] = await Promise.all([
    client.capture(payment.id, usd('900')),
    client.capture(payment.id, usd('900')),
  ])
  for (const result of [first, twin]) t.true(['capturing', 'captured'].includes(result.kind))
  const captured = await untilTold(client, payment.id, 'captured')
  t.deepEqual(memberOf(captured, 'capturedAmount'), usd('900'))
  t.deepEqual(memberOf(captured, 'approvedAmount'), payment.amount)
  t.regex(String(memberOf(captured, 'settlementDate')), /^[0-9]{4}$/)
  t.is((await client.capture(payment.id, usd('900'))).kind, 'captured')
  t.is((await client.authorize(payment)).kind, 'captured')
  t.like(await client.capture(payment.id), { kind: 'refused', code: 'CAPTURE_CONFLICT' })
  t.like(capturedOf(payment), [{ effect: 'captured', capturedMinor: 900n, arrivals: 1 }])
})

test.serial('a capture is accepted while the host is away, and made when it is back', async (t) => {
  const payment = await authorized(t)
  const lost = gateway.stderr().split('"message":"host-line-lost"').length + 1
  await host.kill()
  await gateway.untilLogged('host-line-lost', lost)
  t.is((await client.capture(payment.id)).kind, 'capturing')
  t.is((await client.inquire(payment.id)).kind, 'capturing')
  host = await startHost(site, { port: host.port })
  t.is((await untilTold(client, payment.id, 'captured')).kind, 'captured')
  t.like(capturedOf(payment), [{ effect: 'captured' }])
})

test.serial('an advice in doubt goes on as a repeat after the gateway was killed', async (t) => {
  const payment = await authorized(t)
  t.false(line.hasPassed(`0221${ELEMENTS}`))
  // The host takes the advice off its line only when it wakes: no answer reaches this gateway.
  process.kill(host.pid, 'SIGSTOP')
  t.is((await client.capture(payment.id)).kind, 'capturing')
  await until(() => line.hasPassed(`0220${ELEMENTS}16${GOOD_CARD.pan}000000${twelve(payment)}`))
  await killGateway()
  process.kill(host.pid, 'SIGCONT')
  await openGateway()
  t.is((await untilTold(client, payment.id, 'captured')).kind, 'captured')
  t.true(line.hasPassed(`0221${ELEMENTS}`))
  t.like(capturedOf(payment), [{ effect: 'captured', capturedMinor: BigInt(payment.amount.value) }])
})

/** The bitmaps of a capture: with its type they say that it is one. */
const ELEMENTS = 'F23844810CC080020000004000000000'

const twelve = ({ amount }: PaymentInput) => amount.value.padStart(12, '0')

test.serial('a refusal is an operator’s, whose answer has it sent again', async (t) => {
  const payment = await authorized(t)
  await restartHost(() => moveBook('host-book.db', 'kept.db'))
  t.is((await client.capture(payment.id)).kind, 'capturing')
  await gateway.untilLogged('advice-refused')
  t.is((await client.inquire(payment.id)).kind, 'capturing')
  const work = (...words: string[]) => runCli(['work', ...words, '--config', site.configFile])
  const { out } = await work('list')
  const [item = '', kind, merchant, id] = out.split('\t')
  t.deepEqual([kind, merchant, id], ['advice-refused', MERCHANT, payment.id])
  t.regex((await work('show', item)).out, /^lastResponseCode +25$/m)

  await restartHost(() => {
    moveBook('host-book.db', 'other.db')
    moveBook('kept.db', 'host-book.db')
  })
  t.is((await work('retry', item, '--by', 'J. Doe')).code, 0)
  t.is((await untilTold(client, payment.id, 'captured')).kind, 'captured')
  t.like(capturedOf(payment), [{ effect: 'captured' }])
  t.is((await work('list')).code, 1)
})

/** Kill the host, do something to its book, and start it again where it was. */
async function restartHost(meanwhile: () => void): Promise<void> {
  const signedOn = gateway.stderr().split('"message":"host-signed-on"').length
  await host.kill()
  meanwhile()
  host = await startHost(site, { port: host.port })
  await gateway.untilLogged('host-signed-on', signedOn)
}

function moveBook(from: string, to: string): void {
  for (const end of ['', '-wal', '-shm']) {
    renameSync(join(site.folder, `${from}${end}`), join(site.folder, `${to}${end}`))
  }
}

test.serial('a merchant captures by the command line', async (t) => {
  const file = clientFile(site, gateway)
  const capture = (...words: string[]) => runCli(['capture', '--client', file, ...words])
  const payment = await authorized(t)
  const part = await capture(payment.id, '--amount', '5.00')
  t.is(part.code, 0, part.err)
  t.regex(part.out, /^captur(ing|ed)$/m)
  t.regex(part.out, /^ {2}capturedAmount +USD 5\.00$/m)
  const again = await capture(payment.id, '--amount', '5.00', '--over', 'https', '--json')
  t.like(JSON.parse(again.out).answer, { capturedAmount: usd('500') })
  const other = await capture(payment.id)
  t.is(other.code, 1)
  t.regex(other.out, /^Refused: CAPTURE_CONFLICT at amount\.value: /)
  t.is((await capture(payment.id, '--amount', '5.005')).code, 2)
})

test.serial('nothing is left open when every capture was acknowledged', async (t) => {
  await until(() => journalRows(site).every(({ state }) => state === 'captured'))
  t.true(journalRows(site).length >= 5)
})
