import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { createSystemRandom } from '#platform'
import { sealKeyBlock } from '../../src/security/hsm/key-block.ts'
import { folder } from './made-folder.ts'
import { type CliRun, runCli } from './run-cli.ts'

const FIRST = '0123456789ABCDEFFEDCBA98765432100F1E2D3C4B5A69788796A5B4C3D2E1F0'
const SECOND = '1111111111111111222222222222222F3333333333333333444444444444444F'
/** The two, exclusive-or. */
const PROTECTION_KEY = Buffer.from(
  Buffer.from(FIRST, 'hex').map((byte, at) => byte ^ (Buffer.from(SECOND, 'hex')[at] ?? 0)),
)
const KEY = Buffer.from('C1D0F8FB4958670DBA40AB1F3752EF0D', 'hex')
const ACCEPTED = { by: 'A. Bode, security officer', on: '2026-11-22' }

interface Sandbox {
  readonly keys: string
  pinKey(words: readonly string[], input?: string): Promise<CliRun>
  file(name: string, content: string): string
}

async function made(t: ExecutionContext, hsm: object | undefined, environment = 'sandbox') {
  const at = join(folder(t), 'data')
  const { code, err } = await runCli([
    ...['init', '--folder', at, '--rsa-bits', '2048', '--host', 'meridian'],
    ...['--connect', '10.1.2.3:7000', '--environment', environment],
  ])
  if (code !== 0) throw new Error(err)
  const file = join(at, 'sallyport.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), hsm }))
  const sandbox: Sandbox = {
    keys: join(at, 'keys'),
    pinKey: ([word = '', ...words], input = '') =>
      runCli(['pin-key', word, '--config', file, ...words], { input }),
    file(name, content) {
      writeFileSync(join(at, name), content, { mode: 0o600 })
      return join(at, name)
    },
  }
  return sandbox
}

function blockOf(usage = 'P0'): string {
  const header = { version: 'D', usage, algorithm: 'A', mode: 'N', keyVersion: '00' } as const
  const rest = { exportability: 'N', optional: [] } as const
  const sealed = { key: KEY, protectionKey: PROTECTION_KEY }
  return sealKeyBlock({ ...header, ...rest }, sealed, createSystemRandom())
}

async function withProtection(t: ExecutionContext) {
  const sandbox = await made(t, { kind: 'software' })
  const { code, err } = await sandbox.pinKey(['protect', 'acme'], `${FIRST}\n${SECOND}`)
  t.is(code, 0, err)
  return sandbox
}

test('a protection key comes from custodians, and a PIN key in a block under it', async (t) => {
  const { pinKey, file, keys } = await made(t, { kind: 'software' })
  const files = [file('first', FIRST), file('second', SECOND)]
  const entered = await pinKey(['protect', 'acme', '--component', ...files])
  t.is(entered.code, 0, entered.err)
  t.regex(entered.out, /^Component 1: check value [0-9A-F]{10}\nComponent 2: check value/)
  const imported = await pinKey(['import', '--host', '--under', 'acme'], `${blockOf()}\n`)
  t.is(imported.code, 0, imported.err)
  t.regex(imported.out, /^PIN key of meridian: aes, check value [0-9A-F]{10}\n$/)
  const listed = await pinKey(['list'])
  t.regex(listed.out, /^protection {2}acme {2}aes {2}check value .*\nhost-pin {2}meridian {2}aes/)

  const kept = readdirSync(keys).map((name) => readFileSync(join(keys, name), 'latin1'))
  for (const text of [entered.out, imported.out, imported.err, listed.out, ...kept]) {
    for (const secret of [FIRST, SECOND, KEY.toString('hex').toUpperCase()]) {
      t.false(text.toUpperCase().includes(secret.slice(0, 16)))
    }
  }
})

test('a terminal’s key is of all terminals of a merchant, or of one of them', async (t) => {
  const { pinKey } = await withProtection(t)
  const words = ['import', '--under', 'acme', '--merchant', 'M-1001', '--key', 'TPK-1']
  t.is((await pinKey([...words, '--json'], blockOf())).code, 0)
  t.is((await pinKey([...words, '--terminal', 'T0000001'], blockOf())).code, 0)
  const again = await pinKey(words, blockOf())
  t.is(again.code, 1)
  t.regex(again.err, /^M-1001 TPK-1: there is such a key already/)
  t.is((await pinKey([...words, '--replace'], blockOf())).code, 0)
  const keys = JSON.parse((await pinKey(['list', '--json'])).out)
  const owners = keys.map(({ owner }: { owner: string }) => owner)
  t.deepEqual(owners, ['acme', 'M-1001 TPK-1 T0000001', 'M-1001 TPK-1'])
  t.is((await pinKey(['remove', ...words.slice(3)])).code, 0)
  t.is((await pinKey(['remove', ...words.slice(3)])).code, 1)
  t.is(JSON.parse((await pinKey(['list', '--json'])).out).length, 2)
})

test('a base key that terminals derive from is another key of the same name', async (t) => {
  const { pinKey } = await withProtection(t)
  const owner = ['--merchant', 'M-1001', '--key', 'TPK-1']
  const words = ['import', '--under', 'acme', ...owner]
  t.is((await pinKey(words, blockOf())).code, 0)
  t.regex((await pinKey([...words, '--base'], blockOf())).err, /^usage-wrong/)
  t.is((await pinKey([...words, '--base'], blockOf('B0'))).code, 0)
  t.regex((await pinKey(['list'])).out, /terminal-pin {2}M-1001 TPK-1.*\nterminal-base {2}M-1001/)
  t.is((await pinKey(['remove', ...owner, '--base'])).code, 0)
  t.notRegex((await pinKey(['list'])).out, /terminal-base/)
})

test('a key that is made for terminals leaves in a block, which imports', async (t) => {
  const { pinKey } = await withProtection(t)
  const owner = ['--merchant', 'M-1001', '--key', 'TPK-2']
  const created = await pinKey(['create', '--under', 'acme', ...owner])
  t.is(created.code, 0, created.err)
  t.regex(created.out, /^D0144P0AE00N0000[0-9A-F]{128}\n$/)
  const [, checkValue = ''] = /check value ([0-9A-F]{10})/.exec(created.err) ?? []
  const words = ['import', '--host', '--under', 'acme', '--expect', checkValue]
  t.is((await pinKey(words, created.out)).code, 0)
})

const REFUSED: readonly [
  what: string,
  words: readonly string[],
  input: string,
  code: number,
  told: RegExp,
][] = [
  ['no block', ['import', '--host', '--under', 'acme'], '', 1, /^malformed: this is no key block/],
  [
    'a block for MACs',
    ['import', '--host', '--under', 'acme'],
    blockOf('M3'),
    1,
    /^usage-wrong: its key is not for PIN encryption/,
  ],
  [
    'another check value',
    ['import', '--host', '--under', 'acme', '--expect', '000000'],
    blockOf(),
    1,
    /^check-value-wrong/,
  ],
  [
    'a protection key that was never entered',
    ['import', '--host', '--under', 'nobody'],
    blockOf(),
    1,
    /^there is no protection key nobody/,
  ],
  ['a key of nobody', ['import', '--under', 'acme'], blockOf(), 2, /^--merchant and --key/],
  [
    'a key of both',
    ['import', '--under', 'acme', '--host', '--merchant', 'M-1'],
    blockOf(),
    2,
    /exclude each other/,
  ],
  [
    'a base key of the host',
    ['import', '--under', 'acme', '--host', '--base'],
    blockOf('B0'),
    2,
    /exclude each other/,
  ],
  [
    'a name with a space',
    ['create', '--under', 'acme', '--merchant', 'M-1', '--key', 'T 1'],
    '',
    2,
    /^--key must be/,
  ],
  ['components that are none', ['protect', 'other'], 'component', 1, /^component 1 is not 16/],
]

for (const [what, words, input, expected, told] of REFUSED) {
  test(`${what} is refused, and no key is entered`, async (t) => {
    const { pinKey } = await withProtection(t)
    const { code, out, err } = await pinKey(words, input)
    t.is(code, expected)
    t.is(out, '')
    t.regex(err, told)
    t.is(JSON.parse((await pinKey(['list', '--json'])).out).length, 1)
  })
}

test('without an HSM in the configuration there are no keys to enter', async (t) => {
  const { pinKey } = await made(t, undefined)
  const { code, err } = await pinKey(['protect', 'acme'], FIRST)
  t.is(code, 3)
  t.regex(err, /^the configuration has no hsm/)
})

test('production wants the bank to have signed, and two custodians', async (t) => {
  const unsigned = await made(t, { kind: 'software' }, 'production')
  const refused = await unsigned.pinKey(['protect', 'acme'], `${FIRST}\n${SECOND}`)
  t.is(refused.code, 3)
  t.regex(refused.err, /hsm\.accepted: production refuses the software HSM unless the bank signs/)
  const signed = await made(t, { kind: 'software', accepted: ACCEPTED }, 'production')
  t.is((await signed.pinKey(['protect', 'acme'], FIRST)).code, 1)
  t.is((await signed.pinKey(['protect', 'acme'], `${FIRST}\n${SECOND}`)).code, 0)
})
