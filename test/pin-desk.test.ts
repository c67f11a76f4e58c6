import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Pan, type PaymentRequest, Secret } from '#domain'
import { type Clock, createSystemRandom } from '#platform'
import { KeyringError } from '#security'
import { type Config, readConfig } from '../src/config.ts'
import { readHostProfile, readMessages } from '../src/host-profile.ts'
import { openPinDesk } from '../src/pin-desk.ts'
import { createFakeClock } from './fakes/clock.ts'
import { collectLog } from './fakes/log.ts'
import { makeSite, type Site } from './flows/site.ts'
import { blockOf, TERMINAL_KEY_NAME } from './flows/terminal-pin.ts'
import { payment, question } from './processing/meridian.ts'

const MESSAGES = readMessages()
const profile = readHostProfile('meridian', MESSAGES)

async function madeSite(t: ExecutionContext): Promise<Site> {
  const site = await makeSite()
  t.teardown(() => site.remove())
  return site
}

function openDesk(
  site: Site,
  change: Partial<Config> = {},
  host = profile,
  clock: Clock = createFakeClock(),
) {
  const config = { ...readConfig(site.configFile, {}), ...change }
  const { log, lines } = collectLog()
  const parts = { clock, random: createSystemRandom(), log, profile: host }
  return { desk: openPinDesk(config, parts), lines }
}

const TRANSCRIPTS = globSync('specs/hosts/meridian/transcripts/*.json')
  .map((file) => JSON.parse(readFileSync(file, 'utf8')))
  .filter(({ given }) => given.hostPin !== undefined)

test('there are transcripts with a PIN', (t) => {
  t.is(TRANSCRIPTS.length, 3)
})

for (const { flow, given, request } of TRANSCRIPTS) {
  test(`${flow}: the terminal’s block becomes the host’s, with the sandbox’s keys`, async (t) => {
    const { desk } = openDesk(await madeSite(t))
    const read = /^card\./.test(request.type) ? question : payment
    const translated = await (await desk).translate(read(request))
    t.is(translated.kind === 'translated' && translated.block.reveal(), given.hostPin)
  })
}

const PAN = '4539578763621486'
const DEBIT = payment(TRANSCRIPTS.find(({ request }) => 'amount' in request)?.request)

function debit(pin: object, change: Partial<PaymentRequest> = {}): PaymentRequest {
  const block = new Secret(blockOf('1234', PAN))
  const given = { block, format: 'iso-0', key: TERMINAL_KEY_NAME, ...pin } as const
  return { ...DEBIT, pin: given, ...change }
}

test('a merchant has its own keys alone, and names them', async (t) => {
  const desk = await openDesk(await madeSite(t)).desk
  t.is((await desk.translate(debit({}))).kind, 'translated')
  t.deepEqual(await desk.translate(debit({ key: 'OTHER' })), { kind: 'key-unknown' })
  t.deepEqual(await desk.translate(debit({}, { merchant: 'M-2' })), { kind: 'key-unknown' })
})

test('a key of one terminal comes before one of the same name that all have', async (t) => {
  const site = await madeSite(t)
  const words = ['--config', site.configFile, '--merchant', 'M-1001', '--key', TERMINAL_KEY_NAME]
  const under = ['--under', 'sandbox', '--terminal', 'TERM0001']
  const { code, printed } = await site.command('pin-key', 'create', ...words, ...under)
  t.is(code, 0, printed)
  const desk = await openDesk(site).desk
  t.deepEqual(await desk.translate(debit({}, { terminal: 'TERM0001' })), { kind: 'unusable' })
  t.is((await desk.translate(debit({}, { terminal: 'TERM0002' }))).kind, 'translated')
})

test('a serial number asks for a base key, which is none without one', async (t) => {
  const desk = await openDesk(await madeSite(t)).desk
  const ksn = 'FFFF9876543210E00001'
  t.deepEqual(await desk.translate(debit({ ksn })), { kind: 'key-unknown' })
})

test('a block that cannot be used is counted, and for another card it is one', async (t) => {
  const { desk, lines } = openDesk(await madeSite(t))
  const other = Pan.parse('4111111111111111')
  if (other === undefined) return t.fail()
  const opened = await desk
  t.deepEqual(await opened.translate(debit({ block: new Secret('0'.repeat(16)) })), {
    kind: 'unusable',
  })
  t.true(lines.some(({ event }) => event === 'pins-refused'))
})

