import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import { type EnteredPinKey, KeyringError, keepPinKey, readPinKeys } from '#security'
import { temporaryFolder } from '../folder.ts'

const KEY: EnteredPinKey = {
  purpose: 'terminal-pin',
  owner: 'M-1001 TPK-1',
  cipher: 'aes',
  checkValue: '08793E25AB',
  enteredAtMs: 1_000,
  wrapped: 'wrapped',
}
const SANDBOX = { environment: 'sandbox' } as const

test('a folder has no keys before one is entered, and then has them as they were', async (t) => {
  const folder = temporaryFolder(t)
  t.deepEqual(readPinKeys(folder, SANDBOX), [])
  const host: EnteredPinKey = { ...KEY, purpose: 'host-pin', owner: 'meridian', cipher: 'tdes' }
  for (const key of [KEY, host]) {
    t.is(await keepPinKey(folder, key, { ...SANDBOX, replace: false }), 'kept')
  }
  t.deepEqual(readPinKeys(folder, SANDBOX), [KEY, host])
})

test('the same name for another purpose is another key', async (t) => {
  const folder = temporaryFolder(t)
  for (const purpose of ['terminal-pin', 'host-pin', 'protection'] as const) {
    t.is(await keepPinKey(folder, { ...KEY, purpose }, { ...SANDBOX, replace: false }), 'kept')
  }
  t.is(await keepPinKey(folder, KEY, { ...SANDBOX, replace: false }), 'taken')
})

test('a folder has room for 16,384 keys and for no more', async (t) => {
  const folder = temporaryFolder(t)
  const keys = Array.from({ length: 16_383 }, (_, at) => ({ ...KEY, owner: `M-${at} TPK-1` }))
  const text = JSON.stringify({ format: 1, ...SANDBOX, keys })
  writeFileSync(`${folder}/pin-keys.json`, text, { mode: 0o600 })
  const kept = (owner: string) =>
    keepPinKey(folder, { ...KEY, owner }, { ...SANDBOX, replace: true })
  t.is(await kept('M-16383 TPK-1'), 'kept')
  t.is(await kept('M-16384 TPK-1'), 'full')
  t.is(await kept('M-7 TPK-1'), 'kept')
})

test('a file that was cut off, edited, exposed or made for another environment is refused', async (t) => {
  const folder = temporaryFolder(t)
  await keepPinKey(folder, KEY, { ...SANDBOX, replace: false })
  const file = `${folder}/pin-keys.json`
  const whole = readFileSync(file, 'utf8')
  const malformed = { instanceOf: KeyringError, code: 'KEYRING_MALFORMED' }
  const spoilt = [
    whole.slice(0, -10),
    whole.replace('terminal-pin', 'anything'),
    whole.replace('"aes"', '"des"'),
    whole.replace('1000', '"1000"'),
    whole.replace('"format": 1', '"format": 2'),
    '{"format":1,"environment":"sandbox","keys":{}}',
  ]
  for (const text of spoilt) {
    writeFileSync(file, text)
    t.throws(() => readPinKeys(folder, SANDBOX), malformed)
  }
  writeFileSync(file, whole)
  const refused = { instanceOf: KeyringError, code: 'TEST_KEYS_REFUSED' }
  t.throws(() => readPinKeys(folder, { environment: 'production' }), refused)
  chmodSync(file, 0o644)
  t.throws(() => readPinKeys(folder, SANDBOX), { code: 'KEY_FILE_EXPOSED' })
})
