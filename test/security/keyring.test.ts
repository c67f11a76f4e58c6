import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { calculateJwkThumbprint, importJWK, importPKCS8 } from 'jose'
import { Pan } from '#domain'
import { createSystemRandom } from '#platform'
import { createKeyring, type Environment, type KeyringErrorCode, openKeyring } from '#security'
import { temporaryFolder } from './folder.ts'

const random = createSystemRandom()
const sandbox = { environment: 'sandbox' as const, random }

/** One ring for all tests that only read it or spoil a copy of it: RSA keys take their time. */
async function ringIn(t: ExecutionContext, environment: Environment = 'sandbox'): Promise<string> {
  const folder = temporaryFolder(t)
  await createKeyring(folder, { random, environment, rsaBits: 2048 })
  return folder
}

test('a ring that was made opens, again and again, to the same keys', async (t) => {
  const folder = await ringIn(t)
  const [first, second] = [await openKeyring(folder, sandbox), await openKeyring(folder, sandbox)]
  t.deepEqual(first.publicKeys, second.publicKeys)
  const sealed = first.vault.sealImage(Buffer.from('image'), 'payment 1')
  t.is(second.vault.openImage(sealed, 'payment 1').toString(), 'image')
  const pan = Pan.parse('4539578763621486')
  t.truthy(pan)
  if (pan) t.deepEqual(first.vault.panHash(pan), second.vault.panHash(pan))
  t.deepEqual(first.vault.fingerprint('content'), second.vault.fingerprint('content'))
})

test('another JOSE library reads the keys of both kinds and their thumbprints', async (t) => {
  const { publicKeys, envelopeKeys } = await openKeyring(await ringIn(t), sandbox)
  t.deepEqual(
    publicKeys.keys.map((it) => [it.kty, it.use, it.alg]),
    [
      ['RSA', 'enc', 'RSA-OAEP-256'],
      ['EC', 'sig', 'ES256'],
    ],
  )
  for (const jwk of publicKeys.keys) {
    const { kid = '', alg = '' } = jwk
    t.is(await calculateJwkThumbprint(jwk), kid)
    await importJWK(jwk)
    const own = envelopeKeys.find((it) => it.kid === kid)
    await importPKCS8(own?.privateKeyPem.reveal() ?? '', alg)
  }
})

test('no key lies in clear in the folder, and only the owner may read it', async (t) => {
  const folder = await ringIn(t)
  const { envelopeKeys } = await openKeyring(folder, sandbox)
  t.is(statSync(folder).mode & 0o777, 0o700)
  t.deepEqual(readdirSync(folder).sort(), ['keyring.json', 'master.key'])
  for (const name of readdirSync(folder)) {
    t.is(statSync(`${folder}/${name}`).mode & 0o777, 0o600)
    const content = readFileSync(`${folder}/${name}`, 'latin1')
    t.false(content.includes('PRIVATE KEY'))
    for (const { privateKeyPem } of envelopeKeys) {
      const line = privateKeyPem.reveal().split('\n')[1] ?? ''
      t.true(line.length === 64 && !content.includes(line.slice(0, 20)))
    }
  }
})

test('a private key does not print', async (t) => {
  const { envelopeKeys } = await openKeyring(await ringIn(t), sandbox)
  t.false(JSON.stringify(envelopeKeys).includes('PRIVATE'))
})

