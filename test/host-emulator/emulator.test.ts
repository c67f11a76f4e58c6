import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import test from 'ava'
import { compileConduct, type HostEmulatorOptions, parseScript, readBook } from '#host-emulator'
import { DecodeError } from '#iso8583'
import { silentLog } from '#platform'
import { changed, DIALECT, fakeClock, json, payment } from './meridian.ts'
import { createPeer, frame, LISTEN, type Peer, startEmulator } from './peer.ts'

/** An emulator and a gateway's end of a line to it that has signed on. */
async function signedOn(options: Partial<HostEmulatorOptions> = {}) {
  const emulator = await startEmulator(options)
  const peer = createPeer(connect(emulator.port))
  await signOn(peer)
  return { emulator, peer }
}

async function signOn(peer: Peer): Promise<void> {
  peer.send(network('001'))
  await peer.next()
}

const network = (code: string): Buffer =>
  DIALECT.pack({ mti: '0800', fields: { 7: '1122100000', 11: '000500', 70: code } })

const sale = (stan: number, pan: string, amount = '000000001250'): Buffer =>
  DIALECT.pack(payment('0200', stan, { 2: pan, 4: amount }))

const fieldsOf = (hex: string) => DIALECT.unpack(Buffer.from(hex, 'hex')).fields

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

const APPROVING = '4539578763621486'

test('a silent card is posted and not answered; what follows is', async (t) => {
  const { emulator, peer } = await signedOn()
  peer.send(sale(1, '4000000000000341'), network('301'))
  t.is(fieldsOf(await peer.next())['70'], '301')
  t.is(emulator.counters().approved, 1)
  await emulator.close()
})

test('a delayed answer comes when its time is over, not before', async (t) => {
  const clock = fakeClock()
  const { emulator, peer } = await signedOn({ clock })
  peer.send(sale(1, '4000000000000416'))
  await until(() => emulator.counters().payments === 1)
  clock.advance(2_999)
  peer.send(network('301'))
  t.is(fieldsOf(await peer.next())['70'], '301')
  clock.advance(1)
  t.like(fieldsOf(await peer.next()), { 11: '000001', 39: '00' })
  await emulator.close()
})

test('a delayed answer to a line that has gone is dropped', async (t) => {
  const clock = fakeClock()
  const { emulator, peer } = await signedOn({ clock })
  peer.send(sale(1, '4000000000000416'))
  await until(() => emulator.counters().payments === 1)
  peer.socket.destroy()
  await until(() => emulator.counters().connections === 0)
  clock.advance(3_000)
  t.is(emulator.counters().connections, 0)
  await emulator.close()
})

test('an answer that comes twice is the same twice, and posted once', async (t) => {
  const { emulator, peer } = await signedOn()
  peer.send(sale(1, '4000000000000424'))
  t.is(await peer.next(), await peer.next())
  t.like(emulator.counters(), { payments: 1, approved: 1 })
  await emulator.close()
})

test('garbage comes in a frame of its own and is no message', async (t) => {
  const { emulator, peer } = await signedOn()
  peer.send(sale(1, '4000000000000432'))
  const garbage = Buffer.from(await peer.next(), 'hex')
  t.throws(() => DIALECT.unpack(garbage), { instanceOf: DecodeError })
  peer.send(network('301'))
  t.is(fieldsOf(await peer.next())['70'], '301')
  await emulator.close()
})

test('a connection is cut after just so many bytes of the answer, behind whole earlier ones', async (t) => {
  const { emulator, peer } = await signedOn()
  peer.send(network('301'), sale(1, '4000000000000440'), network('301'))
  t.is(fieldsOf(await peer.next())['70'], '301')
  const rest = await peer.rest()
  t.is(rest.length, 10)
  t.is(rest.subarray(2, 6).toString(), '0210')
  t.is(emulator.counters().approved, 1)
  await emulator.close()
})

const ALTERED: readonly (readonly [pan: string, element: string, value: string])[] = [
  ['4000000000000457', '11', '000002'],
  ['4000000000000465', '39', 'ZZ'],
  ['4000000000000473', '4', '000000001251'],
]

for (const [pan, element, value] of ALTERED) {
  test(`card ${pan} is answered with DE${element} = ${value} and nothing else altered`, async (t) => {
    const { emulator, peer } = await signedOn()
    peer.send(sale(1, pan))
    const regular = { 4: '000000001250', 11: '000001', 39: '00', 38: '107919' }
    t.like(fieldsOf(await peer.next()), { ...regular, [element]: value })
    await emulator.close()
  })
}

