import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { openStore, type Store } from '#store'
import { approved, intent, usd } from '../store/sample.ts'
import { runCli } from './run-cli.ts'

/** A folder with a journal that `fill` has written. @returns its configuration's file */
async function makeFolder(
  t: ExecutionContext,
  fill: (store: Store) => Promise<void> = refuseReversals,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-work-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'journal.db')
  const store = await openStore(file, { clock: createSystemClock(), onFault() {} })
  await fill(store)
  await store.close()
  const config = join(folder, 'sallyport.json')
  const host = { profile: 'meridian', connect: [{ port: 7000 }] }
  const acquirer = { institution: '12345', country: '840' }
  writeFileSync(config, JSON.stringify({ environment: 'sandbox', acquirer, host }))
  return config
}

/** The host has refused the reversals of two payments. */
async function refuseReversals(store: Store): Promise<void> {
  for (const index of [1, 2]) {
    await store.begin(intent(index))
    await store.conclude('acme-books', `order-${index}`, {
      ...{ state: 'unknown', reason: 'host-silent', decidedAtMs: 1_795_000_015_000 },
    })
    await refuse(store, index)
  }
}

/** The host has refused the capture of a part of an authorization. */
async function refuseCapture(store: Store): Promise<void> {
  await store.begin(intent(1, { operation: 'payment.authorize' }))
  await store.conclude('acme-books', 'order-1', approved)
  const amount = { minor: 1000n, currency: usd() }
  const when = { businessDate: '2026-11-24', atMs: 1_795_000_015_000 }
  await store.capture({ merchant: 'acme-books', id: 'order-1', amount, ...when })
  await refuse(store, 1)
}

async function refuse(store: Store, seq: number): Promise<void> {
  await store.numberOwed(seq, { stan: 70 + seq, askedAtMs: 1_795_000_016_000 })
  const atMs = 1_795_000_017_000
  await store.endAttempt(seq, { kind: 'refused', responseCode: '12', atMs })
}

const work = (config: string, ...words: string[]) => runCli(['work', ...words, '--config', config])

test('what is open is listed, the oldest first, and an item shows all that decides', async (t) => {
  const config = await makeFolder(t)
  const listed = await work(config, 'list')
  t.is(listed.code, 0, listed.err)
  const lines = listed.out.trim().split('\n')
  t.is(lines.length, 2)
  t.regex(lines[0] ?? '', /^1\treversal-refused\tacme-books\torder-1\tUSD 12\.50\t/)
  const shown = await work(config, 'show', '1')
  for (const fact of [
    /^payment +order-1$/m,
    /^state +unknown$/m,
    /^card +453912\*{6}1234$/m,
    /^rrn +632623000001$/m,
    /^cause +host-silent$/m,
    /^attempts +1$/m,
    /^owedStan +71$/m,
    /^lastResponseCode +12$/m,
    /^owedAt +2026-/m,
  ]) {
    t.regex(shown.out, fact)
  }
  const facts = JSON.parse((await work(config, 'show', '2', '--json')).out)
  t.like(facts, { item: 2, payment: 'order-2', lastResponseCode: '12' })
})

test('a capture that was refused is listed with what was to be taken', async (t) => {
  const config = await makeFolder(t, refuseCapture)
  const { out } = await work(config, 'list')
  t.regex(out, /^1\tadvice-refused\tacme-books\torder-1\tUSD 10\.00\t/)
  const shown = await work(config, 'show', '1')
  t.regex(shown.out, /^amount +USD 12\.50$/m)
  t.regex(shown.out, /^captured +USD 10\.00$/m)
  t.regex(shown.out, /^state +capturing$/m)
  t.is((await work(config, 'close', '1', '--by', 'J. Doe')).code, 0)
  t.is((await work(config, 'list')).code, 1)
})

test('an operator’s answers close an item, and a second answer is told that there is none', async (t) => {
  const config = await makeFolder(t)
  t.is((await work(config, 'retry', '1', '--by', 'J. Doe')).code, 0)
  t.is((await work(config, 'close', '2', '--by', 'J. Doe')).code, 0)
  for (const verb of ['retry', 'close']) {
    const again = await work(config, verb, '1', '--by', 'J. Doe')
    t.is(again.code, 1)
    t.regex(again.err, /no such open work item/)
  }
  const listed = await work(config, 'list')
  t.is(listed.code, 1)
  t.regex(listed.err, /nothing needs an operator/)
})

test('who decides must be said', async (t) => {
  const config = await makeFolder(t)
  t.is((await work(config, 'retry', '1')).code, 2)
  t.is((await work(config, 'show', 'x')).code, 1)
})