const spoilings: Readonly<Record<string, readonly [KeyringErrorCode, (folder: string) => void]>> = {
  'another master key': [
    'MASTER_KEY_WRONG',
    (folder) => writeFileSync(`${folder}/master.key`, randomBytes(32)),
  ],
  'no master key': ['MASTER_KEY_MISSING', (folder) => rmSync(`${folder}/master.key`)],
  'a master key of 31 bytes': [
    'MASTER_KEY_MALFORMED',
    (folder) => writeFileSync(`${folder}/master.key`, randomBytes(31)),
  ],
  'no ring': ['KEYRING_MISSING', (folder) => rmSync(`${folder}/keyring.json`)],
  'a ring cut off': ['KEYRING_MALFORMED', (folder) => edit(folder, (text) => text.slice(0, 200))],
  'a ring of another format': [
    'KEYRING_MALFORMED',
    (folder) => edit(folder, (text) => text.replace('"format": 1', '"format": 2')),
  ],
  'a ring without a PAN hash key': [
    'KEYRING_MALFORMED',
    (folder) => edit(folder, (text) => text.replace('"pan-hash"', '"fingerprint"')),
  ],
  'a sandbox ring called production': [
    'MASTER_KEY_WRONG',
    (folder) => edit(folder, (text) => text.replace('"sandbox"', '"production"')),
  ],
  'two purposes exchanged': [
    'MASTER_KEY_WRONG',
    (folder) =>
      edit(folder, (text) =>
        text
          .replace('"pan-hash"', '"x"')
          .replace('"fingerprint"', '"pan-hash"')
          .replace('"x"', '"fingerprint"'),
      ),
  ],
  'a ring that the group may read': [
    'KEY_FILE_EXPOSED',
    (folder) => chmodSync(`${folder}/keyring.json`, 0o640),
  ],
  'a master key that others may read': [
    'KEY_FILE_EXPOSED',
    (folder) => chmodSync(`${folder}/master.key`, 0o604),
  ],
}
for (const [what, [code, spoil]] of Object.entries(spoilings)) {
  test(`${what} is refused`, async (t) => {
    const folder = await sharedCopy(t)
    spoil(folder)
    await t.throwsAsync(openKeyring(folder, sandbox), { code })
  })
}

let shared: Promise<string> | undefined
test.after.always(async () => {
  if (shared) rmSync(await shared, { recursive: true, force: true })
})

async function sharedCopy(t: ExecutionContext): Promise<string> {
  shared ??= makeShared()
  const folder = temporaryFolder(t)
  cpSync(await shared, folder, { recursive: true })
  await openKeyring(folder, sandbox)
  return folder
}

async function makeShared(): Promise<string> {
  const folder = `${process.env.TMPDIR ?? '/tmp'}/sallyport-ring-${process.pid}`
  await createKeyring(folder, { random, environment: 'sandbox', rsaBits: 2048 })
  return folder
}

function edit(folder: string, change: (text: string) => string): void {
  const file = `${folder}/keyring.json`
  const text = readFileSync(file, 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error('the edit must change something')
  writeFileSync(file, changed)
}

test('production refuses a sandbox ring and opens its own', async (t) => {
  const production = { environment: 'production' as const, random }
  await t.throwsAsync(openKeyring(await sharedCopy(t), production), { code: 'TEST_KEYS_REFUSED' })
  t.is((await openKeyring(await ringIn(t, 'production'), production)).publicKeys.keys.length, 2)
})

test('a ring is never overwritten', async (t) => {
  const folder = await sharedCopy(t)
  const before = readFileSync(`${folder}/keyring.json`)
  await t.throwsAsync(createKeyring(folder, { ...sandbox, rsaBits: 2048 }), {
    code: 'KEYRING_EXISTS',
  })
  t.deepEqual(readFileSync(`${folder}/keyring.json`), before)
})

test('a master key brought along is used, from wherever it is', async (t) => {
  const [folder, elsewhere] = [temporaryFolder(t), temporaryFolder(t)]
  const masterKeyFile = `${elsewhere}/brought.key`
  writeFileSync(masterKeyFile, randomBytes(32), { mode: 0o600 })
  await createKeyring(folder, { ...sandbox, masterKeyFile, rsaBits: 2048 })
  t.deepEqual(readdirSync(folder), ['keyring.json'])
  t.is((await openKeyring(folder, { ...sandbox, masterKeyFile })).envelopeKeys.length, 2)
})