test('a script declines by amount and goes astray by sequence, before the card’s own fault', async (t) => {
  const { emulator, peer } = await signedOn({
    script: parseScript([
      { amount: '6100', fault: { kind: 'decline', code: '61' } },
      { sequence: '3', fault: { kind: 'answer-code', code: 'Q1' } },
      { pan: '4000000000000341', fault: { kind: 'answer-twice' } },
    ]),
  })
  const codes: unknown[] = []
  const amounts = ['000000001250', '000000006100', '000000001250', '000000001250']
  for (const [index, amount] of amounts.entries()) {
    peer.send(sale(index + 1, APPROVING, amount))
    codes.push(fieldsOf(await peer.next())['39'])
  }
  t.deepEqual(codes, ['00', '61', 'Q1', '00'])
  peer.send(sale(9, '4000000000000341'))
  t.is(await peer.next(), await peer.next())
  t.is(emulator.counters().approved, 4)
  await emulator.close()
})

test('messages are read whatever the segments, and answered together', async (t) => {
  const { emulator, peer } = await signedOn()
  peer.socket.setNoDelay(true)
  for (const byte of frame(sale(1, APPROVING))) peer.socket.write(Uint8Array.of(byte))
  t.like(fieldsOf(await peer.next()), { 11: '000001', 39: '00' })
  peer.send(...[2, 3, 4, 5].map((stan) => sale(stan, APPROVING)))
  const stans = [await peer.next(), await peer.next(), await peer.next(), await peer.next()]
  t.deepEqual(
    stans.map((hex) => fieldsOf(hex)['11']),
    ['000002', '000003', '000004', '000005'],
  )
  await emulator.close()
})

/** What a log is told, in the order of telling. */
function openLog() {
  const told: unknown[] = []
  const tell = (event: string, facts?: object) => void told.push([event, facts])
  return { told, log: { ...silentLog, warn: tell } }
}

test('an unreadable message is told by code, place and path, without a byte of it', async (t) => {
  const { told, log } = openLog()
  const { emulator, peer } = await signedOn({ log })
  peer.send(network('301').subarray(0, -1), network('301'))
  await peer.next()
  const offset = network('301').length - 3
  t.deepEqual(told, [['host-message-unreadable', { code: 'TRUNCATED', offset, path: '70' }]])
  await emulator.close()
})

test('an unreadable message is counted and not answered, an empty frame is nothing', async (t) => {
  const { emulator, peer } = await signedOn()
  peer.send(Buffer.from('no message'), Buffer.alloc(0), network('301'))
  t.is(fieldsOf(await peer.next())['70'], '301')
  t.like(emulator.counters(), { unreadable: 1, messages: 3 })
  await emulator.close()
})

test('an answer that its dialect has no room for is counted and not sent, and the next one is', async (t) => {
  const echoed = ['11', '43.city']
  const document = changed(json('conduct.json'), { 'payments/0/echoed': echoed })
  const { emulator, peer } = await signedOn({ conduct: compileConduct(document, DIALECT) })
  peer.send(sale(1, APPROVING), network('301'))
  t.is(fieldsOf(await peer.next())['70'], '301')
  t.like(emulator.counters(), { unwritable: 1, approved: 1 })
  await emulator.close()
})

test('a frame of the greatest length is read, one byte more closes the connection', async (t) => {
  const { emulator, peer } = await signedOn({ limits: { frameBytesMax: 300 } })
  peer.send(Buffer.alloc(300), network('301'))
  t.is(fieldsOf(await peer.next())['70'], '301')
  t.is(emulator.counters().unreadable, 1)
  peer.send(Buffer.alloc(301))
  t.is((await peer.rest()).length, 0)
  t.is(emulator.counters().unframed, 1)
  await emulator.close()
})

