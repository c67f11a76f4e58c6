import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { Clock } from '#platform'

/** Where the host's lines are: it listens for gateways, or calls one. */
export type WireOptions =
  | {
      readonly kind: 'listen'
      readonly host: string
      /** 0 takes any free port. */
      readonly port: number
      readonly connectionsMax: number
      readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string }
    }
  | {
      readonly kind: 'connect'
      readonly host: string
      readonly port: number
      readonly reconnectMs: number
      readonly tls?: { readonly ca: string; readonly servername: string }
    }

export interface Wire {
  /** The port listened on, or called. */
  readonly port: number
  /** End every connection and take no new one. */
  close(): Promise<void>
}

/**
 * Open the wire and give every connection to `onSocket`. Rejects when the address cannot be
 * listened on.
 */
export function openWire(
  options: WireOptions,
  clock: Clock,
  onSocket: (socket: Socket) => void,
): Promise<Wire> {
  return options.kind === 'listen'
    ? listen(options, onSocket)
    : Promise.resolve(call(options, clock, onSocket))
}

const HANDSHAKE_TIMEOUT_MS = 10_000

function listen(
  { host, port, connectionsMax, tls }: Extract<WireOptions, { kind: 'listen' }>,
  onSocket: (socket: Socket) => void,
): Promise<Wire> {
  const server =
    tls === undefined
      ? createServer(onSocket)
      : createTlsServer(
          {
            ...tls,
            requestCert: tls.ca !== undefined,
            minVersion: 'TLSv1.2',
            handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
          },
          onSocket,
        )
  server.maxConnections = connectionsMax
  // Sockets whose handshake is not done are nobody's yet, and a server waits for them when it
  // closes.
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve({
        port: portOf(server.address()),
        close: () => {
          const closed = new Promise<void>((done) => server.close(() => done()))
          for (const socket of sockets) socket.destroy()
          return closed
        },
      })
    })
  })
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}

function call(
  options: Extract<WireOptions, { kind: 'connect' }>,
  clock: Clock,
  onSocket: (socket: Socket) => void,
): Wire {
  const { host, port, tls, reconnectMs } = options
  let closed = false
  let cancel = (): void => {}

  const dial = (): Socket => {
    const socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...tls })
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => onSocket(socket))
    // Its close says all there is to say.
    socket.on('error', () => {})
    socket.once('close', () => {
      if (closed) return
      cancel = clock.after(reconnectMs, () => {
        dialled = dial()
      })
    })
    return socket
  }
  let dialled = dial()
  return {
    port,
    close: async () => {
      closed = true
      cancel()
      dialled.destroy()
    },
  }
}
