/** Where a gateway listens and what proves that it is that gateway. */
export interface GatewayAddress {
  /** `framed-tls`: the pipelined socket, for volume. `https`: one POST for each message. */
  readonly kind: 'framed-tls' | 'https'
  readonly host: string
  readonly port: number
  /** PEM of the authority that signed its certificate; the system's own authorities when absent. */
  readonly ca?: string
  /** Name in its certificate, when it is not `host`. */
  readonly serverName?: string
  /** PEM, where the gateway asks for client certificates. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string }
}

/** The TLS part of an address in node's words. */
export function tlsOptions({ host, port, ca, serverName, clientCertificate }: GatewayAddress) {
  return {
    host,
    port,
    minVersion: 'TLSv1.2' as const,
    servername: serverName ?? (IP_ADDRESS.test(host) ? '' : host),
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate === undefined
      ? {}
      : { cert: clientCertificate.certificate, key: clientCertificate.privateKey }),
  }
}

/**
 * An address has no name to send (RFC 6066 section 3); it is then what the certificate must hold.
 */
const IP_ADDRESS = /^[0-9.]+$|:/
