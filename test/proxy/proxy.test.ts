import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { until } from '../communication/until.ts'
import { createSeeded } from '../fakes/seeded.ts'
import { openProxy, type ProxyOptions } from './proxy.ts'

/** One end of a connection, with all that it has heard. */
interface Side {
  readonly socket: Socket
  heard(): Buffer
  hasEnded(): boolean
  /** The code of its error, or nothing when it was closed without one. */
  readonly closed: Promise<string | undefined>
}

function sideOf(socket: Socket): Side {
  const chunks: Buffer[] = []
  let ended = false
  let code: string | undefined
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.once('end', () => {
    ended = true
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code
  })
  return {
    socket,
    heard: () => Buffer.concat(chunks),
    hasEnded: () => ended,
    closed: new Promise((resolve) => socket.once('close', () => resolve(code))),
  }
}

/** A client and its target with a proxy between them. */
async function openPair(t: ExecutionContext, options: Omit<ProxyOptions, 'target'> = {}) {
  const accepted = Promise.withResolvers<Socket>()
  const server = createServer({ allowHalfOpen: true }, accepted.resolve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await openProxy({ ...options, target: (server.address() as AddressInfo).port })
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
  const client = sideOf(socket)
  const target = sideOf(await accepted.promise)
  t.teardown(async () => {
    for (const side of [client, target]) side.socket.destroy()
    await proxy.close()
    server.close()
  })
  return { proxy, client, target }
}

const MESSAGE = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251))

test('without toxics, bytes and ends pass unchanged in both directions', async (t) => {
  const { proxy, client, target } = await openPair(t)
  client.socket.end(MESSAGE)
  await until(target.hasEnded, 'the end at the target')
  t.deepEqual(target.heard(), MESSAGE)
  t.false(client.hasEnded())
  target.socket.end(MESSAGE.subarray(0, 100))
  t.is(await client.closed, undefined)
  t.deepEqual(client.heard(), MESSAGE.subarray(0, 100))
  t.deepEqual([proxy.passed('toTarget'), proxy.passed('toClient')], [5000, 100])
})

async function slicesOf(t: ExecutionContext, seed: number): Promise<number[]> {
  const slices: number[] = []
  const { client, target } = await openPair(t, {
    random: createSeeded(seed),
    poison: { toTarget: [{ kind: 'slices', bytesMax: 9 }] },
    onPassed: (_connection, _direction, bytes) => slices.push(bytes.length),
  })
  client.socket.end(MESSAGE)
  await until(target.hasEnded, 'the end at the target')
  t.deepEqual(target.heard(), MESSAGE)
  return slices
}

test('slices are no longer than they may be, and the same for the same seed', async (t) => {
  const slices = await slicesOf(t, 7)
  t.is(Math.max(...slices), 9)
  t.is(Math.min(...slices), 1)
  t.deepEqual(await slicesOf(t, 7), slices)
  t.notDeepEqual(await slicesOf(t, 8), slices)
})

test('latency holds everything back, the end too, and keeps its order', async (t) => {
  const toxic = { kind: 'latency', delayMs: 60, jitterMs: 20 } as const
  const { client, target } = await openPair(t, { poison: { toTarget: [toxic] } })
  const beganMs = performance.now()
  for (const byte of MESSAGE.subarray(0, 20)) {
    client.socket.write(Buffer.of(byte))
    await wait(2)
  }
  client.socket.end()
  await until(target.hasEnded, 'the end at the target')
  t.true(performance.now() - beganMs >= 40)
  t.deepEqual(target.heard(), MESSAGE.subarray(0, 20))
})

test('bandwidth lets no more pass in its time than it has', async (t) => {
  const toxic = { kind: 'bandwidth', bytesPerSecond: 25_000 } as const
  const { client, target } = await openPair(t, { poison: { toTarget: [toxic] } })
  const beganMs = performance.now()
  client.socket.end(MESSAGE)
  await until(target.hasEnded, 'the end at the target')
  t.true(performance.now() - beganMs >= 190)
  t.deepEqual(target.heard(), MESSAGE)
})

for (const afterBytes of [0, 1, 4999, 5000]) {
  test(`a cut after ${afterBytes} bytes lets so many pass and closes both sides`, async (t) => {
    const poison = { toTarget: [{ kind: 'cut', afterBytes }] } as const
    const { client, target } = await openPair(t, { poison })
    client.socket.write(MESSAGE)
    await until(() => client.hasEnded() && target.hasEnded(), 'the end at both sides')
    t.deepEqual(target.heard(), MESSAGE.subarray(0, afterBytes))
  })
}

