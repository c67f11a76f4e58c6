import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { createSystemRandom } from '#platform'
import {
  type Environment,
  enteredHostKeys,
  enterHostKey,
  type HostKeyComponents,
  KeyringError,
} from '#security'
import { prepareWrapping } from '../../../src/security/master-key.ts'
import { opensslBlocks } from '../../oracles/openssl.ts'
import { temporaryFolder } from '../folder.ts'

const random = createSystemRandom()
const FIRST = '0123456789ABCDEFFEDCBA9876543210'
const SECOND = '1111111111111111222222222222222F'
/** The two, exclusive-or. */
const KEY = '1032547698BADCFEDCFE98BA5476103F'

const SANDBOX_KEY = JSON.parse(readFileSync('specs/sandbox-cards.json', 'utf8')).keyEncryptingKey

function folderWithMasterKey(t: ExecutionContext): string {
  const folder = temporaryFolder(t)
  prepareWrapping(folder, { random })
  return folder
}

function entered(
  folder: string,
  changed: Partial<HostKeyComponents> = {},
  environment: Environment = 'sandbox',
) {
  const given: HostKeyComponents = {
    host: 'harbour',
    wrapping: 'tdes-ecb',
    components: [FIRST, SECOND],
    replace: false,
    atMs: 1_000,
  }
  return enterHostKey(folder, { environment, random }, { ...given, ...changed })
}

/** As openssl has it: the left of a block of zeros. */
function checkValueOf(key: string): string {
  const bytes = Buffer.from(key, 'hex')
  const three = Buffer.concat([bytes, bytes.subarray(0, 8)])
  const zeros = opensslBlocks('des-ede3-ecb', { key: three, blocks: Buffer.alloc(8) })
  return zeros.toString('hex', 0, 3).toUpperCase()
}

test('the key is the exclusive-or of its components, and each has its check value', async (t) => {
  const folder = folderWithMasterKey(t)
  t.deepEqual(await entered(folder), {
    kind: 'entered',
    checkValue: checkValueOf(KEY),
    componentCheckValues: [checkValueOf(FIRST), checkValueOf(SECOND)],
  })
  t.deepEqual(enteredHostKeys(folder, { environment: 'sandbox', random }), [
    { host: 'harbour', cipher: 'tdes', checkValue: checkValueOf(KEY), enteredAtMs: 1_000 },
  ])
})

test('neither key nor component lies in clear in the folder, and only the owner may read it', async (t) => {
  const folder = folderWithMasterKey(t)
  await entered(folder)
  for (const file of readdirSync(folder)) {
    t.is(statSync(`${folder}/${file}`).mode & 0o077, 0, file)
    const bytes = readFileSync(`${folder}/${file}`)
    for (const secret of [FIRST, SECOND, KEY]) {
      t.false(bytes.includes(Buffer.from(secret, 'hex')), file)
      t.false(bytes.toString('latin1').toUpperCase().includes(secret), file)
      t.false(bytes.includes(Buffer.from(secret, 'hex').toString('base64url')), file)
    }
  }
})

const REFUSED: readonly [what: string, changed: Partial<HostKeyComponents>, reason: RegExp][] = [
  ['no component', { components: [] }, /a component is needed/],
  ['what is not hexadecimal', { components: [FIRST, 'XY'.repeat(16)] }, /component 2 is not/],
  ['half a byte too many', { components: [FIRST, `${SECOND}0`] }, /component 2 is not/],
  ['a single DES key', { components: [FIRST.slice(16)] }, /component 1 is not 16, 24 bytes/],
  ['a component of zeros', { components: [FIRST, '0'.repeat(32)] }, /component 2 .* is zero/],
  [
    'components of two lengths',
    { components: [FIRST, SECOND + SECOND.slice(16)] },
    /not of one length/,
  ],
  ['a key that is zero', { components: [FIRST, FIRST] }, /two parts of the key are the same/],
  [
    'the same half twice, but for parity',
    { components: [`${FIRST.slice(0, 16)}0022446688AACCEE`] },
    /two parts of the key are the same/,
  ],
  ['another check value', { expectedCheckValue: '0000' }, /its check value is/],
  ['components for AES of 20 bytes', { wrapping: 'aes-wrap', components: ['AB'.repeat(20)] }, /16/],
]

for (const [what, changed, reason] of REFUSED) {
  test(`${what} is refused, and leaves no trace`, async (t) => {
    const folder = folderWithMasterKey(t)
    const entering = await entered(folder, changed)
    if (entering.kind !== 'refused') return t.fail()
    t.regex(entering.reasons.join('\n'), reason)
    t.false(entering.reasons.join('\n').includes(FIRST.slice(0, 8)))
    t.deepEqual(readdirSync(folder), ['master.key'])
  })
}

test('a key takes the place of another on purpose only; other hosts keep theirs', async (t) => {
  const folder = folderWithMasterKey(t)
  const other = await entered(folder, { host: 'lighthouse' })
  await entered(folder)
  const second = { components: [SECOND] }
  t.like(await entered(folder, second), { kind: 'refused' })
  t.like(await entered(folder, { ...second, replace: true }), { kind: 'entered' })
  const keys = enteredHostKeys(folder, { environment: 'sandbox', random })
  const checkValueAt = (host: string) => keys.find((it) => it.host === host)?.checkValue
  t.is(checkValueAt('harbour'), checkValueOf(SECOND))
  t.is(checkValueAt('lighthouse'), 'checkValue' in other ? other.checkValue : '')
})

test('the check value that was expected may be in any case, and short', async (t) => {
  const expectedCheckValue = checkValueOf(KEY).slice(0, 4).toLowerCase()
  const entering = await entered(folderWithMasterKey(t), { expectedCheckValue })
  t.is(entering.kind, 'entered')
})

test('production wants two components, and no key that is published', async (t) => {
  const folder = folderWithMasterKey(t)
  const alone = await entered(folder, { components: [FIRST] }, 'production')
  t.regex('reasons' in alone ? alone.reasons.join() : '', /two components/)
  const half = 'A5'.repeat(16)
  const rest = xor(SANDBOX_KEY, half)
  const published = await entered(folder, { components: [half, rest] }, 'production')
  t.regex('reasons' in published ? published.reasons.join() : '', /published/)
  t.is((await entered(folder, { components: [half, rest] }, 'sandbox')).kind, 'entered')
})

function xor(left: string, right: string): string {
  const mask = Buffer.from(right, 'hex')
  return Buffer.from(Buffer.from(left, 'hex').map((byte, at) => byte ^ (mask[at] ?? 0))).toString(
    'hex',
  )
}

test('a file that others may read, or that is cut off, is refused', async (t) => {
  const folder = folderWithMasterKey(t)
  await entered(folder)
  chmodSync(`${folder}/host-keys.json`, 0o644)
  const exposed = { instanceOf: KeyringError, code: 'KEY_FILE_EXPOSED' }
  t.throws(() => enteredHostKeys(folder, { environment: 'sandbox', random }), exposed)
  chmodSync(`${folder}/host-keys.json`, 0o600)
  const refused = { instanceOf: KeyringError, code: 'TEST_KEYS_REFUSED' }
  t.throws(() => enteredHostKeys(folder, { environment: 'production', random }), refused)
})
