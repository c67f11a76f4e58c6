import { inspect } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { Pan, Secret } from '#domain'
import { createSystemRandom } from '#platform'
import { type Environment, KeyringError } from '#security'
import type { HsmKey, PinTranslation } from '../../../src/security/hsm/hsm.ts'
import { openKeyBlock, sealKeyBlock } from '../../../src/security/hsm/key-block.ts'
import type { KeyBlockHeader } from '../../../src/security/hsm/key-block-header.ts'
import { openSoftwareHsm, type SoftwareHsm } from '../../../src/security/hsm/software-hsm.ts'
import type { IsoPinFormat } from '../../../src/security/hsm/translation-rules.ts'
import { prepareWrapping } from '../../../src/security/master-key.ts'
import { opensslBlocks } from '../../oracles/openssl.ts'
import { temporaryFolder } from '../folder.ts'

const random = createSystemRandom()
const hex = (text: string) => Buffer.from(text, 'hex')

function panOf(text: string): Pan {
  const pan = Pan.parse(text)
  if (pan === undefined) throw new TypeError('no card number')
  return pan
}

const PAN = panOf('4539578763621486')
const OTHER_PAN = panOf('4111111111111111')

const PROTECTION = {
  tdes: '89E88CF7931444F334BD7547FC3F380C89E88CF793144401',
  aes: '88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6',
}
const TERMINAL = {
  tdes: '0123456789ABCDEF1122334455667788',
  aes: 'C1D0F8FB4958670DBA40AB1F3752EF0D',
}
const HOST = {
  tdes: 'FEDCBA98765432100F1E2D3C4B5A6978',
  aes: 'BE19E6A07A760F10EF8E83A226B63AAD141F463FDDD4F47DB244B4023EC3CACC',
}

function opened(t: ExecutionContext, environment: Environment = 'sandbox', isAccepted = false) {
  const folder = temporaryFolder(t)
  prepareWrapping(folder, { random })
  return openSoftwareHsm(folder, { environment, random, isAccepted })
}

function protection(hsm: SoftwareHsm, cipher: 'tdes' | 'aes', components = [PROTECTION[cipher]]) {
  const entering = hsm.enterProtectionKey({ owner: 'acme', cipher, components })
  if (entering.kind === 'refused') throw new TypeError(entering.reasons.join())
  return entering.key
}

function blockOf(key: string, header: Partial<KeyBlockHeader> = {}): string {
  const version = header.version ?? 'D'
  const whole: KeyBlockHeader = {
    version,
    usage: 'P0',
    algorithm: version === 'D' ? 'A' : 'T',
    mode: 'N',
    keyVersion: '00',
    exportability: 'N',
    optional: [],
    ...header,
  }
  const protectionKey = hex(PROTECTION[version === 'D' ? 'aes' : 'tdes'])
  return sealKeyBlock(whole, { key: hex(key), protectionKey }, random)
}

async function imported(
  hsm: SoftwareHsm,
  purpose: 'terminal-pin' | 'host-pin',
  cipher: 'tdes' | 'aes',
): Promise<HsmKey> {
  const under = protection(hsm, cipher)
  const key = (purpose === 'host-pin' ? HOST : TERMINAL)[cipher]
  const keyBlock = blockOf(key, { version: cipher === 'aes' ? 'D' : 'B' })
  const result = await hsm.importKey({ keyBlock, under, purpose, owner: 'acme' })
  if (result.kind === 'refused') throw new TypeError(result.fault)
  return result.key
}

/** A block of format 0 for `PAN`, by openssl: 041234FFFFFFFFFF xor its twelve digits. */
function blockInFormat0(key: string, field = '041234FFFFFFFFFF'): string {
  const account = hex(PAN.reveal().slice(3, 15).padStart(16, '0'))
  const clear = hex(field).map((byte, index) => byte ^ (account[index] ?? 0))
  const three = Buffer.concat([hex(key), hex(key).subarray(0, 8)])
  const sealed = opensslBlocks('des-ede3-ecb', { key: three, blocks: Buffer.from(clear) })
  return sealed.toString('hex').toUpperCase()
}

test('a terminal’s block becomes the host’s', async (t) => {
  const hsm = opened(t)
  const translated = await hsm.translatePin({
    block: new Secret(blockInFormat0(TERMINAL.tdes)),
    from: { key: await imported(hsm, 'terminal-pin', 'tdes'), format: 'iso-0', pan: PAN },
    to: { key: await imported(hsm, 'host-pin', 'tdes'), format: 'iso-0', pan: PAN },
  })
  t.is(translated.kind === 'translated' && translated.block.reveal(), blockInFormat0(HOST.tdes))
})