test('a gateway that does not read its answers is not read from either, and loses none', async (t) => {
  const { emulator, peer } = await signedOn()
  const echo = frame(network('301'))
  const burst = Buffer.concat(Array.from({ length: 1_000 }, () => echo))
  peer.socket.pause()
  let sent = 0
  while (peer.socket.writableLength < 1_000_000 && sent < 400_000) {
    peer.socket.write(burst)
    sent += 1_000
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.true(peer.socket.writableLength >= 1_000_000)
  t.true(emulator.counters().network < sent)
  let bytes = 0
  peer.socket.removeAllListeners('data')
  peer.socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  peer.socket.resume()
  const answerBytes = echo.length + 2
  await until(() => bytes === sent * answerBytes)
  t.is(emulator.counters().network, sent + 1)
  await emulator.close()
})

test('an address that is taken is refused at start', async (t) => {
  const first = await startEmulator()
  const wire = { ...LISTEN, port: first.port }
  await t.throwsAsync(startEmulator({ wire }), { code: 'EADDRINUSE' })
  await first.close()
})

test('a connection over the limit is not taken', async (t) => {
  const { emulator, peer } = await signedOn({ wire: { ...LISTEN, connectionsMax: 1 } })
  const second = createPeer(connect(emulator.port))
  await second.rest()
  peer.send(network('301'))
  t.is(fieldsOf(await peer.next())['39'], '00')
  await emulator.close()
})

test('each connection signs on for itself', async (t) => {
  const { emulator, peer } = await signedOn()
  const other = createPeer(connect(emulator.port))
  other.send(sale(1, APPROVING))
  t.is(fieldsOf(await other.next())['39'], '91')
  peer.send(sale(1, APPROVING))
  t.is(fieldsOf(await peer.next())['39'], '00')
  await emulator.close()
})

test('a gateway that does not answer a network request is silent, and one that left as well', async (t) => {
  const clock = fakeClock()
  const { emulator, peer } = await signedOn({ clock })
  const silent = emulator.announce('301')
  await peer.next()
  clock.advance(15_000)
  t.deepEqual(await silent, ['silent'])
  const leaving = emulator.announce('301')
  await emulator.close()
  t.deepEqual(await leaving, ['silent'])
})

test('the business date moves on by itself at the minute of the day that is set', async (t) => {
  const clock = fakeClock(Date.parse('2026-11-22T21:00:00Z'))
  const { emulator, peer } = await signedOn({ clock, cutoverMinute: 22 * 60 })
  clock.advance(3_600_000 - 1)
  t.is(emulator.businessDate, '2026-11-22')
  clock.advance(1)
  t.like(fieldsOf(await peer.next()), { 15: '1123', 70: '201' })
  clock.advance(86_400_000)
  t.like(fieldsOf(await peer.next()), { 15: '1124', 70: '201' })
  await emulator.close()
})

test('a cutover is in the book also when no gateway is there to hear of it', async (t) => {
  const bookFile = join(mkdtempSync(join(tmpdir(), 'host-book-')), 'book.sqlite')
  const emulator = await startEmulator({ bookFile })
  t.deepEqual(await emulator.cutOver(), [])
  t.is(readBook(bookFile).businessDate, '2026-11-23')
  await emulator.close()
})

test('the host calls a gateway that listens, and calls again when the line is lost', async (t) => {
  const gateway = createServer()
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const address = gateway.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const clock = fakeClock()
  const emulator = await startEmulator({
    clock,
    wire: { kind: 'connect', host: '127.0.0.1', port, reconnectMs: 500 },
  })
  const [first]: Socket[] = await once(gateway, 'connection')
  await signOn(createPeer(first as Socket))
  first?.destroy()
  await until(() => emulator.counters().connections === 0)
  const second = once(gateway, 'connection')
  clock.advance(500)
  const peer = createPeer((await second)[0])
  peer.send(sale(1, APPROVING))
  t.is(fieldsOf(await peer.next())['39'], '91')
  await emulator.close()
  gateway.close()
})

test('over TLS the host is the same', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'host-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const files = ['-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' })
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  const emulator = await startEmulator({ wire: { ...LISTEN, tls } })
  const socket = connectTls({ port: emulator.port, servername: 'localhost', ca: tls.cert })
  await once(socket, 'secureConnect')
  const peer = createPeer(socket)
  await signOn(peer)
  peer.send(sale(1, APPROVING))
  t.is(fieldsOf(await peer.next())['39'], '00')
  await emulator.close()
})

test('what was answered is in the book after kill -9 of the host', async (t) => {
  const file = join(mkdtempSync(join(tmpdir(), 'host-book-')), 'book.sqlite')
  const script = `
    import { startEmulator } from './test/host-emulator/peer.ts'
    import { createSystemClock } from '#platform'
    const bookFile = process.argv[1]
    const { port } = await startEmulator({ bookFile, clock: createSystemClock() })
    process.stdout.write(String(port))
  `
  const host = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [port] = await once(host.stdout, 'data')
  const peer = createPeer(connect(Number(port)))
  await signOn(peer)
  const stans = Array.from({ length: 200 }, (_, index) => index + 1)
  peer.send(...stans.map((stan) => sale(stan, APPROVING)))
  const answered: unknown[] = []
  for (const _ of stans.slice(0, 120)) answered.push(fieldsOf(await peer.next())['37'])
  host.kill('SIGKILL')
  await once(host, 'exit')
  const booked = new Set(readBook(file).exchanges.map(({ rrn }) => rrn))
  t.deepEqual(
    answered.filter((rrn) => !booked.has(String(rrn))),
    [],
  )
})
