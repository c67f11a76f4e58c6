import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Pan } from '#domain'
import { createSystemClock, createSystemRandom } from '#platform'
import { createKeyring, openKeyring } from '#security'
import { openStore } from '#store'
import { intent } from '../store/sample.ts'
import { runCli } from './run-cli.ts'

const CARD = '4539578763621486'
const OTHER = '5555555555554444'

/** A folder with keys and a journal of three payments, two of them with CARD. */
async function makeFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-payments-'))
  const options = { random: createSystemRandom(), environment: 'sandbox' } as const
  await createKeyring(join(folder, 'keys'), { ...options, rsaBits: 2048 })
  const { vault } = await openKeyring(join(folder, 'keys'), options)
  const store = await openStore(join(folder, 'journal.db'), {
    clock: createSystemClock(),
    onFault() {},
  })
  for (const [index, digits] of [CARD, OTHER, CARD].entries()) {
    const pan = Pan.parse(digits)
    if (!pan) throw new Error('the fixture is not a card number')
    const panHash = vault.panHash(pan)
    await store.begin({ ...intent(index), panHash, panMasked: pan.masked })
  }
  await store.close()
  const config = join(folder, 'sallyport.json')
  const host = { profile: 'meridian', connect: [{ port: 7000 }] }
  const acquirer = { institution: '12345', country: '840' }
  writeFileSync(config, JSON.stringify({ environment: 'sandbox', acquirer, host }))
  return config
}

test('the payments of a card are found by its keyed hash, newest first', async (t) => {
  const config = await makeFolder()
  const words = ['payments', '--config', config, '--json']
  const found = await runCli(words, { input: `${CARD}\n` })
  t.is(found.code, 0, found.err)
  const ids = found.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).id)
  t.deepEqual(ids, [intent(2).id, intent(0).id])
  t.false(found.out.includes(CARD))

  const one = await runCli([...words, '--limit', '1'], { input: CARD })
  t.is(one.out.trim().split('\n').length, 1)
  const table = await runCli(['payments', '--config', config], { input: OTHER })
  t.regex(table.out, /begun\tUSD .*\t555555\*{6}4444/)
  const none = await runCli(words, { input: '4111111111111111' })
  t.deepEqual([none.code, none.out], [1, ''])
})

test('what is no card number is refused without being repeated', async (t) => {
  const { code, out, err } = await runCli(['payments'], { input: '4539578763621487' })
  t.is(code, 2)
  t.false(`${out}${err}`.includes('4539578763621487'))
})