const FORMATS: readonly IsoPinFormat[] = ['iso-0', 'iso-1', 'iso-2', 'iso-3', 'iso-4']

/** ISO 9564-1 and PCI PIN 3-3 for the same card: a row a format that comes, a column one to be. */
const SAME_CARD: Readonly<Record<IsoPinFormat, string>> = {
  'iso-0': 'yes unbound offline yes yes',
  'iso-1': 'unbound unbound offline unbound unbound',
  'iso-2': 'offline offline offline offline offline',
  'iso-3': 'yes unbound offline yes yes',
  'iso-4': 'yes unbound offline yes yes',
}

const FAULTS: Readonly<Record<string, string>> = {
  unbound: 'unbound-format',
  offline: 'offline-format',
}

const cipherOf = (format: IsoPinFormat) => (format === 'iso-4' ? 'aes' : 'tdes')

/** A block of any format that is there for this card, made by the HSM itself of one in format 0. */
async function blockIn(hsm: SoftwareHsm, format: IsoPinFormat): Promise<PinTranslation['block']> {
  const first = new Secret(blockInFormat0(TERMINAL.tdes))
  if (format === 'iso-0' || format === 'iso-1' || format === 'iso-2') return first
  // What goes to the host under the terminal's key is what the terminal would send.
  const keyBlock = blockOf(TERMINAL[cipherOf(format)], { version: format === 'iso-4' ? 'D' : 'B' })
  const under = protection(hsm, cipherOf(format))
  const key = await hsm.importKey({ keyBlock, under, purpose: 'host-pin', owner: 'acme' })
  if (key.kind === 'refused') throw new TypeError(key.fault)
  const made = await hsm.translatePin({
    block: first,
    from: { key: await imported(hsm, 'terminal-pin', 'tdes'), format: 'iso-0', pan: PAN },
    to: { key: key.key, format, pan: PAN },
  })
  if (made.kind === 'refused') throw new TypeError(made.fault)
  return made.block
}

for (const from of FORMATS) {
  for (const [column, to] of FORMATS.entries()) {
    const cell = SAME_CARD[from].split(' ')[column] ?? ''
    for (const other of [false, true]) {
      const expected = cell !== 'yes' ? (FAULTS[cell] ?? '') : other ? 'pan-changed' : 'translated'
      test(`${from} to ${to}, ${other ? 'another' : 'the same'} card: ${expected}`, async (t) => {
        const hsm = opened(t)
        const end = { key: await imported(hsm, 'host-pin', cipherOf(to)), format: to }
        const translated = await hsm.translatePin({
          block: await blockIn(hsm, from),
          from: {
            key: await imported(hsm, 'terminal-pin', cipherOf(from)),
            format: from,
            pan: PAN,
          },
          to: { ...end, pan: other ? OTHER_PAN : PAN },
        })
        const ended: string = translated.kind === 'refused' ? translated.fault : translated.kind
        t.is(ended, expected)
      })
    }
  }
}

const DUKPT = {
  tdes: {
    format: 'iso-0',
    ksn: 'FFFF9876543210E00001',
    block: '1B9C1845EB993A7A',
    pan: '4012345678909',
    base: '0123456789ABCDEFFEDCBA9876543210',
    far: 'FFFF9876543210EFFFFF',
  },
  aes: {
    format: 'iso-4',
    ksn: '123456789012345600000001',
    block: 'A912150391AB65A67E52883D81CE2D15',
    pan: '4111111111111111',
    base: 'FEDCBA9876543210F1F1F1F1F1F1F1F1',
    far: '1234567890123456FFFFFFFF',
  },
} as const

