import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import { openStore } from '#store'
import { intent } from '../store/sample.ts'
import { runCli } from './run-cli.ts'

/** A folder with a journal in which the host has refused the reversals of two payments. */
async function makeFolder(t: ExecutionContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-work-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'journal.db')
  const store = await openStore(file, { clock: createSystemClock(), onFault() {} })
  for (const index of [1, 2]) {
    await store.begin(intent(index))
    await store.conclude('acme-books', `order-${index}`, {
      ...{ state: 'unknown', reason: 'host-silent', decidedAtMs: 1_795_000_015_000 },
    })
    await store.numberOwed(index, { stan: 70 + index, askedAtMs: 1_795_000_016_000 })
    const atMs = 1_795_000_017_000
    await store.endAttempt(index, { kind: 'refused', responseCode: '12', atMs })
  }
  await store.close()
  const config = join(folder, 'sallyport.json')
  const host = { profile: 'meridian', connect: [{ port: 7000 }] }
  const acquirer = { institution: '12345', country: '840' }
  writeFileSync(config, JSON.stringify({ environment: 'sandbox', acquirer, host }))
  return config
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
    /^reversalStan +71$/m,
    /^lastResponseCode +12$/m,
    /^owedAt +2026-/m,
  ]) {
    t.regex(shown.out, fact)
  }
  const facts = JSON.parse((await work(config, 'show', '2', '--json')).out)
  t.like(facts, { item: 2, payment: 'order-2', lastResponseCode: '12' })
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
