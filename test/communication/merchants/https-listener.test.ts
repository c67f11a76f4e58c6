import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { silentLog } from '#platform'
import { createAdmission } from '../../../src/communication/merchants/admission.ts'
import type { DoorOptions } from '../../../src/communication/merchants/door.ts'
import {
  type HttpsLimits,
  listenHttps,
} from '../../../src/communication/merchants/https-listener.ts'
import type { AnswerMessage } from '../../../src/communication/merchants/listener.ts'
import { createFakeClock } from '../../fakes/clock.ts'
import { makeCertificates } from '../certificates.ts'
import { until } from '../until.ts'
import { doorOptions } from './door-options.ts'

const { caPem, keyPem, serverPem, clientPem } = makeCertificates()

const LIMITS: HttpsLimits = {
  frameBytesMax: 1000,
  headerBytesMax: 2048,
  connectionsMax: 10,
  requestsInFlightPerConnectionMax: 10,
  handshakeTimeoutMs: 2000,
  idleTimeoutMs: 60_000,
  headerTimeoutMs: 5000,
  frameTimeoutMs: 5000,
  writeTimeoutMs: 10_000,
}

interface Given {
  readonly limits?: Partial<HttpsLimits>
  readonly admission?: Partial<DoorOptions>
  readonly clients?: { readonly caPem: string; readonly certificates: 'optional' | 'required' }
  readonly answer?: AnswerMessage
}

const echo: AnswerMessage = async (message) => Buffer.from(`re: ${Buffer.from(message)}`)

async function open(t: ExecutionContext, given: Given = {}) {
  const clock = createFakeClock()
  const busyAnswer = () => Buffer.from(BUSY)
  const admission = createAdmission(doorOptions(clock, { busyAnswer, ...given.admission }))
  const listener = await listenHttps(
    {
      address: '127.0.0.1',
      port: 0,
      tls: {
        certificatePem: serverPem,
        keyPem,
        ...(given.clients && { clients: given.clients }),
      },
      admission,
      discovery: () => '{"keys":[]}',
      clock,
      log: silentLog,
      limits: { ...LIMITS, ...given.limits },
    },
    given.answer ?? echo,
  )
  t.teardown(() => {
    const drained = listener.drain(0)
    clock.advance(0)
    return drained
  })
  const { port } = listener
  return {
    listener,
    clock,
    port,
    ask: (asked: Asked = {}) => ask(port, asked),
    raw: () => connectRaw(port),
  }
}

interface Asked extends RequestOptions {
  readonly body?: string
  readonly type?: string
}

interface Told {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

function ask(port: number, asked: Asked): Promise<Told> {
  const { body = 'token', type = 'application/jose', ...options } = asked
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, ca: caPem, method: 'POST', path: '/v1/messages' },
        headers: { 'content-type': type, 'content-length': Buffer.byteLength(body) },
        ...options,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const { statusCode: status, headers } = response
          resolve({ status, headers, body: Buffer.concat(chunks).toString() })
        })
      },
    )
    sent.on('error', reject)
    sent.end(options.method === 'GET' ? '' : body)
  })
}

interface Raw {
  readonly socket: TLSSocket
  heard(): string
  readonly closed: Promise<unknown>
}

async function connectRaw(port: number): Promise<Raw> {
  const socket = connect({ host: '127.0.0.1', port, ca: caPem })
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'secureConnect')
  return { socket, closed, heard: () => Buffer.concat(chunks).toString() }
}

/** Answers that the test gives when it wants to. */
function createHeldAnswers() {
  const given: (() => void)[] = []
  const answer: AnswerMessage = (message) =>
    new Promise((resolve) => given.push(() => resolve(Buffer.from(`re: ${Buffer.from(message)}`))))
  return { given, answer }
}

const BUSY = '{"type":"refusal","code":"BUSY","retryAfterMs":1500}'

const POST = 'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/jose\r\n'

test('a sealed message is answered with a sealed answer', async (t) => {
  const { ask } = await open(t)
  const { status, headers, body } = await ask()
  t.deepEqual([status, headers['content-type'], body], [200, 'application/jose', 're: token'])
})

const PLAIN: readonly [answer: string, status: number, retryAfter?: string][] = [
  ['{"type":"refusal","code":"REFUSED"}', 400],
  ['{"type":"refusal","code":"BUSY","retryAfterMs":1000}', 503, '1'],
  ['{"type":"refusal","code":"BUSY","retryAfterMs":1001}', 503, '2'],
  ['{"type":"refusal","code":"FAILED"}', 500],
]