test('a reset is one at both sides', async (t) => {
  const poison = { toClient: [{ kind: 'reset', afterBytes: 10 }] } as const
  const { client, target } = await openPair(t, { poison })
  target.socket.write(MESSAGE)
  t.is(await client.closed, 'ECONNRESET')
  t.is(await target.closed, 'ECONNRESET')
})

test('a reset by one side reaches the other', async (t) => {
  const { client, target } = await openPair(t)
  target.socket.resetAndDestroy()
  t.is(await client.closed, 'ECONNRESET')
})

test('of a connection closed by half, the other half goes on', async (t) => {
  const poison = { toClient: [{ kind: 'half-close', afterBytes: 10 }] } as const
  const { client, target } = await openPair(t, { poison })
  target.socket.write(MESSAGE)
  await until(client.hasEnded, 'the end at the client')
  t.is(client.heard().length, 10)
  client.socket.write(MESSAGE)
  await until(() => target.heard().length === 5000, 'all at the target')
  t.false(target.hasEnded())
})

test('in silence nothing arrives and nobody is told, not even of the end', async (t) => {
  const silence = [{ kind: 'silence', afterBytes: 3 }] as const
  const { client, target } = await openPair(t, { poison: { toTarget: silence, toClient: silence } })
  client.socket.write(MESSAGE)
  await until(() => target.heard().length === 3, 'what comes before the silence')
  target.socket.write(MESSAGE)
  await until(() => client.heard().length === 3, 'what comes before the silence')
  client.socket.resetAndDestroy()
  target.socket.end()
  await wait(50)
  t.is(target.heard().length, 3)
  t.false(target.hasEnded() || target.socket.destroyed)
})

test('a silence may end in a cut', async (t) => {
  const poison = { toTarget: [{ kind: 'silence', afterBytes: 0, cutAfterMs: 20 }] } as const
  const { client, target } = await openPair(t, { poison })
  client.socket.write(MESSAGE)
  await until(() => client.hasEnded() && target.hasEnded(), 'the end at both sides')
  t.is(target.heard().length, 0)
})

test('a slow end comes after what was before it', async (t) => {
  const poison = { toTarget: [{ kind: 'slow-end', delayMs: 40 }] } as const
  const { client, target } = await openPair(t, { poison })
  client.socket.end(MESSAGE)
  await until(() => target.heard().length === 5000, 'all at the target')
  t.false(target.hasEnded())
  await until(target.hasEnded, 'the end at the target')
})

test('toxics meet bytes in their order', async (t) => {
  const { client, target } = await openPair(t, {
    poison: {
      toTarget: [
        { kind: 'slices', bytesMax: 1 },
        { kind: 'latency', delayMs: 5 },
        { kind: 'half-close', afterBytes: 100 },
      ],
    },
  })
  client.socket.write(MESSAGE)
  await until(target.hasEnded, 'the end at the target')
  t.deepEqual(target.heard(), MESSAGE.subarray(0, 100))
})

test('open connections are poisoned and healed too', async (t) => {
  const { proxy, client, target } = await openPair(t)
  client.socket.write('before')
  await until(() => target.heard().length === 6, 'what comes before the silence')
  proxy.poison({ toTarget: [{ kind: 'silence', afterBytes: 0 }] })
  client.socket.write('lost')
  await wait(30)
  proxy.poison({})
  client.socket.write(' and after')
  await until(() => target.heard().length === 16, 'what comes after it')
  t.is(target.heard().toString(), 'before and after')
})

test('every open connection can be cut at once', async (t) => {
  const { proxy, client, target } = await openPair(t)
  proxy.end('cut')
  await until(() => client.hasEnded() && target.hasEnded(), 'the end at both sides')
  t.false(client.socket.destroyed || target.socket.destroyed)
})

test('every open connection can be reset at once', async (t) => {
  const { proxy, client, target } = await openPair(t)
  proxy.end('reset')
  t.deepEqual(await Promise.all([client.closed, target.closed]), ['ECONNRESET', 'ECONNRESET'])
})

test('a proxy that is down refuses, and takes connections again on the same port', async (t) => {
  const { proxy, client } = await openPair(t)
  await proxy.drop()
  t.is(await client.closed, 'ECONNRESET')
  t.is(await sideOf(connect(proxy.port, '127.0.0.1')).closed, 'ECONNREFUSED')
  await proxy.raise()
  const again = connect(proxy.port, '127.0.0.1')
  await once(again, 'connect')
  again.destroy()
})

test('a client whose target is not there is reset', async (t) => {
  const { proxy } = await openPair(t)
  const orphan = await openProxy({ target: proxy.port })
  t.teardown(() => orphan.close())
  await proxy.drop()
  t.is(await sideOf(connect(orphan.port, '127.0.0.1')).closed, 'ECONNRESET')
  await proxy.raise()
})