test('it says at its start that it is no HSM, and who has signed for that', async (t) => {
  const site = await madeSite(t)
  const accepted = { by: 'A. Bode, security officer', on: '2026-11-22' }
  const { desk, lines } = openDesk(site, { hsm: { kind: 'software', accepted } })
  await desk
  t.like(lines[0], {
    level: 'warn',
    event: 'hsm-is-software',
    facts: { acceptedBy: accepted.by, acceptedOn: accepted.on },
  })
})

test('without an HSM, or at a host that takes none, no PINs are taken', async (t) => {
  const site = await madeSite(t)
  const { hsm: _, ...without } = readConfig(site.configFile, {})
  const { log } = collectLog()
  const parts = { clock: createFakeClock(), random: createSystemRandom(), log, profile }
  const desk = await openPinDesk(without, parts)
  t.deepEqual(await desk.translate(debit({})), { kind: 'not-taken' })
  const kestrel = readHostProfile('kestrel', MESSAGES)
  const { desk: another } = openDesk(site, {}, kestrel)
  t.deepEqual(await (await another).translate(debit({})), { kind: 'not-taken' })
})

test('a host that takes PINs and whose key was not entered stops the start', async (t) => {
  const site = await madeSite(t)
  const missing = { instanceOf: KeyringError, code: 'HOST_KEY_MISSING' }
  const { desk } = openDesk(site, {}, { ...profile, name: 'harbour' })
  await t.throwsAsync(desk, missing)
  const ofAes = { ...profile, mapping: { ...profile.mapping, pinFormat: 'iso-4' as const } }
  await t.throwsAsync(openDesk(site, {}, ofAes).desk, missing)
})

test('keys that change while it runs are taken up, and one that is removed is of no use', async (t) => {
  const site = await madeSite(t)
  const clock = createFakeClock()
  const { desk, lines } = openDesk(site, {}, profile, clock)
  const opened = await desk
  t.teardown(() => opened.close())
  const words = ['--config', site.configFile, '--merchant', 'M-1001']
  const change = async (word: string, ...more: readonly string[]) => {
    const { code, printed } = await site.command('pin-key', word, ...words, ...more)
    t.is(code, 0, printed)
    clock.advance(1_000)
    await settle()
  }
  await change('create', '--key', 'TPK-2', '--under', 'sandbox')
  t.deepEqual(await opened.translate(debit({ key: 'TPK-2' })), { kind: 'unusable' })
  await change('remove', '--key', TERMINAL_KEY_NAME)
  t.deepEqual(await opened.translate(debit({})), { kind: 'key-unknown' })
  const told = lines.filter(({ event }) => event.startsWith('pin-keys'))
  t.deepEqual(
    told.map(({ event, facts }) => [event, facts?.['count']]),
    [
      ['pin-keys-reloaded', 4],
      ['pin-keys-reloaded', 3],
    ],
  )
})

test('a change that cannot be taken leaves the former keys in force, and is told once', async (t) => {
  const site = await madeSite(t)
  const clock = createFakeClock()
  const { desk, lines } = openDesk(site, {}, profile, clock)
  const opened = await desk
  const file = join(site.folder, 'keys/pin-keys.json')
  const document = JSON.parse(readFileSync(file, 'utf8'))
  const [protection, host, terminal] = document.keys
  const spoilt = [
    [protection, terminal],
    [host, { ...terminal, wrapped: host.wrapped }],
    [host, { ...terminal, owner: 'M-1001 OTHER' }],
  ]
  for (const keys of spoilt) {
    writeFileSync(file, JSON.stringify({ ...document, keys }))
    for (const _ of [1, 2]) {
      clock.advance(1_000)
      await settle()
    }
    t.is((await opened.translate(debit({}))).kind, 'translated')
  }
  const events = lines.map(({ event }) => event).filter((it) => it.startsWith('pin-keys'))
  t.deepEqual(events, Array(3).fill('pin-keys-not-reloaded'))
  opened.close()
  t.is(clock.deadlineCount(), 0)
})

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((next) => setImmediate(next))
}

test('keys that were swapped in their file stop the start', async (t) => {
  const site = await madeSite(t)
  const file = join(site.folder, 'keys/pin-keys.json')
  const document = JSON.parse(readFileSync(file, 'utf8'))
  const [, host, terminal] = document.keys
  const swapped = { ...terminal, wrapped: host.wrapped }
  writeFileSync(file, JSON.stringify({ ...document, keys: [host, swapped] }))
  const wrong = { instanceOf: KeyringError, code: 'MASTER_KEY_WRONG' }
  await t.throwsAsync(openDesk(site).desk, wrong)
})
