import { readFileSync } from 'node:fs'
import type { HostWay, ListenerTls } from '#communication'
import { Secret } from '#domain'
import { readPrivateFile } from '#security'
import type { Config, HostTlsFiles } from './config.ts'

/** The certificates and keys of the merchant listeners, read from their files. */
export function listenerTlsOf(listeners: Config['listeners']): ListenerTls {
  const { certificateFile, keyFile, clientCertificates, clientCaFile } = listeners
  return {
    certificatePem: readFileSync(certificateFile, 'utf8'),
    keyPem: privatePem(keyFile),
    ...(clientCertificates === 'none'
      ? {}
      : {
          clients: { caPem: readFileSync(clientCaFile, 'utf8'), certificates: clientCertificates },
        }),
  }
}

/** How the host is reached, with the files of its TLS read. */
export function hostWayOf({ connect, listen, connections, tls }: Config['host']): HostWay {
  if (connect !== undefined) {
    return {
      kind: 'connect',
      endpoints: connect,
      connections,
      ...(tls === undefined ? {} : { tls: diallingTls(tls) }),
    }
  }
  if (listen === undefined) throw new TypeError('the configuration was not checked')
  const identity = tls && identityOf(tls)
  return {
    kind: 'listen',
    ...listen,
    connections,
    ...(tls === undefined || identity === undefined
      ? {}
      : { tls: { caPem: readFileSync(tls.caFile, 'utf8'), server: identity } }),
  }
}

function diallingTls(tls: HostTlsFiles) {
  const client = identityOf(tls)
  return {
    caPem: readFileSync(tls.caFile, 'utf8'),
    ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
    ...(client === undefined ? {} : { client }),
  }
}

function identityOf({ certificateFile, keyFile }: HostTlsFiles) {
  if (certificateFile === undefined || keyFile === undefined) return undefined
  return { certificatePem: readFileSync(certificateFile, 'utf8'), keyPem: privatePem(keyFile) }
}

function privatePem(file: string): Secret<string> {
  return new Secret(readPrivateFile(file, 'CERTIFICATE_MISSING').toString('utf8'))
}