for (const cipher of ['tdes', 'aes'] as const) {
  test(`a block under a key that is derived with ${cipher} becomes the host’s (X9.24)`, async (t) => {
    const hsm = opened(t)
    const { format, ksn, block, base, far, ...published } = DUKPT[cipher]
    const pan = panOf(published.pan)
    const header = { version: cipher === 'aes' ? 'D' : 'B', usage: 'B0', mode: 'X' } as const
    const keyBlock = blockOf(base, header)
    const given = { keyBlock, under: protection(hsm, cipher), owner: 'acme' }
    const taken = await hsm.importKey({ ...given, purpose: 'terminal-base' })
    if (taken.kind === 'refused') return t.fail(taken.fault)
    const asPinKey = await hsm.importKey({ ...given, purpose: 'terminal-pin' })
    t.deepEqual(asPinKey, { kind: 'refused', fault: 'usage-wrong' })
    const to = { key: await imported(hsm, 'host-pin', 'tdes'), format: 'iso-0', pan } as const
    const from = { key: taken.key, format, pan }
    const translated = (end: object) =>
      hsm.translatePin({ block: new Secret(block), from: { ...from, ...end }, to })
    const right = await translated({ ksn })
    if (right.kind === 'refused') return t.fail(right.fault)
    const three = Buffer.concat([hex(HOST.tdes), hex(HOST.tdes).subarray(0, 8)])
    const blocks = hex(right.block.reveal())
    const clear = opensslBlocks('des-ede3-ecb', { key: three, blocks, decrypt: true })
    const account = hex(pan.reveal().slice(0, -1).slice(-12).padStart(16, '0'))
    const field = clear.map((byte, at) => byte ^ (account[at] ?? 0))
    t.is(Buffer.from(field).toString('hex'), '041234ffffffffff')

    const next = `${ksn.slice(0, -1)}2`
    for (const wrong of [next, far, '', 'no serial number']) {
      const fault = 'block-unusable'
      t.deepEqual(await translated({ ksn: wrong }), { kind: 'refused', fault }, wrong)
    }
    t.deepEqual(await translated({}), { kind: 'refused', fault: 'key-unfit' })
    const terminal = await imported(hsm, 'terminal-pin', cipher)
    const unfit = { kind: 'refused', fault: 'key-unfit' } as const
    t.deepEqual(await translated({ key: terminal, ksn }), unfit)
  })
}

test('whatever is wrong with a block, there is one fault', async (t) => {
  const hsm = opened(t)
  const from = { key: await imported(hsm, 'terminal-pin', 'tdes'), format: 'iso-0', pan: PAN }
  const to = { key: await imported(hsm, 'host-pin', 'tdes'), format: 'iso-0', pan: PAN }
  const wrong = [
    blockInFormat0(TERMINAL.tdes, '041234FFFFFFFFF0'),
    blockInFormat0(TERMINAL.tdes, '031234FFFFFFFFFF'),
    blockInFormat0(TERMINAL.tdes, '04123AFFFFFFFFFF'),
    blockInFormat0(TERMINAL.tdes, '341234FFFFFFFFFF'),
    blockInFormat0(HOST.tdes),
    '00'.repeat(8),
    '00'.repeat(16),
    '',
    'no hexadecimal',
  ]
  for (const block of wrong) {
    const given = { block: new Secret(block), from, to } as PinTranslation
    t.deepEqual(await hsm.translatePin(given), { kind: 'refused', fault: 'block-unusable' })
  }
})

test('a key does what it is for and nothing else', async (t) => {
  const hsm = opened(t)
  const [terminal, host] = [
    await imported(hsm, 'terminal-pin', 'tdes'),
    await imported(hsm, 'host-pin', 'tdes'),
  ]
  const aes = await imported(hsm, 'terminal-pin', 'aes')
  const block = new Secret(blockInFormat0(TERMINAL.tdes))
  const translated = (from: HsmKey, to: HsmKey) =>
    hsm.translatePin({
      block,
      from: { key: from, format: 'iso-0', pan: PAN },
      to: { key: to, format: 'iso-0', pan: PAN },
    })
  for (const [from, to] of [
    [host, terminal],
    [terminal, terminal],
    [host, host],
    [aes, host],
    [protection(hsm, 'tdes'), host],
  ] as const) {
    t.deepEqual(await translated(from, to), { kind: 'refused', fault: 'key-unfit' })
  }
  t.is((await translated(terminal, host)).kind, 'translated')
})

test('a key that is said to be another’s, or for something else, does not open', async (t) => {
  const hsm = opened(t)
  const [terminal, host] = [
    await imported(hsm, 'terminal-pin', 'tdes'),
    await imported(hsm, 'host-pin', 'tdes'),
  ]
  const given = {
    block: new Secret(blockInFormat0(TERMINAL.tdes)),
    to: { key: host, format: 'iso-0', pan: PAN },
  } as const
  const swapped: readonly HsmKey[] = [
    { ...host, purpose: 'terminal-pin' },
    { ...terminal, owner: 'another' },
    { ...terminal, checkValue: host.checkValue },
    { ...terminal, wrapped: host.wrapped },
  ]
  for (const key of swapped) {
    const from = { key, format: 'iso-0', pan: PAN } as const
    const wrong = { instanceOf: KeyringError, code: 'MASTER_KEY_WRONG' }
    await t.throwsAsync(hsm.translatePin({ ...given, from }), wrong)
  }
})

const AES_128 = 'C1D0F8FB4958670DBA40AB1F3752EF0D'

