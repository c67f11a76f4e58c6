import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Secret } from '#domain'
import type { Clock, Random } from '#platform'
import { makePrivateFolder, readPrivateFile, writePrivateFile, writePublicFile } from './files.ts'
import { rsaKey } from './key-pair.ts'
import { issueCertificate } from './x509.ts'

export interface CertificateOptions {
  readonly clock: Clock
  readonly random: Random
  /** Host names and addresses of the listeners, besides `localhost`, `127.0.0.1` and `::1`. */
  readonly names: readonly string[]
  /** How long they hold. */
  readonly days?: number
}

/** A certificate with its chain's end and its key, all in PEM. */
export interface IssuedCertificate {
  readonly certificatePem: string
  readonly caPem: string
  readonly privateKeyPem: Secret<string>
}

/**
 * Make a small authority of the gateway's own and a server certificate for its listeners: `ca.crt`,
 * `ca.key`, `server.crt` and `server.key` in `folder`, keys with mode 0600.
 *
 * A bank with a public key infrastructure puts its own files there instead.
 *
 * @throws KeyringError `KEYRING_EXISTS` when one of the files is there already
 */
export async function createCertificates(
  folder: string,
  options: CertificateOptions,
): Promise<void> {
  const { clock, random, names, days = DAYS } = options
  makePrivateFolder(folder)
  const validity = validityOf(clock, days)
  const caKey = await rsaKey(RSA_BITS)
  const authority = {
    ...validity,
    subjectKey: caKey,
    commonName: AUTHORITY,
    use: 'authority' as const,
  }
  const caPem = issueCertificate(authority, { key: caKey }, random)
  const serverKey = await rsaKey(RSA_BITS)
  const allNames = [...new Set([...LOCAL_NAMES, ...names])]
  const serverPem = issueCertificate(
    {
      ...validity,
      subjectKey: serverKey,
      commonName: names[0] ?? 'localhost',
      use: 'server',
      names: allNames,
    },
    { key: caKey, certificatePem: caPem },
    random,
  )
  writePrivateFile(`${folder}/ca.key`, pemOf(caKey))
  writePublicFile(`${folder}/ca.crt`, caPem)
  writePrivateFile(`${folder}/server.key`, pemOf(serverKey))
  writePublicFile(`${folder}/server.crt`, serverPem)
}

/**
 * Make a client certificate for a merchant, signed by the authority in `folder`; nothing is
 * written.
 *
 * @throws KeyringError `CERTIFICATE_MISSING` without an authority there; `KEY_FILE_EXPOSED`
 */
export async function createClientCertificate(
  folder: string,
  options: Omit<CertificateOptions, 'names'> & { readonly merchant: string },
): Promise<IssuedCertificate> {
  const { clock, random, merchant, days = DAYS } = options
  const caKey = createPrivateKey(readPrivateFile(`${folder}/ca.key`, 'CERTIFICATE_MISSING'))
  const caPem = readFileSync(`${folder}/ca.crt`, 'utf8')
  const subjectKey = await rsaKey(RSA_BITS)
  const content = {
    ...validityOf(clock, days),
    subjectKey,
    commonName: merchant,
    use: 'client' as const,
  }
  const issuer = { key: caKey, certificatePem: caPem }
  return {
    certificatePem: issueCertificate(content, issuer, random),
    caPem,
    privateKeyPem: new Secret(pemOf(subjectKey)),
  }
}

const RSA_BITS = 2048
const DAYS = 825
const DAY_MS = 86_400_000
const AUTHORITY = 'Sallyport gateway authority'
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1']

/** From an hour ago, so that a peer whose clock is a little behind accepts it at once. */
function validityOf(clock: Clock, days: number) {
  const nowMs = clock.nowMs()
  return { notBeforeMs: nowMs - 3_600_000, notAfterMs: nowMs + days * DAY_MS }
}

const pemOf = (key: KeyObject) => String(key.export({ format: 'pem', type: 'pkcs8' }))
