import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { deriveConduct, type HostEmulatorOptions, parseSandbox } from '#host-emulator'
import type { Message } from '#iso8583'
import { KEY_ENCRYPTING, keyIn, parcelOf, sealed } from '../../hosts/kestrel-macs.ts'
import { PROFILES } from '../../hosts/profile.ts'
import { projectJson } from '../../iso8583/dialects.ts'
import { fakeClock } from '../meridian.ts'
import { createPeer, startEmulator } from '../peer.ts'

const { dialect } = PROFILES.kestrel
const PAN = '4539578763621486'
const CARDS = parseSandbox({
  keyEncryptingKey: KEY_ENCRYPTING,
  cards: [
    { pan: PAN, balance: '1000000', expiry: '3012' },
    { pan: '4000000000000481', balance: '100', expiry: '3012', fault: { kind: 'wrong-mac' } },
  ],
})

type Spec = Readonly<Record<string, unknown>> & { readonly mac: { readonly keys: object } }

function conductWith(changed: object = {}, keys: object = {}) {
  const link = projectJson('specs/hosts/kestrel/link.json') as Spec
  const mac = { ...link.mac, ...changed, keys: { ...link.mac.keys, ...keys } }
  const documents = {
    mapping: projectJson('specs/hosts/kestrel/mapping.json'),
    link: { ...link, mac: JSON.parse(JSON.stringify(mac)) },
  }
  return deriveConduct(documents, dialect)
}

const network = (code: string, besides: Message['fields'] = {}): Message => ({
  mti: '1804',
  fields: { 11: '000500', 12: '261122100000', 24: code, 93: '70070', 94: '445566', ...besides },
})

const sale = (stan: number, pan = PAN): Message => ({
  mti: '1200',
  fields: {
    ...{ 2: pan, 3: '000000', 4: '000000001250', 7: '1122100000' },
    ...{ 11: String(stan).padStart(6, '0'), 12: '261122100000', 14: '3012', 19: '840' },
    ...{ 22: '100550100110', 24: '200', 26: '5942', 32: '445566', 37: '261122000007' },
    ...{ 41: 'T0000001', 42: 'CORNERBOOKS01', 49: '840' },
    43: { name: 'Corner Books', city: 'Boston', country: 'US' },
  },
})

/** An emulated kestrel and a gateway's end of a line to it. */
async function open(t: ExecutionContext, options: Partial<HostEmulatorOptions> = {}) {
  const conduct = conductWith()
  const emulator = await startEmulator({ dialect, conduct, cards: CARDS, ...options })
  t.teardown(() => emulator.close())
  const peer = createPeer(connect(emulator.port))
  const read = async () => dialect.unpack(Buffer.from(await peer.next(), 'hex'))
  const say = (message: Message) => peer.send(dialect.pack(message))
  return {
    emulator,
    peer,
    read,
    say,
    async ask(message: Message) {
      say(message)
      return read()
    },
  }
}

/** The same, signed on and with a key that the gateway has asked for. */
async function keyed(t: ExecutionContext, options: Partial<HostEmulatorOptions> = {}) {
  const opened = await open(t, options)
  t.is((await opened.ask(network('801'))).fields['39'], '800')
  const answer = await opened.ask(network('811'))
  t.is(answer.fields['39'], '800')
  t.is(answer.fields['53'], '01')
  return { ...opened, key: keyIn(answer) }
}

test('a gateway that has signed on is given a key, and pays with it', async (t) => {
  const { ask, key } = await keyed(t)
  const answer = await ask(sealed(sale(1), key))
  t.like(answer, { mti: '1210', fields: { 39: '000', 11: '000001' } })
  const { 64: mac, 53: number, ...fields } = answer.fields
  t.is(number, '01')
  t.is(sealed({ mti: '1210', fields }, key).fields['64'], mac)
})

test('who has not signed on gets no key', async (t) => {
  const { ask } = await open(t)
  const answer = await ask(network('811'))
  t.not(answer.fields['39'], '800')
  t.is(answer.fields['96'], undefined)
})

test('a payment without a MAC, or with a wrong one, is told so and books nothing', async (t) => {
  const { ask, key, emulator } = await keyed(t)
  const other = Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex')
  const misnumbered = sealed(sale(3), key, '02')
  for (const message of [sale(1), sealed(sale(2), other), misnumbered]) {
    t.is((await ask(message)).fields['39'], '916')
  }
  t.like(emulator.counters(), { payments: 0, macsWrong: 3, refused: 3 })
  t.is((await ask(sealed(sale(1), key))).fields['39'], '000')
})