const NOT_TAKEN: readonly [
  what: string,
  key: string,
  header: Partial<KeyBlockHeader>,
  fault: string,
][] = [
  ['a key for MACs', AES_128, { usage: 'M3' }, 'usage-wrong'],
  ['a key that protects key blocks', AES_128, { usage: 'K1' }, 'usage-wrong'],
  ['a key that only encrypts', AES_128, { mode: 'E' }, 'mode-wrong'],
  ['a key of RSA', AES_128, { algorithm: 'R' }, 'algorithm-wrong'],
  ['single DES', '0123456789ABCDEF', { algorithm: 'T' }, 'algorithm-wrong'],
  ['AES of 20 bytes', 'AB'.repeat(20), {}, 'algorithm-wrong'],
  ['one half twice', '0123456789ABCDEF'.repeat(2), { algorithm: 'T' }, 'key-weak'],
  ['another key than was expected', HOST.aes, {}, 'check-value-wrong'],
  ['AES under triple DES', AES_128, { version: 'B', algorithm: 'A' }, 'protection-weaker'],
]

for (const [what, key, header, fault] of NOT_TAKEN) {
  test(`${what} is not taken as a terminal’s key: ${fault}`, async (t) => {
    const hsm = opened(t)
    const result = await hsm.importKey({
      keyBlock: blockOf(key, header),
      under: protection(hsm, header.version === 'B' ? 'tdes' : 'aes'),
      purpose: 'terminal-pin',
      owner: 'acme',
      expectedCheckValue: '000000',
    })
    t.deepEqual(result, { kind: 'refused', fault } as typeof result)
  })
}

test('a host’s key encrypts: one that only decrypts is not taken', async (t) => {
  const hsm = opened(t)
  const under = protection(hsm, 'aes')
  const taken = async (mode: string) => {
    const keyBlock = blockOf(AES_128, { mode })
    const result = await hsm.importKey({ keyBlock, under, purpose: 'host-pin', owner: 'harbour' })
    return result.kind
  }
  t.is(await taken('D'), 'refused')
  for (const mode of ['E', 'B', 'N']) t.is(await taken(mode), 'imported')
})

test('a block of one cipher does not open under a protection key of the other', async (t) => {
  const hsm = opened(t)
  const under = protection(hsm, 'tdes', ['88E1AB2A2E3DD38C1FA039A536500CC8'])
  const protectionKey = hex('88E1AB2A2E3DD38C1FA039A536500CC8')
  const header = { version: 'D', usage: 'P0', algorithm: 'A', mode: 'N' } as const
  const rest = { keyVersion: '00', exportability: 'N', optional: [] } as const
  const keyBlock = sealKeyBlock(
    { ...header, ...rest },
    { key: hex(AES_128), protectionKey },
    random,
  )
  const given = { keyBlock, under, purpose: 'host-pin', owner: 'harbour' } as const
  t.deepEqual(await hsm.importKey(given), { kind: 'refused', fault: 'protection-key-unfit' })
})

for (const cipher of ['tdes', 'aes'] as const) {
  test(`a terminal’s key of ${cipher} leaves in a key block alone, as strong as its protection`, async (t) => {
    const hsm = opened(t)
    const under = protection(hsm, cipher)
    const { key, keyBlock } = await hsm.createTerminalKey({ under, owner: 'M-1 T' })
    const found = openKeyBlock(keyBlock, hex(PROTECTION[cipher]))
    if (found.kind === 'refused') return t.fail(found.fault)
    const { usage, mode, exportability } = found.header
    t.deepEqual([usage, mode, exportability], ['P0', 'E', 'N'])
    t.is(found.key.reveal().byteLength, hex(PROTECTION[cipher]).byteLength)
    t.like(key, { purpose: 'terminal-pin', owner: 'M-1 T', cipher })
    const secret = Buffer.from(found.key.reveal())
    for (const form of ['hex', 'base64url'] as const) {
      t.false(inspect(key).includes(secret.toString(form)))
    }
  })
}

test('production has it only when the bank has signed for it', (t) => {
  const refused = { instanceOf: KeyringError, code: 'SOFTWARE_HSM_REFUSED' }
  t.throws(() => opened(t, 'production'), refused)
  t.notThrows(() => opened(t, 'production', true))
  t.notThrows(() => opened(t, 'sandbox'))
})

test('production takes no key that anyone can read', async (t) => {
  const hsm = opened(t, 'production', true)
  const half = '5A'.repeat(24)
  const rest = hex(PROTECTION.tdes).map((byte) => byte ^ 0x5a)
  const under = protection(hsm, 'tdes', [half, Buffer.from(rest).toString('hex')])
  const keyBlock = blockOf('0123456789ABCDEFFEDCBA9876543210', { version: 'B' })
  const given = { keyBlock, under, purpose: 'host-pin', owner: 'meridian' } as const
  t.deepEqual(await hsm.importKey(given), { kind: 'refused', fault: 'key-published' })
})
