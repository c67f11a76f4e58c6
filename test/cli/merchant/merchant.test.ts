import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { runCli } from '../run-cli.ts'

/** A folder with a configuration and public keys, and no gateway. */
function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-merchant-'))
  const config = join(folder, 'sallyport.json')
  const host = { profile: 'meridian', connect: [{ port: 7000 }] }
  const acquirer = { institution: '12345', country: '840' }
  writeFileSync(config, JSON.stringify({ environment: 'sandbox', acquirer, host }))
  return { folder, config }
}

const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
const SHORT = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey

function keyFile(folder: string, key: typeof EC, format: 'pem' | 'jwk'): string {
  const file = join(folder, `key-${format}`)
  const text =
    format === 'pem'
      ? key.export({ format, type: 'spki' })
      : JSON.stringify(key.export({ format: 'jwk' }))
  writeFileSync(file, text)
  return file
}

const RECORD = {
  '--id': 'M-1',
  '--name': 'Corner Books',
  '--city': 'Boston',
  '--country': 'US',
  '--terminal': 'T0000001',
  '--category': '5942',
  '--currency': 'USD',
}

function add(config: string, change: Record<string, string>) {
  const words = Object.entries({ ...RECORD, ...change }).flat()
  return runCli(['merchant', 'add', '--config', config, '--json', ...words])
}

test('a merchant is added with a key in PEM or as a JWK, and listed', async (t) => {
  const { folder, config } = makeFolder()
  const pem = await add(config, { '--signing-key': keyFile(folder, EC, 'pem') })
  t.is(pem.code, 0, pem.err)
  const jwk = await add(config, { '--id': 'M-2', '--signing-key': keyFile(folder, RSA, 'jwk') })
  t.is(jwk.code, 0, jwk.err)
  t.not(JSON.parse(pem.out).kids[0], JSON.parse(jwk.out).kids[0])
  const list = await runCli(['merchant', 'list', '--config', config, '--json'])
  const listed = JSON.parse(list.out).map(({ id }: { id: string }) => id)
  t.deepEqual(listed.sort(), ['M-1', 'M-2'])
})

test('a record is changed by adding it again, and can be made inactive', async (t) => {
  const { folder, config } = makeFolder()
  const key = { '--signing-key': keyFile(folder, EC, 'pem') }
  await add(config, key)
  const words = Object.entries({ ...RECORD, ...key, '--city': 'Salem' }).flat()
  t.is((await runCli(['merchant', 'add', '--config', config, '--inactive', ...words])).code, 0)
  const { out } = await runCli(['merchant', 'list', '--config', config, '--json'])
  t.like(JSON.parse(out), [{ id: 'M-1', city: 'Salem', active: false }])
})

test('a record keeps its fee plan when it is added again, in the currencies of the plan', async (t) => {
  const { folder, config } = makeFolder()
  const key = { '--signing-key': keyFile(folder, EC, 'pem') }
  await add(config, key)
  const set = ['fees', 'plan', 'set', 'specs/fees/blended.json', '--merchant', 'M-1', '--by', 'Ada']
  t.is((await runCli([...set, '--config', config])).code, 0)
  t.is((await add(config, { ...key, '--city': 'Salem' })).code, 0)
  const { out } = await runCli(['merchant', 'list', '--config', config, '--json'])
  t.like(JSON.parse(out), [{ id: 'M-1', city: 'Salem', feePlan: { name: 'blended' } }])
  const other = await add(config, { ...key, '--currency': 'EUR' })
  t.is(other.code, 1)
  t.regex(other.err, /its fee plan has no terms for EUR/)
})

const REFUSED: readonly [string, Record<string, string>, RegExp][] = [
  ['an id with a space', { '--id': 'M 1' }, /--id/],
  ['a name that DE43 cannot hold', { '--name': 'x'.repeat(26) }, /--name/],
  ['a terminal of seven characters', { '--terminal': 'T000001' }, /--terminal/],
  ['a blank city', { '--city': ' ' }, /--city/],
  ['an id of dots', { '--id': '..' }, /--id/],
  ['a category of letters', { '--category': 'book' }, /--category/],
  ['a currency that ISO 4217 has not', { '--currency': 'ZZZ' }, /ZZZ/],
  ['no key at all', {}, /--signing-key/],
  ['answers to a key that is not given', { '--answers': 'registered-key' }, /--encryption-key/],
]

for (const [what, change, reason] of REFUSED) {
  test(`${what} is refused and leaves no trace`, async (t) => {
    const { folder, config } = makeFolder()
    const { code, err } = await add(config, change)
    t.is(code, 1)
    t.regex(err, reason)
    t.false(existsSync(join(folder, 'journal.db')))
  })
}

test('a short key, a private key and what is no key are refused by name', async (t) => {
  const { folder, config } = makeFolder()
  const short = await add(config, { '--signing-key': keyFile(folder, SHORT, 'pem') })
  t.regex(short.err, /1024 bits/)
  for (const text of ['{"kty":', 'nonsense']) {
    const file = join(folder, 'odd')
    writeFileSync(file, text)
    const odd = await add(config, { '--signing-key': file })
    t.is(odd.code, 1)
    t.regex(odd.err, /odd: it is not a public key/)
  }
})

test('one key cannot both sign and be encrypted to, nor serve two merchants', async (t) => {
  const { folder, config } = makeFolder()
  const file = keyFile(folder, RSA, 'pem')
  const both = await add(config, { '--signing-key': file, '--encryption-key': file })
  t.is(both.code, 1)
  t.regex(both.err, /one use/)
  t.is((await add(config, { '--signing-key': file })).code, 0)
  const second = await add(config, { '--id': 'M-2', '--signing-key': file })
  t.is(second.code, 1)
  t.regex(second.err, /registered to M-1/)
})
