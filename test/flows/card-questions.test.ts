import test from 'ava'
import { readBook } from '#host-emulator'
import type { MerchantClient } from '#merchant-client'
import { runCli } from '../cli/run-cli.ts'
import {
  clientFile,
  type GatewayProcess,
  GOOD_CARD,
  type HostProcess,
  memberOf,
  newPayment,
  startGateway,
  startHost,
} from './gateway-under-test.ts'
import { journalRows, journalUnsettled } from './journal.ts'
import { makeSite, type Site } from './site.ts'
import { terminalPin } from './terminal-pin.ts'

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

const { pan } = GOOD_CARD
const currency = 'USD'
const other = (number: string) => ({ currency, card: { ...GOOD_CARD, pan: number, cvv2: '000' } })
const silent = () => {
  const { cvv2: _, ...card } = GOOD_CARD
  return { currency, card: { ...card, pan: '4000000000000341' } }
}

/** What the journal and the host's book hold; a question adds to neither. */
const kept = () => [journalRows(site).length, readBook(site.bookFile).exchanges.length]

test.serial('a good card is verified with its CVV2 and address, and nothing is kept', async (t) => {
  const before = kept()
  const address = { street: '1 main street', postcode: '99999' }
  const told = await client.card.verify({ currency, card: GOOD_CARD, address })
  t.is(told.kind, 'approved')
  t.deepEqual(memberOf(told, 'checks'), { address: 'street-only', cvv2: 'match' })
  t.regex(String(memberOf(told, 'approvalCode')), /^\d{6}$/)
  t.deepEqual(kept(), before)
})

test.serial('a card that is lost, or whose CVV2 is another, is declined', async (t) => {
  t.like(await client.card.verify(other('4000000000000119')), { kind: 'declined' })
  const wrong = await client.card.verify(other(pan))
  t.is(wrong.kind, 'declined')
  t.deepEqual(memberOf(wrong, 'checks'), { cvv2: 'no-match' })
})

test.serial('a balance is told to whoever knows the PIN, as payments have left it', async (t) => {
  const card = { pan, expiry: '3012', entryMode: 'terminal' } as const
  const ask = (pin: string) => client.card.balance({ currency, card, pin: terminalPin(pin, pan) })
  const balances = async () => memberOf(await ask('1234'), 'balances') as Balances
  const sold = newPayment()
  const held = newPayment()
  const [ledger, available] = minorsOf(await balances())
  t.is((await client.sale(sold)).kind, 'approved')
  t.is((await client.authorize(held)).kind, 'approved')
  const [taken, both] = [BigInt(sold.amount.value), BigInt(held.amount.value)]
  t.deepEqual(minorsOf(await balances()), [ledger - taken, available - taken - both])
  t.like(await ask('4321'), { kind: 'declined', answer: { responseCode: '55' } })
})

type Balances = readonly { readonly type: string; readonly amount: { readonly value: string } }[]

function minorsOf(balances: Balances): [bigint, bigint] {
  const minor = (of: string) => BigInt(balances.find(({ type }) => type === of)?.amount.value ?? '')
  return [minor('ledger'), minor('available')]
}

test.serial(
  'no answer is told as unknown, nothing is owed, and it may be asked again',
  async (t) => {
    const before = kept()
    const told = await client.card.verify(silent())
    t.like(told, { kind: 'unknown', answer: { reason: 'host-silent' } })
    t.is((await client.card.verify({ currency, card: GOOD_CARD })).kind, 'approved')
    t.deepEqual(kept(), before)
    t.deepEqual(journalUnsettled(site), { payments: 0, owed: 0 })
  },
)

test.serial('a gateway that is killed with a question open has nothing to make good', async (t) => {
  process.kill(host.pid, 'SIGSTOP')
  const before = kept()
  const lost = client.card.verify({ currency, card: GOOD_CARD })
  // The echo overtakes nothing: what was sent before it is on its way to the host.
  await client.echo()
  await gateway.kill()
  t.is((await lost).kind, 'unreachable')
  client.close()
  process.kill(host.pid, 'SIGCONT')
  await openGateway()
  t.deepEqual(kept(), before)
  t.deepEqual(journalUnsettled(site), { payments: 0, owed: 0 })
  t.is((await client.card.verify({ currency, card: GOOD_CARD })).kind, 'approved')
})

test.serial('a merchant asks by the command line', async (t) => {
  const file = clientFile(site, gateway)
  const run = (what: string, ...words: string[]) =>
    runCli(['card', what, '--client', file, '--expiry', '3012', ...words])
  const verified = await run('verify', '--pan', pan, '--cvv2', '123', '--postcode', '10001')
  t.is(verified.code, 0, verified.err)
  t.regex(verified.out, /^approved$/m)
  t.regex(verified.out, /^ {2}checks +address postcode-only, cvv2 match$/m)
  const told = await run('balance', '--pan', '4000000000009995')
  t.is(told.code, 0, told.err)
  t.regex(told.out, /^ {4}type ledger, amount USD 10\.00\n {4}type available, amount USD 10\.00$/m)
  const asJson = await run('balance', '--pan', '4000000000009995', '--json')
  t.like(JSON.parse(asJson.out), { kind: 'approved' })
  t.is((await run('verify', '--pan', '4000000000000119')).code, 5)
  t.is((await run('verify', '--pan', '4000000000000341')).code, 4)
  t.is((await run('verify', '--pan', pan, '--currency', 'EUR')).code, 1)
  t.is((await run('verify')).code, 2)
  t.is((await run('balance', '--pan', pan, '--pin-key', 'SANDBOX')).code, 2)
})
