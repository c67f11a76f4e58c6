import { writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { Merchant, MerchantKey } from '#domain'
import { createSystemClock, createSystemRandom } from '#platform'
import {
  createClientCertificate,
  createKeyPair,
  makePrivateFolder,
  writePrivateFile,
} from '#security'
import type { Config } from '../../config.ts'
import type { ClientFile } from './client-file.ts'

/**
 * Make what a merchant's side needs, for `sallyport send` to read: its keys, a client certificate
 * where the listeners ask for one, and client.json.
 *
 * @returns the public keys, to be registered
 */
export async function makeMerchantFolder(
  folder: string,
  merchant: { readonly id: string; readonly answers: Merchant['answerEncryption'] },
  config: Config,
): Promise<MerchantKey[]> {
  makePrivateFolder(folder)
  const pairs = [await createKeyPair('PS256')]
  if (merchant.answers === 'registered-key') pairs.push(await createKeyPair('RSA-OAEP-256'))
  for (const { use, privateKeyPem } of pairs) {
    writePrivateFile(join(folder, KEY_FILES[use]), privateKeyPem.reveal())
  }
  const from = resolve(folder)
  const { framed, https, certificateFile } = config.listeners
  const client: ClientFile = {
    merchant: merchant.id,
    framed,
    https,
    caFile: relative(from, join(dirname(certificateFile), 'ca.crt')),
    gatewayKeysFile: relative(from, join(config.keysFolder, 'public.json')),
    signingKeyFile: KEY_FILES.sig,
    ...(pairs.length > 1 ? { decryptionKeyFile: KEY_FILES.enc } : {}),
    ...(await makeCertificate(folder, merchant.id, config)),
  }
  writeFileSync(join(folder, 'client.json'), `${JSON.stringify(client, undefined, 2)}\n`)
  return pairs.map(({ kid, use, jwk }) => ({ kid, use, jwk }))
}

const KEY_FILES = { sig: 'signing.key', enc: 'decryption.key' } as const

/** Issued by the authority that the listeners believe, whose key must be beside its certificate. */
async function makeCertificate(
  folder: string,
  merchant: string,
  { listeners }: Config,
): Promise<Pick<ClientFile, 'certificate'>> {
  if (listeners.clientCertificates === 'none') return {}
  const issued = await createClientCertificate(dirname(listeners.clientCaFile), {
    clock: createSystemClock(),
    random: createSystemRandom(),
    merchant,
  })
  const certificate = { certificateFile: 'client.crt', keyFile: 'client.key' }
  writeFileSync(join(folder, certificate.certificateFile), issued.certificatePem)
  writePrivateFile(join(folder, certificate.keyFile), issued.privateKeyPem.reveal())
  return { certificate }
}
