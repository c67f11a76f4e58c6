import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createSeeded, type Seeded } from '../fakes/seeded.ts'
import { type Effect, effectOf, type Passing, type Toxic } from './toxics.ts'

/** The toxics of each direction, in the order in which bytes meet them. */
export interface Poison {
  readonly toTarget?: readonly Toxic[]
  readonly toClient?: readonly Toxic[]
}

export type Direction = keyof Poison

/** A TCP proxy on loopback that treats what passes as a bad network would. */
export interface TcpProxy {
  /** Where clients are to connect. */
  readonly port: number
  /** From now on, on connections that are open too; what is on its way stays as it is. */
  poison(poison: Poison): void
  /** Close every open connection, or reset it. */
  end(how: 'cut' | 'reset'): void
  /** Reset every open connection and refuse all others, until {@link TcpProxy.raise}. */
  drop(): Promise<void>
  raise(): Promise<void>
  /** Bytes that have been passed on so far. */
  passed(direction: Direction): number
  close(): Promise<void>
}

export interface ProxyOptions {
  /** A port of loopback. */
  readonly target: number
  readonly poison?: Poison
  /** What slices and jitter are taken from. */
  readonly random?: Seeded
  /** Sees what is passed on; connections are counted from 1. */
  readonly onPassed?: (connection: number, direction: Direction, bytes: Buffer) => void
}

/** Listen on a free port of loopback, and pass every connection on to the target. */
export async function openProxy(options: ProxyOptions): Promise<TcpProxy> {
  const { target, random = createSeeded(1), onPassed = () => {} } = options
  const open = new Set<Connection>()
  const passed = { toTarget: 0, toClient: 0 }
  let poison = options.poison ?? {}
  let count = 0

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const number = ++count
    const connection = openConnection(client, target, (direction, bytes) => {
      passed[direction] += bytes.length
      onPassed(number, direction, bytes)
    })
    connection.poison(poison, random)
    open.add(connection)
    void connection.closed.then(() => open.delete(connection))
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const end = (how: 'cut' | 'reset'): void => {
    for (const connection of open) connection.end(how)
  }
  const drop = async (): Promise<void> => {
    end('reset')
    await new Promise((resolve) => server.close(resolve))
  }

  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    poison(next) {
      poison = next
      for (const connection of open) connection.poison(poison, random)
    },
    end,
    drop,
    raise: () => listen(port),
    passed: (direction) => passed[direction],
    close: drop,
  }
}

interface Connection {
  poison(poison: Poison, random: Seeded): void
  end(how: 'cut' | 'reset'): void
  readonly closed: Promise<unknown>
}

function openConnection(
  client: Socket,
  targetPort: number,
  onPassed: (direction: Direction, bytes: Buffer) => void,
): Connection {
  const target = connect({
    ...{ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true },
  })
  const sockets = [client, target]
  const end = (how: 'cut' | 'reset'): void => {
    for (const socket of sockets) how === 'cut' ? socket.destroy() : reset(socket)
  }
  const lanes = {
    toTarget: openLane(client, target, { end, onPassed: (it) => onPassed('toTarget', it) }),
    toClient: openLane(target, client, { end, onPassed: (it) => onPassed('toClient', it) }),
  }
  return {
    poison(poison, random) {
      for (const direction of ['toTarget', 'toClient'] as const) {
        const toxics = poison[direction] ?? []
        lanes[direction].setEffects(toxics.map((toxic) => effectOf(toxic, random)))
      }
    },
    end,
    closed: Promise.all(sockets.map((it) => new Promise((resolve) => it.once('close', resolve)))),
  }
}

/** Node never closes a socket that is reset as it ends (EINVAL): that one is closed. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}

interface Lane {
  setEffects(effects: readonly Effect[]): void
}

interface LaneParts {
  readonly end: (how: 'cut' | 'reset') => void
  readonly onPassed: (bytes: Buffer) => void
}

/** One direction: what is read is passed on in order, its end and its failure like its bytes. */
function openLane(from: Socket, to: Socket, { end, onPassed }: LaneParts): Lane {
  let effects: readonly Effect[] = []
  let ahead: Promise<void> = Promise.resolve()
  let bytesAhead = 0
  let isOver = false

  async function pass(passing: Passing): Promise<void> {
    for await (const it of through(passing, effects)) {
      if (isOver) return
      if (it.kind === 'bytes') {
        onPassed(it.bytes)
        await new Promise((resolve) => to.write(it.bytes, resolve))
      } else {
        isOver = true
        if (it.kind === 'end') to.end()
        else end(it.kind)
      }
    }
  }

  function read(passing: Passing, byteCount = 0): void {
    bytesAhead += byteCount
    if (bytesAhead > BYTES_AHEAD_MAX) from.pause()
    ahead = ahead
      .then(() => pass(passing))
      .then(() => {
        bytesAhead -= byteCount
        if (bytesAhead <= BYTES_AHEAD_MAX) from.resume()
      })
  }

  from.on('data', (bytes: Buffer) => {
    read({ kind: 'bytes', bytes, readAtMs: performance.now() }, bytes.length)
  })
  from.once('end', () => read({ kind: 'end', readAtMs: performance.now() }))
  from.on('error', () => read({ kind: 'reset', readAtMs: performance.now() }))
  return {
    setEffects(next) {
      effects = next
    },
  }
}

/** What is read before what was read earlier has been passed on. */
const BYTES_AHEAD_MAX = 1_048_576

async function* through(
  passing: Passing,
  [effect, ...others]: readonly Effect[],
): AsyncGenerator<Passing> {
  if (effect === undefined) return yield passing
  for await (const it of effect(passing)) yield* through(it, others)
}
