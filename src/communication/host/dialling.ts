import { BlockList, connect, createServer, isIPv6, type Server, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Secret } from '#domain'
import type { CancelDeadline, Clock, Random } from '#platform'
import type { Endpoint } from '../bind.ts'
import { type BackoffBounds, backoffMs } from './backoff.ts'
import type { Connection } from './connection.ts'

/** The gateway dials the host. */
export interface DiallingWay {
  readonly kind: 'connect'
  /** Connections are spread over them in turn; one that fails is tried elsewhere next. */
  readonly endpoints: readonly Endpoint[]
  readonly connections: number
  readonly tls?: {
    /** Only a certificate of this CA is believed. */
    readonly caPem: string
    /** The name that the host's certificate must bear; by default, the address. */
    readonly serverName?: string
    readonly client?: Identity
  }
}

/** The host dials the gateway. */
export interface ListeningWay extends Endpoint {
  readonly kind: 'listen'
  /** Connections at once; one more is closed as soon as it is accepted. */
  readonly connections: number
  /** IP addresses that the host dials from; anyone else is hung up on. All, when absent. */
  readonly addresses?: readonly string[]
  readonly tls?: {
    /** Only a client certificate of this CA is believed, and one must be shown. */
    readonly caPem: string
    readonly server: Identity
  }
}

export type HostWay = DiallingWay | ListeningWay

export interface Identity {
  readonly certificatePem: string
  readonly keyPem: Secret<string>
}

export interface DiallingParts {
  readonly clock: Clock
  readonly random: Random
  readonly limits: BackoffBounds & { readonly connectTimeoutMs: number }
  /** How a connection is made; by TCP, and TLS where it is used, unless told otherwise. */
  readonly dial?: Dial
  /** An attempt came to nothing: no TCP, or no TLS with the host that we know. */
  onDialFailed(endpoint: Endpoint): void
}

/** Begin to connect; it says `connect`, or `secureConnect` with TLS, once it is open. */
export type Dial = (endpoint: Endpoint, tls: DiallingWay['tls']) => Connection

/** Takes an open connection over, and says later whether the host ever signed it on. */
export type AdoptSocket = (socket: Connection) => { readonly wasReady: boolean }

/**
 * Keep as many connections to the host as wanted: each that fails or ends is dialled again, after a
 * delay that grows until one was of use.
 *
 * @returns dials no more; what is open is the adopter's to close
 */
export function keepDialling(
  way: DiallingWay,
  parts: DiallingParts,
  adopt: AdoptSocket,
): () => void {
  const stops = Array.from({ length: way.connections }, (_, slot) =>
    keepOne(slot, { way, ...parts, adopt }),
  )
  return () => {
    for (const stop of stops) stop()
  }
}

interface SlotParts extends DiallingParts {
  readonly way: DiallingWay
  readonly adopt: AdoptSocket
}

function keepOne(slot: number, parts: SlotParts): () => void {
  const { way, clock, limits, dial = dialSocket } = parts
  let failures = 0
  let attempts = 0
  let stopped = false
  let stopWaiting: CancelDeadline = () => {}

  function attempt(): void {
    const endpoint = way.endpoints[(slot + attempts) % way.endpoints.length]
    if (endpoint === undefined) return
    attempts += 1
    const socket = dial(endpoint, way.tls)
    let line: { readonly wasReady: boolean } | undefined
    const cancelTimeout = clock.after(limits.connectTimeoutMs, () => socket.destroy())
    stopWaiting = () => socket.destroy()
    socket.once(way.tls === undefined ? 'connect' : 'secureConnect', () => {
      cancelTimeout()
      stopWaiting = () => {}
      line = parts.adopt(socket)
    })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      cancelTimeout()
      if (stopped) return
      if (line === undefined) parts.onDialFailed(endpoint)
      if (line?.wasReady) failures = 0
      wait()
    })
  }

  function wait(): void {
    const delayMs = backoffMs(failures, limits, parts.random)
    failures += 1
    stopWaiting = clock.after(delayMs, attempt)
  }

  attempt()
  return () => {
    stopped = true
    stopWaiting()
  }
}

function dialSocket({ address, port }: Endpoint, tls: DiallingWay['tls']): Socket {
  if (tls === undefined) return connect({ host: address, port })
  return connectTls({
    host: address,
    port,
    ca: tls.caPem,
    minVersion: 'TLSv1.2',
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    ...(tls.client && { cert: tls.client.certificatePem, key: tls.client.keyPem.reveal() }),
  })
}

/** A server, not yet bound, for the host's connections. */
export function createHostServer(
  way: ListeningWay,
  handshakeTimeoutMs: number,
  onOpen: (socket: Socket) => void,
): Server {
  const isHost = way.addresses === undefined ? () => true : compileAddresses(way.addresses)
  const admit = (socket: Socket) => {
    if (isHost(socket)) onOpen(socket)
    else socket.on('error', () => {}).destroy()
  }
  const server =
    way.tls === undefined
      ? createServer(admit)
      : createTlsServer({
          cert: way.tls.server.certificatePem,
          key: way.tls.server.keyPem.reveal(),
          ca: way.tls.caPem,
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.2',
          handshakeTimeout: handshakeTimeoutMs,
        })
  if (way.tls !== undefined) {
    server.on('secureConnection', admit)
    server.on('tlsClientError', (_error: Error, socket: TLSSocket) => socket.destroy())
  }
  server.maxConnections = way.connections
  return server
}

/** However an address is written: IPv6 in short, or IPv4 inside it. */
function compileAddresses(addresses: readonly string[]): (socket: Socket) => boolean {
  const list = new BlockList()
  for (const address of addresses) list.addAddress(address, familyOf(address))
  return ({ remoteAddress = '' }) => list.check(remoteAddress, familyOf(remoteAddress))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
