import type { Server, Socket } from 'node:net'
import { bind } from '../bind.ts'
import type { ConnectionLimits, ListenerCounters, ListenerOptions } from './listener.ts'

/** The sockets of a server, from TCP accept to close. */
export interface AcceptedSockets {
  readonly port: number
  acceptNoMore(): void
  destroyAll(): void
}

export interface AcceptFacts {
  readonly counters: ListenerCounters
  /**
   * What the server calls a failed handshake; an HTTPS server has one event for it and for bad
   * HTTP.
   */
  readonly clientErrorEvent: 'tlsClientError' | 'clientError'
}

/**
 * Bind `server`: count, cap and forget connections, destroy what fails its
 * handshake. A TLS server leaves a socket open whose handshake failed or never came.
 *
 * @throws the system's error when the port cannot be had
 */
export async function acceptSockets(
  server: Server,
  options: ListenerOptions<ConnectionLimits>,
  { counters, clientErrorEvent }: AcceptFacts,
): Promise<AcceptedSockets> {
  const sockets = new Set<Socket>()
  server.maxConnections = options.limits.connectionsMax
  server.on('drop', () => {
    counters.connectionsRefused += 1
  })
  server.on('connection', (socket: Socket) => {
    counters.connectionsAccepted += 1
    sockets.add(socket)
    counters.connectionsOpen = sockets.size
    socket.setKeepAlive(true)
    socket.once('close', () => {
      sockets.delete(socket)
      counters.connectionsOpen = sockets.size
    })
  })
  server.on(clientErrorEvent, (_error: Error, socket: Socket) => {
    counters.clientErrors += 1
    socket.destroy()
  })
  const port = await bind(server, options)
  return {
    port,
    acceptNoMore: () => server.close(),
    destroyAll() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
