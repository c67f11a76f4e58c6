import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openSample } from '../../store/sample.ts'
import { makeStore, tamper } from '../../store/upkeep/tampering.ts'
import { folder } from '../made-folder.ts'
import { runCli } from '../run-cli.ts'

/** A folder with a configuration and a journal of two approved payments. */
function madeFolder(t: Parameters<typeof folder>[0]) {
  const home = folder(t)
  const journal = join(home, 'journal.db')
  makeStore(journal, 2)
  const config = join(home, 'sallyport.json')
  const host = { profile: 'meridian', connect: [{ port: 7000 }] }
  const acquirer = { institution: '12345', country: '840' }
  writeFileSync(config, JSON.stringify({ environment: 'sandbox', acquirer, host }))
  const run = (...words: string[]) => runCli(['store', ...words, '--config', config])
  return { home, journal, run }
}

test('a sound journal is told in a few lines, with exit code 0', async (t) => {
  const { run } = madeFolder(t)
  const { code, out } = await run('verify')
  t.is(code, 0)
  const [counts, chain, ledger, end] = out.split('\n')
  t.is(counts, '2 payments, 4 events, chained from 1')
  t.regex(chain ?? '', /^chain of main ends with event 4, [0-9a-f]{64}$/)
  t.is(ledger, '2 postings, no day closed')
  t.is(end, 'sound')
  const { sound, heads } = JSON.parse((await run('verify', '--json')).out)
  t.true(sound)
  t.is((await run('verify', '--head', String(heads[0].hash).toUpperCase())).code, 0)
})

test('a journal with faults is told with their places, with exit code 1', async (t) => {
  const { journal, run } = madeFolder(t)
  tamper(journal, 'UPDATE payments SET amount_minor = 1')
  const { code, out } = await run('verify')
  t.is(code, 1)
  t.regex(out, /^event 1: wrote another payment than the one that is there \(content\)$/m)
  t.regex(out, /^faults: 2$/m)
  t.like(JSON.parse((await run('verify', '--json')).out), { sound: false, faultCount: 2 })
})

test('of more than a hundred faults it is told how many are not', async (t) => {
  const { journal, run } = madeFolder(t)
  makeStore(`${journal}-long`, 150)
  writeFileSync(journal, readFileSync(`${journal}-long`))
  tamper(journal, 'UPDATE payments SET amount_minor = 1')
  const { out } = await run('verify')
  t.regex(out, /^and 50 more\nfaults: 150$/m)
})

test('a hash that is not in the chain is a fault, and one that is no hash is wrong use', async (t) => {
  const { run } = madeFolder(t)
  const missing = await run('verify', '--head', 'a'.repeat(64))
  t.is(missing.code, 1)
  t.regex(missing.out, /no event has the hash a{64} \(head\)/)
  t.is((await run('verify', '--head', 'abc')).code, 2)
})

test('a journal that was marked as damaged and is sound loses its mark', async (t) => {
  const { journal, run } = madeFolder(t)
  writeFileSync(`${journal}-damaged`, 'noise was found\n')
  await t.throwsAsync(openSample(t, { file: journal }), { message: 'noise was found' })
  const { code, err } = await run('verify')
  t.is(code, 0)
  t.regex(err, /it was marked as damaged, and no longer is/)
  await t.notThrowsAsync(openSample(t, { file: journal }))
})

test('a journal that is not there is no journal', async (t) => {
  const { home } = madeFolder(t)
  const config = join(home, 'sallyport.json')
  const environment = { SALLYPORT_STORE_FILE: join(home, 'none.db') }
  const { code, err } = await runCli(['store', 'verify', '--config', config], { environment })
  t.is(code, 3)
  t.regex(err, /there is no store file/)
})

test('a backup is made once, restored where that is said, and tells what to know', async (t) => {
  const { home, run } = madeFolder(t)
  const backup = join(home, 'backup.db')
  const made = await run('backup', backup)
  t.is(made.code, 0, made.err)
  t.regex(made.out, /^2 payments, 4 events.*\nsound\n$/s)
  t.regex(made.err, /the keys are not in it/)
  const again = await run('backup', backup)
  t.is(again.code, 1)
  t.regex(again.err, /there is such a file already/)

  const kept = await run('restore', backup)
  t.is(kept.code, 1)
  t.regex(kept.err, /--replace was not said/)
  const restored = await run('restore', backup, '--replace')
  t.is(restored.code, 0, restored.err)
  t.regex(restored.err, /journal\.db-replaced-\d+/)
  t.regex(restored.err, /0 payments after the backup's moment are not known here/)
  t.regex(restored.err, /start 120 s after the last gateway has ended/)
  t.regex((await run('verify')).out, /^restored at \S+, after event 4$/m)
})

test('a journal with faults makes no backup, and a backup with faults no journal', async (t) => {
  const { home, journal, run } = madeFolder(t)
  const backup = join(home, 'backup.db')
  t.is((await run('backup', backup, '--json')).code, 0)
  tamper(backup, 'UPDATE payments SET amount_minor = 1')
  tamper(journal, 'UPDATE payments SET amount_minor = 1')
  const made = await run('backup', join(home, 'other.db'))
  t.is(made.code, 1)
  t.regex(made.err, /no backup was made: the journal has faults/)
  const restored = await run('restore', backup, '--replace', '--json')
  t.is(restored.code, 1)
  t.like(JSON.parse(restored.out), { kind: 'unsound' })
  t.regex(restored.err, /nothing was changed: the backup has faults/)
})