for (const [answer, status, retryAfter] of PLAIN) {
  const saying = retryAfter === undefined ? '' : `, to be tried again in ${retryAfter} s`
  test(`${answer} is a ${status}${saying}`, async (t) => {
    const { ask } = await open(t, { answer: async () => Buffer.from(answer) })
    const told = await ask()
    t.deepEqual([told.status, told.headers['content-type']], [status, 'application/json'])
    t.is(told.headers['retry-after'], retryAfter)
    t.is(told.body, answer)
  })
}

test('the discovery JSON is served', async (t) => {
  const { ask } = await open(t)
  const { status, headers, body } = await ask({ method: 'GET', path: '/v1/keys' })
  t.deepEqual([status, headers['content-type'], body], [200, 'application/json', '{"keys":[]}'])
})

const REFUSED: readonly [what: string, asked: Asked, status: number, code: string][] = [
  ['another path', { path: '/v2/messages' }, 404, 'NOT_FOUND'],
  ['a path with a query', { path: '/v1/messages?a=1' }, 404, 'NOT_FOUND'],
  ['the root', { method: 'GET', path: '/' }, 404, 'NOT_FOUND'],
  ['GET of messages', { method: 'GET' }, 405, 'METHOD_NOT_ALLOWED'],
  ['POST to keys', { path: '/v1/keys' }, 405, 'METHOD_NOT_ALLOWED'],
  ['JSON', { type: 'application/json' }, 415, 'MEDIA_TYPE_NOT_SUPPORTED'],
  ['no media type', { type: '' }, 415, 'MEDIA_TYPE_NOT_SUPPORTED'],
  ['a body one byte too long', { body: 'x'.repeat(1001) }, 413, 'MESSAGE_TOO_LONG'],
]

for (const [what, asked, status, code] of REFUSED) {
  test(`${what} is refused with ${status} and the connection ends`, async (t) => {
    const { ask } = await open(t)
    const told = await ask(asked)
    t.is(told.status, status)
    t.deepEqual(JSON.parse(told.body), { error: { code } })
    t.is(told.headers['content-type'], 'application/json')
    t.is(told.headers.connection, 'close')
    if (status === 405) t.is(told.headers.allow, asked.path === '/v1/keys' ? 'GET' : 'POST')
  })
}

test('a body of the limit is taken', async (t) => {
  const { ask } = await open(t)
  t.is((await ask({ body: 'x'.repeat(1000) })).body.length, 1004)
})

for (const [bytes, status] of [
  [1000, 200],
  [1001, 413],
] as const) {
  test(`a body of ${bytes} bytes in chunks, its length not announced, is a ${status}`, async (t) => {
    const { listener, ask } = await open(t)
    const headers = { 'content-type': 'application/jose', 'transfer-encoding': 'chunked' }
    t.is((await ask({ body: 'x'.repeat(bytes), headers })).status, status)
    t.is(listener.counters().framesRefused, status === 413 ? 1 : 0)
  })
}

test('headers of the limit are read, larger ones close the connection', async (t) => {
  const { listener, ask } = await open(t)
  const headers = (bytes: number) => ({
    'content-type': 'application/jose',
    'content-length': 5,
    'x-long': 'x'.repeat(bytes),
  })
  t.is((await ask({ headers: headers(1500) })).status, 200)
  await t.throwsAsync(ask({ headers: headers(2048) }))
  t.is(listener.counters().clientErrors, 1)
})

test('many requests share a connection, up to the limit in flight; one more waits', async (t) => {
  const { given: give, answer } = createHeldAnswers()
  const limits = { requestsInFlightPerConnectionMax: 2 }
  const { raw } = await open(t, { answer, limits })
  const client = await raw()
  client.socket.write(['a', 'b', 'c'].map((it) => `${POST}Content-Length: 1\r\n\r\n${it}`).join(''))
  await until(() => give.length === 2, 'two messages arrived')
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.is(give.length, 2)
  give[0]?.()
  await until(() => give.length === 3, 'the third arrived')
  for (const it of give) it()
  await until(() => client.heard().includes('re: c'), 'the third is answered')
  t.deepEqual(client.heard().match(/re: ./g), ['re: a', 're: b', 're: c'])
})

