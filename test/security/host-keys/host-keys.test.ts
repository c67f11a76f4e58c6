import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { inspect } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { createSystemRandom } from '#platform'
import { enterHostKey, KeyringError, openHostKeys, type WorkingKeyKind } from '#security'
import { createMac } from '../../../src/security/host-keys/mac.ts'
import { prepareWrapping } from '../../../src/security/master-key.ts'
import { opensslBlocks } from '../../oracles/openssl.ts'
import { temporaryFolder } from '../folder.ts'

const random = createSystemRandom()
const options = { environment: 'sandbox', random } as const
const KEY_ENCRYPTING = '0123456789ABCDEFFEDCBA9876543210'
const RETAIL: WorkingKeyKind = {
  method: { algorithm: 'iso9797-1-alg3', cipher: 'des', padding: 1 },
  ...{ keyBytes: 16, macBytes: 4, wrapping: 'tdes-ecb', checkBytes: 3 },
}

async function folderOf(t: ExecutionContext, wrapping = RETAIL.wrapping): Promise<string> {
  const folder = temporaryFolder(t)
  prepareWrapping(folder, options)
  const components = [KEY_ENCRYPTING]
  const given = { host: 'harbour', wrapping, components, replace: false, atMs: 0 }
  await enterHostKey(folder, options, given)
  return folder
}

const open = (folder: string, kind = RETAIL) =>
  openHostKeys(folder, { ...options, host: 'harbour', kind })

/** What the host would send for this key, made by openssl. */
function parcelOf(key: string): readonly [cryptogram: string, checkValue: string] {
  const outer = Buffer.from(KEY_ENCRYPTING, 'hex')
  const three = (bytes: Buffer) => Buffer.concat([bytes, bytes.subarray(0, 8)])
  const blocks = Buffer.from(key, 'hex')
  const hexOf = (bytes: Buffer) => bytes.toString('hex').toUpperCase()
  const cryptogram = opensslBlocks('des-ede3-ecb', { key: three(outer), blocks })
  const zeros = { key: three(blocks), blocks: Buffer.alloc(8) }
  return [hexOf(cryptogram), hexOf(opensslBlocks('des-ede3-ecb', zeros)).slice(0, 6)]
}

const KEY = '13345779 9BBCDFF1 0E329232 EA6D0D73'.replaceAll(' ', '')
const OTHER = 'FEDCBA98765432100123456789ABCDEF'

test('a key that came under the key-encrypting key makes and verifies the host’s MACs', async (t) => {
  const keys = open(await folderOf(t))
  const opened = keys.open(...parcelOf(KEY))
  if (opened.kind !== 'opened') return t.fail(opened.reason)
  const message = Buffer.from('0200')
  const whole = createMac(RETAIL.method, Buffer.from(KEY, 'hex'))(message)
  const mac = whole.toString('hex', 0, 4).toUpperCase()
  t.is(opened.key.mac(message), mac)
  t.true(opened.key.verifies(message, mac))
  t.is(opened.key.checkValue, parcelOf(KEY)[1])
})

test('no other MAC verifies: not a longer or shorter one, none at all, none of another message', async (t) => {
  const keys = open(await folderOf(t))
  const { key } = keys.create()
  const message = Buffer.from('0200')
  const mac = key.mac(message)
  t.true(key.verifies(message, mac))
  for (const other of ['', mac.slice(0, 6), `${mac}00`, mac.slice(2), 'XYZ', '0'.repeat(8)]) {
    t.false(key.verifies(message, other), other)
  }
  t.false(key.verifies(Buffer.from('0210'), mac))
  for (let bit = 0; bit < 32; bit += 1) {
    const changed = (Number.parseInt(mac, 16) ^ (1 << bit)) >>> 0
    t.false(key.verifies(message, changed.toString(16).padStart(8, '0')))
  }
})

test('a key of ours opens at the host to what we make MACs with', async (t) => {
  const keys = open(await folderOf(t))
  const { key, cryptogram, checkValue } = keys.create()
  const outer = Buffer.from(KEY_ENCRYPTING, 'hex')
  const secret = opensslBlocks('des-ede3-ecb', {
    key: Buffer.concat([outer, outer.subarray(0, 8)]),
    blocks: Buffer.from(cryptogram, 'hex'),
    decrypt: true,
  })
  t.deepEqual(parcelOf(secret.toString('hex')), [cryptogram, checkValue])
  const whole = createMac(RETAIL.method, secret)(Buffer.from('0800'))
  t.is(key.mac(Buffer.from('0800')), whole.toString('hex', 0, 4).toUpperCase())
  for (const byte of secret) t.is([...byte.toString(2)].filter((it) => it === '1').length % 2, 1)
})

test('what is no key, or not the key that the host meant, is not taken', async (t) => {
  const keys = open(await folderOf(t))
  const [cryptogram, checkValue] = parcelOf(KEY)
  const reasonOf = (...parcel: [string, string]) => {
    const opened = keys.open(...parcel)
    return opened.kind === 'unusable' ? opened.reason : 'none'
  }
  t.is(reasonOf('', ''), 'malformed')
  t.is(reasonOf(cryptogram.slice(0, 30), checkValue), 'malformed')
  t.is(reasonOf(cryptogram.slice(0, 16), checkValue), 'malformed')
  t.is(reasonOf(`${cryptogram}${cryptogram}`, checkValue), 'malformed')
  t.is(reasonOf(cryptogram, parcelOf(OTHER)[1]), 'check-value-wrong')
  t.is(reasonOf(cryptogram, ''), 'check-value-wrong')
  t.is(reasonOf(...parcelOf(KEY.slice(0, 16).repeat(2))), 'weak')
  t.is(reasonOf(cryptogram, checkValue), 'none')
})

