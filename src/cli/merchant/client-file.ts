import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { isJsonObject } from '#domain'
import { createMerchantClient, type GatewayKeySet, type MerchantClient } from '#merchant-client'
import { fileFault } from '../../spec-files.ts'

/** What a merchant's side needs to reach a gateway; paths are relative to the file. */
export interface ClientFile {
  readonly merchant: string
  readonly framed: { readonly address: string; readonly port: number }
  readonly https: { readonly address: string; readonly port: number }
  readonly caFile: string
  readonly gatewayKeysFile: string
  readonly signingKeyFile: string
  readonly decryptionKeyFile?: string
  /** What to show to listeners that ask for a client certificate. */
  readonly certificate?: { readonly certificateFile: string; readonly keyFile: string }
}

/** A merchant's client file, or a file it names, cannot be used. */
export class ClientFileError extends Error {
  override readonly name = 'ClientFileError'
  readonly code = 'CLIENT_FILE_INVALID'
}

/** Which of the gateway's listeners to use. */
export type Over = 'framed' | 'https'

/**
 * A client as `merchant add --generate` wrote it down.
 *
 * @param port where the listener is, when it is not where the file says
 * @throws ClientFileError
 */
export function openClient(
  file: string,
  over: Over,
  port?: number,
): { merchant: string; client: MerchantClient } {
  const folder = dirname(resolve(file))
  const settings = readClientFile(file)
  const text = (path: string) => read(resolve(folder, path))
  const { address: host, port: usualPort } = settings[over]
  const { decryptionKeyFile, certificate } = settings
  const client = createMerchantClient({
    gateway: {
      kind: over === 'framed' ? 'framed-tls' : 'https',
      host,
      port: port ?? usualPort,
      ca: text(settings.caFile),
      ...(certificate === undefined
        ? {}
        : {
            clientCertificate: {
              certificate: text(certificate.certificateFile),
              privateKey: text(certificate.keyFile),
            },
          }),
    },
    gatewayKeys: keySetIn(resolve(folder, settings.gatewayKeysFile)),
    merchant: settings.merchant,
    signingKeyPem: text(settings.signingKeyFile),
    ...(decryptionKeyFile === undefined ? {} : { decryptionKeyPem: text(decryptionKeyFile) }),
  })
  return { merchant: settings.merchant, client }
}

const TEXTS = ['merchant', 'caFile', 'gatewayKeysFile', 'signingKeyFile']

function readClientFile(file: string): ClientFile {
  const settings: unknown = parsed(file)
  const complete =
    isJsonObject(settings) &&
    TEXTS.every((member) => typeof settings[member] === 'string') &&
    isEndpoint(settings['framed']) &&
    isEndpoint(settings['https'])
  if (!complete) {
    throw new ClientFileError(`${file} is not what \`sallyport merchant add --generate\` writes`)
  }
  return settings as unknown as ClientFile
}

function isEndpoint(value: unknown): boolean {
  return (
    isJsonObject(value) && typeof value['address'] === 'string' && Number.isInteger(value['port'])
  )
}

function keySetIn(file: string): GatewayKeySet {
  const set = parsed(file)
  if (isJsonObject(set) && Array.isArray(set['keys'])) return { keys: set['keys'] }
  throw new ClientFileError(`${file} is not a JWK set`)
}

function parsed(file: string): unknown {
  const text = read(file)
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ClientFileError(`${file} ${fileFault(error)}`)
  }
}