test('past the requests in flight of all listeners the busy answer is a 503', async (t) => {
  const give: (() => void)[] = []
  const answer: AnswerMessage = () =>
    new Promise((resolve) => give.push(() => resolve(Buffer.from('done'))))
  const { listener, ask } = await open(t, { answer, admission: { requestsInFlightMax: 1 } })
  const first = ask()
  await until(() => give.length === 1, 'the first arrived')
  const { status, headers, body } = await ask()
  t.deepEqual([status, headers['content-type'], body], [503, 'application/json', BUSY])
  t.is(headers['retry-after'], '2')
  give[0]?.()
  t.is((await first).body, 'done')
  t.is(listener.counters().requestsBusy, 1)
})

test('whoever keeps parts of bodies in our memory is cut off, and not who is served', async (t) => {
  const { given: give, answer } = createHeldAnswers()
  const admission = { bufferBytesMax: 20_000 }
  const { listener, ask, raw } = await open(t, {
    answer,
    admission,
    limits: { connectionsMax: 100 },
  })
  const served = ask()
  await until(() => give.length === 1, 'the message arrived')
  const slow = await Promise.all(Array.from({ length: 30 }, () => raw()))
  for (const { socket } of slow) {
    socket.write(`${POST}Content-Length: 1000\r\n\r\n${'x'.repeat(900)}`)
  }
  await until(() => listener.counters().connectionsShed > 0, 'some are cut off')
  await until(
    () => listener.counters().connectionsShed === 31 - listener.counters().connectionsOpen,
    'they are gone',
  )
  give[0]?.()
  t.is((await served).body, 're: token')
})

