import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { silentLog } from '#platform'
import { createAdmission } from '../../../src/communication/merchants/admission.ts'
import type { DoorOptions } from '../../../src/communication/merchants/door.ts'
import {
  type FramedTlsOptions,
  listenFramedTls,
} from '../../../src/communication/merchants/framed-listener.ts'
import type {
  AnswerMessage,
  ConnectionLimits,
} from '../../../src/communication/merchants/listener.ts'
import { createFakeClock } from '../../fakes/clock.ts'
import { makeCertificates } from '../certificates.ts'
import { connectFramed, type FramedOptions, frameOf } from '../framed-client.ts'
import { until } from '../until.ts'
import { doorOptions } from './door-options.ts'

const certificates = makeCertificates()
const { caPem, keyPem, serverPem, clientPem, strangerPem } = certificates

const LIMITS: ConnectionLimits = {
  frameBytesMax: 1000,
  connectionsMax: 10,
  requestsInFlightPerConnectionMax: 10,
  handshakeTimeoutMs: 2000,
  idleTimeoutMs: 60_000,
  frameTimeoutMs: 10_000,
  writeTimeoutMs: 10_000,
}

interface Given extends Partial<Omit<FramedTlsOptions, 'limits' | 'admission'>> {
  readonly limits?: Partial<ConnectionLimits>
  readonly admission?: Partial<DoorOptions>
  readonly answer?: AnswerMessage
}

const echo: AnswerMessage = async (message) => Buffer.from(`re: ${Buffer.from(message)}`)

async function open(t: ExecutionContext, given: Given = {}) {
  const clock = createFakeClock()
  const listener = await listenFramedTls(
    {
      address: '127.0.0.1',
      port: 0,
      tls: { certificatePem: serverPem, keyPem },
      clock,
      log: silentLog,
      ...given,
      admission: createAdmission(doorOptions(clock, given.admission)),
      limits: { ...LIMITS, ...given.limits },
    },
    given.answer ?? echo,
  )
  t.teardown(() => {
    const drained = listener.drain(0)
    clock.advance(0)
    return drained
  })
  const client = (options: FramedOptions = {}) =>
    connectFramed({ port: listener.port, ca: caPem, ...options })
  return { listener, client, clock }
}

