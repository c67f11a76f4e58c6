import type { TLSSocket, TlsOptions } from 'node:tls'
import type { Secret } from '#domain'

/**
 * Who is at the other end of a connection, as far as TCP and TLS say. It proves no merchant: that
 * is what a message's own signature does.
 */
export interface Peer {
  readonly address: string
  /** SHA-256 of the client certificate, lower-case hex; absent when none was shown. */
  readonly certificateFingerprint?: string
}

export interface ListenerTls {
  readonly certificatePem: string
  readonly keyPem: Secret<string>
  /** Present when clients may, or must, show a certificate that this CA issued. */
  readonly clients?: {
    readonly caPem: string
    readonly certificates: 'optional' | 'required'
  }
}

/**
 * TLS 1.3's suites, and of TLS 1.2 only those with forward secrecy and authenticated encryption.
 */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
].join(':')

/**
 * An optional certificate is verified as well, but by {@link peerOf}: here it must not end the
 * handshake.
 */
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
