import type { Server, Socket } from 'node:net'
import { createGate, createParties, mostlyCommon } from '#admission'
import { bind } from '../bind.ts'
import type { ConnectionLimits, ListenerCounters, ListenerOptions } from './listener.ts'
import { networkOf } from './network.ts'

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
 * No network can have all connections: when most are taken, only one that has less than its fair
 * share gets another.
 *
 * @throws the system's error when the port cannot be had
 */
export async function acceptSockets(
  server: Server,
  options: ListenerOptions<ConnectionLimits>,
  { counters, clientErrorEvent }: AcceptFacts,
): Promise<AcceptedSockets> {
  const sockets = new Set<Socket>()
  const gate = createGate(mostlyCommon(options.limits.connectionsMax))
  const networks = createParties(() => gate.all)
  server.maxConnections = options.limits.connectionsMax
  server.on('drop', () => {
    counters.connectionsRefused += 1
  })
  const beginTls = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const network = networks.of(networkOf(socket.remoteAddress ?? ''))
    if (!gate.enter(network)) {
      counters.connectionsRefused += 1
      socket.destroy()
      return
    }
    for (const begin of beginTls) begin.call(server, socket)
    counters.connectionsAccepted += 1
    sockets.add(socket)
    counters.connectionsOpen = sockets.size
    socket.setKeepAlive(true)
    socket.once('close', () => {
      sockets.delete(socket)
      gate.leave(network)
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
