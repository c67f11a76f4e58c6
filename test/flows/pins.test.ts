import { readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import type { MerchantClient, PaymentInput } from '#merchant-client'
import { createSystemRandom } from '#platform'
import { tdesPinKey } from '../../src/security/hsm/dukpt-tdes.ts'
import { sealKeyBlock } from '../../src/security/hsm/key-block.ts'
import {
  exchangesOf,
  type GatewayProcess,
  GOOD_CARD,
  type HostProcess,
  memberOf,
  newPayment,
  startGateway,
  startHost,
} from './gateway-under-test.ts'
import { makeSite, type Site } from './site.ts'
import { blockOf, terminalPin } from './terminal-pin.ts'

/** Cards of the book that have the PIN 1234; the second's is tried too often. */
const { pan } = GOOD_CARD
const HOST_KEY = '0123456789ABCDEFFEDCBA9876543210'

let site: Site
let host: HostProcess
let gateway: GatewayProcess
let client: MerchantClient

test.before(async () => {
  site = await makeSite()
  await enterBaseKey()
  host = await startHost(site)
  gateway = await startGateway(site, host.port)
  client = gateway.client()
})
test.after.always(async () => {
  client?.close()
  await Promise.all([gateway?.kill(), host?.kill()])
  site?.remove()
})

/** The base key of ANSI X9.24-1 annex A.4, which terminals derive their keys from. */
const BASE_KEY = Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex')
const BASE_KEY_NAME = 'BASE'

/** As whoever makes the terminals would send it, under the sandbox's protection key. */
async function enterBaseKey(): Promise<void> {
  const { protectionKey } = JSON.parse(readFileSync('specs/sandbox-keys.json', 'utf8'))
  const header = { version: 'B', usage: 'B0', algorithm: 'T', mode: 'X', keyVersion: '00' } as const
  const sealed = { key: BASE_KEY, protectionKey: Buffer.from(protectionKey, 'hex') }
  const rest = { exportability: 'N', optional: [] } as const
  const block = `${site.folder}/block.txt`
  writeFileSync(block, sealKeyBlock({ ...header, ...rest }, sealed, createSystemRandom()))
  const owner = ['--merchant', 'M-1001', '--key', BASE_KEY_NAME, '--base']
  const words = ['--config', site.configFile, '--under', 'sandbox', '--block', block, ...owner]
  const { code, printed } = await site.command('pin-key', 'import', ...words)
  if (code !== 0) throw new Error(printed)
}

function debit(pin: PaymentInput['pin'], over: Partial<PaymentInput> = {}): PaymentInput {
  const card = { pan, expiry: '3012', entryMode: 'terminal' } as const
  return newPayment({ card, ...(pin ? { pin } : {}), ...over })
}

test.serial('the gateway says at its start that its HSM is none', (t) => {
  t.regex(gateway.stderr(), /"level":"warn","message":"hsm-is-software"/)
})

test.serial('a sale and an authorization with the right PIN are approved', async (t) => {
  t.is((await client.sale(debit(terminalPin('1234', pan)))).kind, 'approved')
  t.is((await client.authorize(debit(terminalPin('1234', pan)))).kind, 'approved')
})

test.serial('a terminal that has another key for each PIN sends its serial number', async (t) => {
  for (const counter of [1, 2, 3]) {
    const ksn = `FFFF9876543210E0000${counter}`
    const key = tdesPinKey(BASE_KEY, Buffer.from(ksn, 'hex')) ?? Buffer.alloc(0)
    const block = blockOf('1234', pan, Buffer.from(key).toString('hex'))
    const pin = { block, format: 'iso-0', key: BASE_KEY_NAME, ksn } as const
    t.is((await client.sale(debit(pin))).kind, 'approved')
    const another = { ...pin, ksn: 'FFFF9876543210E00004' }
    t.like(await client.sale(debit(another)), { kind: 'refused', code: 'PIN_UNUSABLE' })
  }
})

test.serial('a payment at a terminal whose cardholder enters no PIN goes without', async (t) => {
  t.is((await client.sale(debit(undefined))).kind, 'approved')
})

test.serial('a repeat has the first one’s answer, whatever its PIN block', async (t) => {
  const payment = debit(terminalPin('1234', pan))
  t.is((await client.sale(payment)).kind, 'approved')
  t.is((await client.sale({ ...payment, pin: terminalPin('4321', pan) })).kind, 'approved')
  const { pin: _, ...without } = payment
  t.is((await client.sale(without)).kind, 'approved')
  t.is((await client.sale({ ...payment, pin: garbage })).kind, 'approved')
  t.like(exchangesOf(site, payment.amount.value), [{ arrivals: 1 }])
})

const garbage = { ...terminalPin('1234', pan), block: '0'.repeat(16) }

const UNUSABLE: readonly [what: string, pin: NonNullable<PaymentInput['pin']>][] = [
  ['no PIN in it', garbage],
  ['a PIN for another card', { ...garbage, block: blockOf('123456789012', '5555555555554444') }],
  ['a PIN under another key', { ...garbage, block: blockOf('1234', pan, HOST_KEY) }],
  ['another format', { ...terminalPin('1234', pan), format: 'iso-3' }],
  ['a format of another cipher', { ...garbage, format: 'iso-4', block: '0'.repeat(32) }],
]

for (const [what, pin] of UNUSABLE) {
  test.serial(`a block with ${what} is refused, in the words of all such`, async (t) => {
    const payment = debit(pin)
    t.like(await client.sale(payment), {
      kind: 'refused',
      code: 'PIN_UNUSABLE',
      field: 'pin',
      reason: 'the PIN block cannot be used',
    })
    t.deepEqual(exchangesOf(site, payment.amount.value), [])
  })
}

test.serial('a key that the terminal does not have is named', async (t) => {
  const refused = await client.sale(debit({ ...terminalPin('1234', pan), key: 'TPK-9' }))
  t.like(refused, { kind: 'refused', code: 'PIN_UNUSABLE', field: 'pin.key' })
})

test.serial('the log counts the blocks that could not be used, and whose they were', (t) => {
  t.regex(gateway.stderr(), /"message":"pins-refused".*"mostly":"M-1001"/)
})

test.serial(
  'a wrong PIN is declined 55, after the third the right one is declined 75',
  async (t) => {
    const codes: unknown[] = []
    for (const pin of ['4321', '4321', '1234', '4321', '4321', '4321', '1234']) {
      codes.push(memberOf(await client.sale(debit(terminalPin(pin, pan))), 'responseCode'))
    }
    t.deepEqual(codes, ['55', '55', '00', '55', '55', '55', '75'])
  },
)

test.serial('no PIN block is in the journal or in the log, under either key', async (t) => {
  await gateway.stop()
  const files = ['journal.db', 'keys/pin-keys.json'].map((name) =>
    readFileSync(`${site.folder}/${name}`, 'latin1'),
  )
  const said = gateway.stdout() + gateway.stderr()
  for (const pin of ['1234', '4321']) {
    for (const block of [blockOf(pin, pan), blockOf(pin, pan, HOST_KEY)]) {
      const bytes = Buffer.from(block, 'hex').toString('latin1')
      for (const text of [...files, said]) {
        t.false(text.includes(block) || text.includes(bytes) || text.includes('1C9EE5510B233DAD'))
      }
    }
  }
})