test('echoes are proven, in 128; sign-on and sign-off are not', async (t) => {
  const { ask, key } = await keyed(t)
  t.is((await ask(network('831'))).fields['39'], '916')
  const answer = await ask(sealed(network('831'), key))
  t.is(answer.fields['39'], '800')
  t.truthy(answer.fields['128'])
  const off = await ask(network('802'))
  t.like(off.fields, { 39: '800' })
  t.is(off.fields['128'], undefined)
})

test('a card may have its answer go out with a wrong MAC', async (t) => {
  const { ask, key } = await keyed(t)
  const answer = await ask(sealed(sale(1, '4000000000000481'), key))
  const { 64: mac, 53: _, ...fields } = answer.fields
  const right = String(sealed({ mti: answer.mti, fields }, key).fields['64'])
  t.not(mac, right)
  t.is(String(mac).slice(1), right.slice(1))
})

test('the host brings a key, and uses it when the gateway has taken it; the old one verifies for a while', async (t) => {
  const clock = fakeClock()
  const { emulator, read, say, ask, key } = await keyed(t, { clock })
  const verdict = emulator.changeKey()
  const request = await read()
  t.like(request, { mti: '1804', fields: { 24: '811', 53: '02' } })
  const next = keyIn(request)
  t.like(await ask(sealed(sale(1), key)), { fields: { 39: '000', 53: '01' } })
  const { 96: _, 53: __, ...echoed } = request.fields
  say({ mti: '1814', fields: { ...echoed, 39: '800' } })
  t.is(await verdict, '800')
  // It answers with the key that it is asked with.
  t.like(await ask(sealed(sale(2), key)), { fields: { 39: '000', 53: '01' } })
  t.like(await ask(sealed(sale(3), next, '02')), { fields: { 39: '000', 53: '02' } })
  clock.advance(300_000)
  t.like(await ask(sealed(sale(4), key)), { fields: { 39: '916' } })
})

test('a key that the gateway uses before its answer has come is in use', async (t) => {
  const { emulator, read, ask } = await keyed(t)
  void emulator.changeKey()
  const next = keyIn(await read())
  t.like(await ask(sealed(sale(1), next, '02')), { fields: { 39: '000', 53: '02' } })
})

test('a gateway may bring keys where the host lets it', async (t) => {
  const conduct = conductWith({}, { gatewayStarts: { code: '811', keyIn: 'request' } })
  const { ask } = await open(t, { conduct })
  await ask(network('801'))
  const key = Buffer.from('0123456789ABCDEFFEDCBA9876543210', 'hex')
  const parcel = parcelOf(key)
  const spoilt = `${parcel.slice(0, -6)}000000`
  t.is((await ask(network('811', { 53: '07', 96: spoilt }))).fields['39'], '917')
  t.is((await ask(network('811', { 53: '07', 96: parcel }))).fields['39'], '800')
  t.like(await ask(sealed(sale(1), key, '07')), { fields: { 39: '000', 53: '07' } })
})

test('a host that says yes to whoever asks for a key brings it next', async (t) => {
  const conduct = conductWith({}, { gatewayStarts: { code: '811', keyIn: 'host-request' } })
  const { ask, read } = await open(t, { conduct })
  await ask(network('801'))
  const answer = await ask(network('811'))
  t.is(answer.fields['39'], '800')
  t.is(answer.fields['96'], undefined)
  const request = await read()
  t.is(request.mti, '1804')
  t.is(keyIn(request).length, 16)
})

test('a host whose gateways may not ask brings a key after each sign-on', async (t) => {
  const conduct = conductWith({}, { gatewayStarts: undefined })
  const { ask, read } = await open(t, { conduct })
  await ask(network('801'))
  t.like(await read(), { mti: '1804', fields: { 24: '811' } })
})

test('the book keeps the keys, so that a host that begins anew goes on with them', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-macs-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const bookFile = join(folder, 'book.db')
  const first = await keyed(t, { bookFile })
  t.is((await first.ask(sealed(sale(1), first.key))).fields['39'], '000')
  // As after a kill: nothing is closed, and what was answered is in the book.
  const second = await open(t, { bookFile })
  await second.ask(network('801'))
  t.is((await second.ask(sealed(sale(2), first.key))).fields['39'], '000')
})

test('a host with MACs needs a key to send its keys under', (t) => {
  t.throws(() => parseSandbox({ cards: [] }, conductWith()), { message: /keyEncryptingKey/ })
})
