import { readFileSync } from 'node:fs'
import type { HostWay, ListenerTls } from '#communication'
import { Secret } from '#domain'
import { readPrivateFile } from '#security'
import { type PostgresPlace, postgresAddressOf, type StorePlace } from '#store'
import type { Config, HostTlsFiles, PostgresConfig } from './config.ts'

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

/** Where the store is, with the files of its password and of its TLS read. */
export function storePlaceOf({ storeFile, store }: Config): StorePlace {
  return store.postgres === undefined ? storeFile : postgresPlaceOf(store.postgres)
}

function postgresPlaceOf({ url, node, tls, ...given }: PostgresConfig): PostgresPlace {
  const address = postgresAddressOf(url)
  if (typeof address === 'string') throw new TypeError('the configuration was not checked')
  const password =
    given.passwordFile === undefined ? given.password : passwordIn(given.passwordFile)
  return {
    ...address,
    node,
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: databaseTls(tls) }),
  }
}

function passwordIn(file: string): string {
  return readPrivateFile(file, 'PASSWORD_MISSING').toString('utf8').trimEnd()
}

function databaseTls(tls: HostTlsFiles): NonNullable<PostgresPlace['tls']> {
  const client = identityOf(tls)
  return {
    ca: readFileSync(tls.caFile, 'utf8'),
    ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
    ...(client === undefined ? {} : { cert: client.certificatePem, key: client.keyPem.reveal() }),
  }
}

function privatePem(file: string): Secret<string> {
  return new Secret(readPrivateFile(file, 'CERTIFICATE_MISSING').toString('utf8'))
}