/** Answers that the test gives when it wants to. */
function createHeldAnswers() {
  const held: { readonly text: string; give(answer?: string): void }[] = []
  const answer: AnswerMessage = (message) =>
    new Promise((resolve) => {
      const text = Buffer.from(message).toString()
      held.push({ text, give: (given = `re: ${text}`) => resolve(Buffer.from(given)) })
    })
  return { held, answer }
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a message over ${version} is answered with its correlation number`, async (t) => {
    const { client } = await open(t)
    const merchant = await client({ minVersion: version, maxVersion: version })
    merchant.send(7, 'hello')
    t.deepEqual(await merchant.next(), { correlation: 7, text: 're: hello' })
    t.is(merchant.socket.getProtocol(), version)
  })
}

test('TLS 1.1 is refused', async (t) => {
  const { listener, client } = await open(t)
  const merchant = await client({
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL:@SECLEVEL=0',
  })
  await merchant.closed
  t.is(listener.counters().clientErrors, 1)
})

test('answers leave as they are ready, in any order', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { client } = await open(t, { answer })
  const merchant = await client()
  for (const [correlation, text] of ['a', 'b', 'c'].entries()) merchant.send(correlation, text)
  await until(() => held.length === 3, 'three messages arrived')
  for (const at of [2, 0, 1]) held[at]?.give()
  const answers = [await merchant.next(), await merchant.next(), await merchant.next()]
  t.deepEqual(
    answers.map((it) => `${it.correlation} ${it.text}`),
    ['2 re: c', '0 re: a', '1 re: b'],
  )
})

test('messages cut into one-byte segments are read all the same', async (t) => {
  const { client } = await open(t)
  const merchant = await client()
  for (const byte of Buffer.concat([frameOf(1, 'first'), frameOf(2, 'second')])) {
    merchant.socket.write(Buffer.of(byte))
  }
  t.is((await merchant.next()).text, 're: first')
  t.is((await merchant.next()).text, 're: second')
})

test('a frame of the limit is answered; one byte more closes the connection', async (t) => {
  const { listener, client } = await open(t)
  const merchant = await client()
  merchant.send(1, 'x'.repeat(996))
  t.is((await merchant.next()).text.length, 1000)
  merchant.socket.write(frameOf(2, 'x'.repeat(997)).subarray(0, 4))
  await merchant.closed
  t.is(listener.counters().framesRefused, 1)
})

test('a frame without a payload closes the connection', async (t) => {
  const { listener, client } = await open(t)
  const merchant = await client()
  merchant.send(1, '')
  await merchant.closed
  t.is(listener.counters().framesRefused, 1)
})

test('the last connection is served, one more is closed before TLS', async (t) => {
  const { listener, client } = await open(t, { limits: { connectionsMax: 2 } })
  const first = await client()
  await client()
  const third = await client()
  await third.closed
  t.is(listener.counters().connectionsRefused, 1)
  first.send(1, 'still here')
  t.is((await first.next()).text, 're: still here')
})

test('past its requests in flight a connection is not read until an answer has left', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { client } = await open(t, { answer, limits: { requestsInFlightPerConnectionMax: 2 } })
  const merchant = await client()
  merchant.socket.write(Buffer.concat([1, 2, 3, 4].map((it) => frameOf(it, `m${it}`))))
  await until(() => held.length === 2, 'two messages arrived')
  const other = await client()
  other.send(9, 'other')
  await until(() => held.length === 3, 'another connection is read meanwhile')
  t.deepEqual(
    held.map((it) => it.text),
    ['m1', 'm2', 'other'],
  )
  held[0]?.give()
  await until(() => held.length === 4, 'the third message arrived')
  for (const it of held) it.give()
  await until(() => held.length === 5, 'the fourth message arrived')
  held[4]?.give()
  for (let count = 0; count < 4; count += 1) await merchant.next()
  t.pass()
})

test('past the requests in flight of all listeners a message gets the busy answer', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { listener, client } = await open(t, { answer, admission: { requestsInFlightMax: 2 } })
  const [one, two] = [await client(), await client()]
  one.send(1, 'a')
  two.send(2, 'b')
  await until(() => held.length === 2, 'two messages arrived')
  one.send(3, 'c')
  t.deepEqual(await one.next(), { correlation: 3, text: '{"busy":1200}' })
  held[0]?.give()
  t.deepEqual(await one.next(), { correlation: 1, text: 're: a' })
  one.send(4, 'd')
  await until(() => held.length === 3, 'there is room again')
  t.is(listener.counters().requestsBusy, 1)
})

test('a flood is refused in the order in which it came, to the last message', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { listener, client } = await open(t, { answer, admission: { requestsInFlightMax: 1 } })
  const merchant = await client()
  merchant.socket.write(Buffer.concat(Array.from({ length: 500 }, (_, it) => frameOf(it, 'x'))))
  for (let correlation = 1; correlation < 500; correlation += 1) {
    const refused = await merchant.next()
    t.is(refused.correlation, correlation)
    t.regex(refused.text, /^{"busy":\d+}$/)
  }
  held[0]?.give()
  t.is((await merchant.next()).correlation, 0)
  t.like(listener.counters(), { requests: 500, requestsBusy: 499, requestsInFlight: 0 })
})

test('a drain refuses what it had read of a flood, then closes', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { listener, client } = await open(t, { answer, admission: { requestsInFlightMax: 1 } })
  const merchant = await client()
  merchant.socket.write(Buffer.concat(Array.from({ length: 500 }, (_, it) => frameOf(it, 'x'))))
  await until(() => held.length === 1, 'the first arrived')
  const drained = listener.drain(60_000)
  await stable(() => listener.counters().requests)
  held[0]?.give()
  await merchant.closed
  await drained
  t.like(listener.counters(), { requestsInFlight: 0, connectionsOpen: 0 })
  t.is(held.length, 1)
})

test('whoever keeps parts of messages in our memory is cut off, and not who is served', async (t) => {
  const { held, answer } = createHeldAnswers()
  const admission = { bufferBytesMax: 20_000 }
  const { listener, client } = await open(t, { answer, admission, limits: { connectionsMax: 100 } })
  const served = await client()
  served.send(1, 'hello')
  await until(() => held.length === 1, 'the message arrived')
  const slow = await Promise.all(Array.from({ length: 30 }, () => client()))
  for (const { socket } of slow) socket.write(frameOf(1, 'x'.repeat(990)).subarray(0, 900))
  await until(() => listener.counters().connectionsShed > 0, 'some are cut off')
  await until(() => listener.counters().connectionsOpen < 31, 'they are gone')
  t.is(listener.counters().connectionsShed, 31 - listener.counters().connectionsOpen)
  held[0]?.give()
  t.is((await served.next()).text, 're: hello')
})

test('one network cannot have all connections', async (t) => {
  const { listener, client } = await open(t, { limits: { connectionsMax: 16 } })
  const greedy = await Promise.all(Array.from({ length: 16 }, () => client()))
  await until(() => listener.counters().connectionsRefused === 2, 'the last eighth is not its')
  t.like(listener.counters(), { connectionsOpen: 14, clientErrors: 0 })
  const neighbour = await client({ localAddress: '127.0.0.2' })
  neighbour.send(1, 'hello')
  t.is((await neighbour.next()).text, 're: hello')
  for (const { socket } of greedy) socket.destroy()
  await until(() => listener.counters().connectionsOpen === 1, 'they are gone')
  await client()
  t.is(listener.counters().connectionsOpen, 2)
})

test('a client that says nothing is destroyed when the handshake time is over', async (t) => {
  const { listener } = await open(t, { limits: { handshakeTimeoutMs: 60 } })
  const silent = await connectPlain(listener.port)
  await once(silent, 'close')
  t.is(listener.counters().clientErrors, 1)
  await until(() => listener.counters().connectionsOpen === 0, 'the socket is gone')
})

test('a client that speaks no TLS is destroyed', async (t) => {
  const { listener } = await open(t)
  const stranger = await connectPlain(listener.port)
  stranger.write('GET / HTTP/1.1\r\n\r\n')
  await once(stranger, 'close')
  t.is(listener.counters().clientErrors, 1)
})

test('an idle connection is destroyed at its limit and not before', async (t) => {
  const { listener, client, clock } = await open(t)
  const merchant = await client()
  merchant.send(1, 'hello')
  await merchant.next()
  clock.advance(59_000)
  t.is(listener.counters().idleClosed, 0)
  clock.advance(2000)
  await merchant.closed
  t.is(listener.counters().idleClosed, 1)
})

test('a connection that waits for an answer is not idle', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { client, clock } = await open(t, { answer })
  const merchant = await client()
  merchant.send(1, 'slow')
  await until(() => held.length === 1, 'the message arrived')
  clock.advance(600_000)
  held[0]?.give()
  t.is((await merchant.next()).text, 're: slow')
})

test('a frame begun and not ended in time closes the connection, one that ends does not', async (t) => {
  const { listener, client, clock } = await open(t)
  const [slow, steady] = [await client(), await client()]
  const frame = frameOf(1, 'hello')
  for (const merchant of [slow, steady]) {
    // A whole frame before it, in one piece: when that is answered, the beginning was heard too.
    merchant.socket.write(Buffer.concat([frameOf(0, 'whole'), frame.subarray(0, 6)]))
    await merchant.next()
  }
  clock.advance(9000)
  steady.socket.write(frame.subarray(6))
  t.is((await steady.next()).text, 're: hello')
  slow.socket.write(frame.subarray(6, 7))
  await pause()
  clock.advance(3000)
  await slow.closed
  t.is(listener.counters().slowSenders, 1)
  steady.send(2, 'more')
  t.is((await steady.next()).text, 're: more')
})

test('a client that does not take its answers is read no further, then destroyed', async (t) => {
  let asked = 0
  const big = Buffer.alloc(1_000_000)
  const answer: AnswerMessage = async () => {
    asked += 1
    return big
  }
  const { listener, client, clock } = await open(t, { answer })
  const merchant = await client()
  merchant.socket.pause()
  for (let correlation = 0; correlation < 200; correlation += 1) merchant.send(correlation, 'x')
  await until(() => asked > 0, 'a message arrived')
  await stable(() => asked)
  const askedWhenBlocked = asked
  t.true(asked < 100, `${asked} were read`)
  clock.advance(9000)
  await pause()
  t.is(asked, askedWhenBlocked)
  clock.advance(3000)
  await until(() => listener.counters().connectionsOpen === 0, 'it is destroyed')
  t.is(listener.counters().slowReaders, 1)
})

test('a client that closes its side is let go, and its answers are counted as undelivered', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { listener, client } = await open(t, { answer })
  const merchant = await client()
  merchant.send(1, 'a')
  await until(() => held.length === 1, 'the message arrived')
  merchant.socket.end()
  await merchant.closed
  await until(() => listener.counters().connectionsOpen === 0, 'it is gone')
  held[0]?.give()
  await until(() => listener.counters().answersUndelivered === 1, 'its answer is counted')
  t.is(listener.counters().requestsInFlight, 0)
})

test('an answer that rejects closes the connection rather than leave the client waiting', async (t) => {
  const { listener, client } = await open(t, { answer: () => Promise.reject(new Error('bug')) })
  const merchant = await client()
  merchant.send(1, 'a')
  await merchant.closed
  t.is(listener.counters().requestsInFlight, 0)
})

const CLIENTS: readonly [asks: 'optional' | 'required', shows: string, welcome: boolean][] = [
  ['optional', 'nothing', true],
  ['optional', 'ours', true],
  ['optional', 'a stranger’s', false],
  ['required', 'nothing', false],
  ['required', 'ours', true],
  ['required', 'a stranger’s', false],
]

for (const [asks, shows, welcome] of CLIENTS) {
  const outcome = welcome ? 'served' : 'turned away'
  test(`where a certificate is ${asks}, who shows ${shows} is ${outcome}`, async (t) => {
    const { client } = await open(t, {
      tls: { certificatePem: serverPem, keyPem, clients: { caPem, certificates: asks } },
      answer: async (_message, { peer }) =>
        Buffer.from(peer.certificateFingerprint === undefined ? 'nobody' : 'known'),
    })
    const cert = { ours: clientPem, 'a stranger’s': strangerPem }[shows]
    const merchant = await client(cert === undefined ? {} : { cert, key: keyPem.reveal() })
    merchant.send(1, 'who am I')
    if (welcome) t.is((await merchant.next()).text, shows === 'ours' ? 'known' : 'nobody')
    else await t.throwsAsync(merchant.next())
  })
}

test('the fingerprint given is that of the certificate', async (t) => {
  const fingerprints: (string | undefined)[] = []
  const { client } = await open(t, {
    tls: { certificatePem: serverPem, keyPem, clients: { caPem, certificates: 'required' } },
    answer: async (_message, { peer }) => {
      fingerprints.push(peer.certificateFingerprint)
      return Buffer.from('x')
    },
  })
  const merchant = await client({ cert: clientPem, key: keyPem.reveal() })
  merchant.send(1, 'a')
  await merchant.next()
  const expected = new X509Certificate(clientPem).fingerprint256.replaceAll(':', '').toLowerCase()
  t.deepEqual(fingerprints, [expected])
})

test('a drain accepts no more, answers what was read, then closes', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { listener, client } = await open(t, { answer })
  const [busy, idle] = [await client(), await client()]
  busy.send(1, 'a')
  busy.send(2, 'b')
  await until(() => held.length === 2, 'both messages arrived')
  const drained = listener.drain(60_000)
  await idle.closed
  const late = await client()
  await late.closed
  for (const it of held) it.give()
  t.deepEqual([(await busy.next()).text, (await busy.next()).text], ['re: a', 're: b'])
  await busy.closed
  await drained
  t.is(listener.counters().connectionsOpen, 0)
})

test('a drain also answers the messages that it had read but not begun', async (t) => {
  const { held, answer } = createHeldAnswers()
  const limits = { requestsInFlightPerConnectionMax: 1 }
  const { listener, client } = await open(t, { answer, limits })
  const merchant = await client()
  merchant.socket.write(Buffer.concat([frameOf(1, 'a'), frameOf(2, 'b')]))
  await until(() => held.length === 1, 'the first message arrived')
  const drained = listener.drain(60_000)
  held[0]?.give()
  await until(() => held.length === 2, 'the second is begun')
  held[1]?.give()
  t.deepEqual([(await merchant.next()).text, (await merchant.next()).text], ['re: a', 're: b'])
  await drained
})

test('at its deadline a drain destroys what is left', async (t) => {
  const { held, answer } = createHeldAnswers()
  const { listener, client, clock } = await open(t, { answer })
  const merchant = await client()
  merchant.send(1, 'a')
  await until(() => held.length === 1, 'the message arrived')
  const drained = listener.drain(5000)
  clock.advance(5000)
  await drained
  await merchant.closed
  t.is(clock.deadlineCount(), 0)
})

async function connectPlain(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Wait until a figure has not moved for a while. */
async function stable(figure: () => number): Promise<void> {
  let before = Number.NaN
  while (figure() !== before) {
    before = figure()
    await pause(100)
  }
}

/** Let bytes in flight on the loopback arrive. */
function pause(ms = 30): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
