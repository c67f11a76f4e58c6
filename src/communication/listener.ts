import type { Server as NetServer, Socket } from 'node:net'
import type { TLSSocket, TlsOptions } from 'node:tls'
import type { Secret } from '#domain'
import type { Clock, Log } from '#platform'
import type { Admission } from './admission.ts'

/** Who is at the other end of a connection, as far as TLS and TCP say. */
export interface Peer {
  readonly address: string
  /** SHA-256 of the client certificate, lower-case hex; absent when none was shown. */
  readonly certificateFingerprint?: string
}

/** What a listener does with each message: bytes in, bytes out. Resolves once; never rejects. */
export type AnswerMessage = (message: Uint8Array, peer: Peer) => Promise<Uint8Array>

export interface ListenerTls {
  readonly certificatePem: string
  readonly keyPem: Secret<string>
  /** Present when clients may, or must, show a certificate that this CA issued. */
  readonly clients?: {
    readonly caPem: string
    readonly certificates: 'optional' | 'required'
  }
}

/** Bounds that every merchant listener keeps, whatever its protocol. */
export interface ConnectionLimits {
  /** Largest message: what follows a frame's length field, or an HTTPS body. */
  readonly frameBytesMax: number
  /** Connections at once, counted before TLS; one more is closed as soon as it is accepted. */
  readonly connectionsMax: number
  /** Past it a connection is not read until an answer has left. */
  readonly requestsInFlightPerConnectionMax: number
  readonly handshakeTimeoutMs: number
  /** A connection with nothing in flight and nothing arriving. */
  readonly idleTimeoutMs: number
  /** From the first byte of a frame or body to its last. */
  readonly frameTimeoutMs: number
  /** A client that does not take its answers. */
  readonly writeTimeoutMs: number
}

export interface ListenerOptions<Limits extends ConnectionLimits> {
  readonly address: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly tls: ListenerTls
  readonly limits: Limits
  readonly admission: Admission
  readonly clock: Clock
  readonly log: Log
}

export interface Listener {
  /** The port it listens on. */
  readonly port: number
  /**
   * Stop accepting, answer everything already read, close. What is still open `deadlineMs` from now
   * is destroyed.
   */
  drain(deadlineMs: number): Promise<void>
  counters(): ListenerCounters
}

/** Since the start, but for `connectionsOpen` and `requestsInFlight`, which are now. */
export interface ListenerCounters {
  connectionsOpen: number
  connectionsAccepted: number
  /** One more than `connectionsMax`: closed before TLS. */
  connectionsRefused: number
  /** Broken, refused or unfinished TLS handshakes, and bytes that are not HTTP. */
  clientErrors: number
  requests: number
  requestsInFlight: number
  /** Answered with the busy refusal. */
  requestsBusy: number
  /** Length fields or bodies that no message may have. */
  framesRefused: number
  /** Destroyed: a frame begun and not ended in time. */
  slowSenders: number
  /** Destroyed: answers not taken in time. */
  slowReaders: number
  idleClosed: number
  /** Answers whose client had gone. */
  answersUndelivered: number
}

export function zeroCounters(): ListenerCounters {
  return {
    connectionsOpen: 0,
    connectionsAccepted: 0,
    connectionsRefused: 0,
    clientErrors: 0,
    requests: 0,
    requestsInFlight: 0,
    requestsBusy: 0,
    framesRefused: 0,
    slowSenders: 0,
    slowReaders: 0,
    idleClosed: 0,
    answersUndelivered: 0,
  }
}

/** TLS 1.3's suites, and of TLS 1.2 only those with forward secrecy and authenticated encryption. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
].join(':')

/** An optional certificate is verified as well, but by {@link peerOf}: here it must not end the handshake. */
export function tlsOptionsOf(tls: ListenerTls, handshakeTimeoutMs: number): TlsOptions {
  return {
    cert: tls.certificatePem,
    key: tls.keyPem.reveal(),
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    handshakeTimeout: handshakeTimeoutMs,
    ...(tls.clients && {
      ca: tls.clients.caPem,
      requestCert: true,
      rejectUnauthorized: tls.clients.certificates === 'required',
    }),
  }
}

/** @returns undefined for a client whose certificate is none of ours: it must be destroyed. */
export function peerOf(socket: TLSSocket, tls: ListenerTls): Peer | undefined {
  const address = socket.remoteAddress ?? ''
  if (tls.clients === undefined) return { address }
  const { fingerprint256 } = socket.getPeerCertificate()
  if (fingerprint256 === undefined) {
    return tls.clients.certificates === 'required' ? undefined : { address }
  }
  if (!socket.authorized) return undefined
  return { address, certificateFingerprint: fingerprint256.replaceAll(':', '').toLowerCase() }
}

/** The sockets of a server, from TCP accept to close. */
export interface Doorway {
  readonly port: number
  /** Accept no more. */
  shut(): void
  destroyAll(): void
}

export interface DoorwayFacts {
  readonly counters: ListenerCounters
  /** What the server calls a failed handshake; an HTTPS server has one event for it and for bad HTTP. */
  readonly clientErrorEvent: 'tlsClientError' | 'clientError'
}

/**
 * Bind `server` and mind its door: count, cap and forget connections, destroy what fails its
 * handshake. A TLS server leaves a socket open whose handshake failed or never came.
 *
 * @throws the system's error when the port cannot be had
 */
export async function openDoorway(
  server: NetServer,
  options: ListenerOptions<ConnectionLimits>,
  { counters, clientErrorEvent }: DoorwayFacts,
): Promise<Doorway> {
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
    shut: () => server.close(),
    destroyAll() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** @returns the port, once `server` listens. */
export function bind(
  server: NetServer,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })
}

/** Resolves when `done` does, or after `deadlineMs`, whichever is first. */
export function atMost(clock: Clock, deadlineMs: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(deadlineMs, resolve)
    done.then(() => {
      cancel()
      resolve()
    }, resolve)
  })
}