test('bodies that have come or broken off take no more memory', async (t) => {
  const admission = { bufferBytesMax: 3_000 }
  const { listener, ask, raw } = await open(t, { admission })
  for (let times = 0; times < 10; times += 1) {
    t.is((await ask({ body: 'x'.repeat(900) })).status, 200)
    const gone = await raw()
    gone.socket.write(`${POST}Content-Length: 1000\r\n\r\n${'x'.repeat(900)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    gone.socket.destroy()
    await until(() => listener.counters().connectionsOpen < 2, 'it is gone')
  }
  t.is(listener.counters().connectionsShed, 0)
})

const SMUGGLED: readonly [what: string, bytes: string][] = [
  ['two lengths', `${POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
  [
    'a length and chunks',
    `${POST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['a bare line feed', 'POST /v1/messages HTTP/1.1\nHost: x\n\n'],
  ['a folded header', `${POST}X-A: b\r\n c\r\n\r\n`],
  ['a space before the colon', `${POST}Content-Length : 1\r\n\r\na`],
  ['a bad chunk size', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
  ['bytes that are not HTTP', 'hello\r\n\r\n'],
]

for (const [what, bytes] of SMUGGLED) {
  test(`${what}: the connection is destroyed without a word`, async (t) => {
    const { listener, raw } = await open(t)
    const client = await raw()
    client.socket.write(bytes)
    await client.closed
    t.is(client.heard(), '')
    t.is(listener.counters().clientErrors, 1)
  })
}

test('a request without a host is refused', async (t) => {
  const { raw } = await open(t)
  const client = await raw()
  client.socket.write('GET /v1/keys HTTP/1.1\r\n\r\n')
  await until(() => client.heard().startsWith('HTTP/1.1 400'), 'it is refused')
  t.pass()
})

const SLOW: readonly [what: string, limits: Partial<HttpsLimits>, bytes: string][] = [
  ['nothing at all', { headerTimeoutMs: 80 }, ''],
  ['half its headers', { headerTimeoutMs: 80 }, 'POST /v1/mess'],
  [
    'half its body',
    { headerTimeoutMs: 40, frameTimeoutMs: 40 },
    `${POST}Content-Length: 10\r\n\r\nhalf`,
  ],
]

for (const [what, limits, bytes] of SLOW) {
  test(`a client that sends ${what} is destroyed when the time is over`, async (t) => {
    const { listener, raw } = await open(t, { limits })
    const client = await raw()
    client.socket.write(bytes)
    await client.closed
    t.is(client.heard(), '')
    t.is(listener.counters().clientErrors, 1)
  })
}

test('a client that says nothing before TLS is destroyed', async (t) => {
  const { listener, port } = await open(t, { limits: { handshakeTimeoutMs: 60 } })
  const socket = connectTcp({ host: '127.0.0.1', port })
  socket.on('error', () => {})
  await once(socket, 'close')
  t.is(listener.counters().clientErrors, 1)
})

test('an idle connection is closed', async (t) => {
  const { raw } = await open(t, { limits: { idleTimeoutMs: 60 } })
  const client = await raw()
  client.socket.write('GET /v1/keys HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.closed
  t.true(client.heard().startsWith('HTTP/1.1 200'))
})

test('a client that does not take its answers is destroyed', async (t) => {
  const { listener, clock, raw } = await open(t, { answer: async () => Buffer.alloc(8_000_000) })
  const client = await raw()
  client.socket.pause()
  client.socket.write(`${POST}Content-Length: 1\r\n\r\na`.repeat(5))
  await until(() => listener.counters().requests > 0, 'a message arrived')
  await until(() => {
    clock.advance(1000)
    return listener.counters().connectionsOpen === 0
  }, 'it is destroyed')
  t.is(listener.counters().slowReaders, 1)
})

test('the last connection is served, one more is closed before TLS', async (t) => {
  const { listener, port, raw } = await open(t, { limits: { connectionsMax: 1 } })
  await raw()
  const socket = connectTcp({ host: '127.0.0.1', port })
  socket.on('error', () => {})
  await once(socket, 'close')
  t.is(listener.counters().connectionsRefused, 1)
})

test('where a certificate is required, only who shows one is served', async (t) => {
  const { ask } = await open(t, { clients: { caPem, certificates: 'required' } })
  t.is((await ask({ cert: clientPem, key: keyPem.reveal() })).status, 200)
  await t.throwsAsync(ask())
})

test('a drain accepts no more, answers what is in flight and ends its connections', async (t) => {
  const give: (() => void)[] = []
  const answer: AnswerMessage = () =>
    new Promise((resolve) => give.push(() => resolve(Buffer.from('done'))))
  const { listener, ask } = await open(t, { answer })
  const agent = new Agent({ keepAlive: true })
  const told = ask({ agent })
  await until(() => give.length === 1, 'the message arrived')
  const drained = listener.drain(60_000)
  await t.throwsAsync(ask())
  give[0]?.()
  t.deepEqual([(await told).body, (await told).headers.connection], ['done', 'close'])
  await drained
  t.is(listener.counters().connectionsOpen, 0)
})

const WITHOUT_A_REQUEST: readonly [what: string, bytes: string][] = [
  ['says nothing', ''],
  ['has sent half its headers', 'POST /v1/mess'],
  ['has sent half its body', `${POST}Content-Length: 10\r\n\r\nhalf`],
]

for (const [what, bytes] of WITHOUT_A_REQUEST) {
  test(`a drain does not wait for a client that ${what}`, async (t) => {
    const { listener, raw } = await open(t)
    const client = await raw()
    client.socket.write(`GET /v1/keys HTTP/1.1\r\nHost: x\r\n\r\n${bytes}`)
    await until(() => client.heard().includes('{"keys":[]}'), 'the connection is served')
    await listener.drain(60_000)
    await client.closed
    t.is(listener.counters().connectionsOpen, 0)
  })
}

test('a drain does not wait for a client that never said anything', async (t) => {
  const { listener, raw } = await open(t)
  const client = await raw()
  await listener.drain(60_000)
  await client.closed
  t.is(client.heard(), '')
})

for (const order of [
  [1, 0, 2],
  [2, 1, 0],
]) {
  test(`a drain answers all requests of a connection, ready in the order ${order}`, async (t) => {
    const { given, answer } = createHeldAnswers()
    const { listener, raw } = await open(t, { answer })
    const client = await raw()
    const sent = ['a', 'b', 'c'].map((it) => `${POST}Content-Length: 1\r\n\r\n${it}`)
    client.socket.write(sent.join(''))
    await until(() => given.length === 3, 'three messages arrived')
    const drained = listener.drain(60_000)
    for (const at of order) {
      given[at]?.()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await drained
    await client.closed
    t.deepEqual(client.heard().match(/re: ./g), ['re: a', 're: b', 're: c'])
  })
}

test('at its deadline a drain destroys what is left', async (t) => {
  const { listener, clock, ask } = await open(t, { answer: () => new Promise(() => {}) })
  const told = ask()
  await until(() => listener.counters().requestsInFlight === 1, 'the message arrived')
  const drained = listener.drain(5000)
  clock.advance(5000)
  await drained
  await t.throwsAsync(told)
})