test('a restart has the keys that were kept, with all that was said of them', async (t) => {
  const folder = await folderOf(t)
  const keys = open(folder)
  const [first, second] = [keys.create().key, keys.create().key]
  await keys.keep([
    { key: second, index: '02', sinceMs: 2_000 },
    { key: first, index: '01', sinceMs: 1_000, untilMs: 3_000 },
  ])
  const message = Buffer.from('0200')
  const again = open(folder).kept
  t.like(again[0], { index: '02', sinceMs: 2_000 })
  t.like(again[1], { index: '01', sinceMs: 1_000, untilMs: 3_000 })
  t.is(again[0]?.key.mac(message), second.mac(message))
  t.is(again[1]?.key.mac(message), first.mac(message))
  await open(folder).keep([])
  t.deepEqual(open(folder).kept, [])
})

test('a key that was live once does not come back; one that is live may be sent again', async (t) => {
  const folder = await folderOf(t)
  const keys = open(folder)
  const take = (key: string) => {
    const opened = open(folder).open(...parcelOf(key))
    return opened.kind === 'opened' ? 'opened' : opened.reason
  }
  const openedKey = keys.open(...parcelOf(KEY))
  if (openedKey.kind !== 'opened') return t.fail()
  await keys.keep([{ key: openedKey.key, sinceMs: 0 }])
  t.is(take(KEY), 'opened')
  await keys.keep([{ key: keys.create().key, sinceMs: 1 }])
  t.is(take(KEY), 'used-before')
  t.is(take(OTHER), 'opened')
})

test('writes that overlap end with the last, and each resolves when it is on disk', async (t) => {
  const folder = await folderOf(t)
  const keys = open(folder)
  const made = Array.from({ length: 8 }, () => keys.create().key)
  await Promise.all(made.map((key, at) => keys.keep([{ key, sinceMs: at }])))
  t.is(open(folder).kept[0]?.sinceMs, 7)
})

test('no key is in clear in the file, and none is printed', async (t) => {
  const folder = await folderOf(t)
  const keys = open(folder)
  const opened = keys.open(...parcelOf(KEY))
  if (opened.kind !== 'opened') return t.fail()
  await keys.keep([{ key: opened.key, sinceMs: 0 }])
  const file = `${folder}/working-keys.json`
  t.is(statSync(file).mode & 0o077, 0)
  const secret = Buffer.from(KEY, 'hex')
  const forms = [
    KEY,
    secret.toString('base64url'),
    secret.toString('base64'),
    secret.toString('latin1'),
  ]
  const shown = [readFileSync(file, 'latin1'), inspect(keys, { depth: 9 }), JSON.stringify(opened)]
  for (const text of shown) {
    for (const form of forms) t.false(text.toUpperCase().includes(form.toUpperCase()))
  }
})

test('another host’s keys stay when one host’s are written', async (t) => {
  const folder = await folderOf(t)
  const given = { host: 'pier', wrapping: RETAIL.wrapping, components: [OTHER] }
  await enterHostKey(folder, options, { ...given, replace: false, atMs: 0 })
  const pier = () => openHostKeys(folder, { ...options, host: 'pier', kind: RETAIL })
  const [mine, theirs] = [open(folder), pier()]
  await theirs.keep([{ key: theirs.create().key, sinceMs: 5 }])
  await open(folder).keep([{ key: mine.create().key, sinceMs: 6 }])
  t.is(pier().kept[0]?.sinceMs, 5)
})

test('without a key of the right cipher, or with spoilt files, nothing opens', async (t) => {
  const folder = await folderOf(t)
  const missing = { instanceOf: KeyringError, code: 'HOST_KEY_MISSING' }
  t.throws(() => openHostKeys(folder, { ...options, host: 'pier', kind: RETAIL }), missing)
  const aes = { algorithm: 'cmac', cipher: 'aes' } as const
  t.throws(() => open(folder, { ...RETAIL, method: aes, wrapping: 'aes-wrap' }), missing)
  const keys = open(folder)
  await keys.keep([{ key: keys.create().key, sinceMs: 0 }])
  const file = `${folder}/working-keys.json`
  const text = readFileSync(file, 'utf8')
  for (const spoilt of [text.slice(0, 40), text.replace('"format": 1', '"format": 2'), '[]']) {
    writeFileSync(file, spoilt)
    t.throws(() => open(folder), { instanceOf: KeyringError, code: 'KEYRING_MALFORMED' })
  }
  const wrapped = JSON.parse(text).hosts.harbour.live[0].wrapped
  writeFileSync(file, text.replace(wrapped, `${wrapped.slice(0, -4)}AAAA`))
  t.throws(() => open(folder), { instanceOf: KeyringError, code: 'MASTER_KEY_WRONG' })
})

test('keys of AES travel wrapped, and their MACs are CMACs', async (t) => {
  const folder = await folderOf(t, 'aes-wrap')
  const kind: WorkingKeyKind = {
    method: { algorithm: 'cmac', cipher: 'aes' },
    ...{ keyBytes: 32, macBytes: 8, wrapping: 'aes-wrap', checkBytes: 5 },
  }
  const keys = open(folder, kind)
  const { key, cryptogram, checkValue } = keys.create()
  t.is(cryptogram.length, 2 * (32 + 8))
  t.is(checkValue.length, 10)
  const opened = keys.open(cryptogram, checkValue)
  if (opened.kind !== 'opened') return t.fail(opened.reason)
  t.is(opened.key.mac(Buffer.from('x')), key.mac(Buffer.from('x')))
  await keys.keep([{ key, sinceMs: 0 }])
  // The host makes its MACs in another way now: what was kept is none of its keys.
  const shorter = { ...kind, keyBytes: 16 }
  t.deepEqual(open(folder, shorter).kept, [])
})
