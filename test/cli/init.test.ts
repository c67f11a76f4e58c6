import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folder } from './made-folder.ts'
import { runCli } from './run-cli.ts'

const REFUSED: readonly [readonly string[], RegExp][] = [
  [['--country', 'USA'], /^--country: must match/],
  [['--institution', '123456789012'], /^--institution: must match/],
  [['--environment', 'production', '--emulated'], /^--emulated: production refuses/],
  [['--name', 'a b'], /^--name a b: is no host name/],
]

for (const [words, reason] of REFUSED) {
  test(`init refuses ${words.join(' ')} before anything is made`, async (t) => {
    const made = join(folder(t), 'data')
    const { code, err } = await runCli(['init', '--folder', made, '--rsa-bits', '2048', ...words])
    t.is(code, 2)
    t.regex(err, reason)
    t.false(existsSync(made))
  })
}

test('init tells of a host that is not known', async (t) => {
  const { code, err } = await runCli(['init', '--folder', folder(t), '--host', 'fjord'])
  t.is(code, 3)
  t.regex(err, /^no host is called fjord/)
})

test('a sandbox knows the key that its emulated host sends its keys under', async (t) => {
  const made = join(folder(t), 'data')
  const words = ['init', '--rsa-bits', '2048', '--host', 'kestrel', '--folder', made]
  t.is((await runCli(words)).code, 0)
  const listed = await runCli(['host-key', 'list', '--config', join(made, 'sallyport.json')])
  t.regex(listed.out, /^kestrel {2}tdes {2}check value [0-9A-F]{6} {2}entered 20/)
})

test('of a real host with MACs what is next begins with its key', async (t) => {
  const made = join(folder(t), 'data')
  const words = ['init', '--rsa-bits', '2048', '--host', 'kestrel', '--folder', made]
  const { out } = await runCli([...words, '--connect', '10.1.2.3:7000'])
  t.regex(out, /sallyport host-key add --config /)
  const listed = await runCli(['host-key', 'list', '--config', join(made, 'sallyport.json')])
  t.is(listed.out, 'No host has a key-encrypting key here.\n')
})

test('what is next begins with the emulator where the host is emulated', async (t) => {
  const made = join(folder(t), 'data')
  const words = ['init', '--rsa-bits', '2048', '--host', 'pampas', '--folder']
  const { code, out } = await runCli([...words, made])
  t.is(code, 0)
  t.regex(out, /sallyport emulate host --profile pampas \\\n +--listen 127\.0\.0\.1:7583 --book /)
  const real = [...words, join(folder(t), 'data'), '--connect', '10.1.2.3:7000']
  t.false((await runCli(real)).out.includes('emulate'))
})
