import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'
import { Secret } from '#domain'

/**
 * One CA, what it issued, and a certificate that it did not. All share one key: making keys is
 * slow.
 */
export interface TestCertificates {
  readonly caPem: string
  readonly keyPem: Secret<string>
  readonly serverPem: string
  readonly clientPem: string
  readonly strangerPem: string
}

export function makeCertificates(): TestCertificates {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const issue = (subject: string, issuer: string, isCa = false) =>
    issueCertificate(keyPem, { subject, issuer, isCa })
  return {
    keyPem: new Secret(keyPem),
    caPem: issue('Test CA', 'Test CA', true),
    serverPem: issue('localhost', 'Test CA'),
    clientPem: issue('merchant', 'Test CA'),
    strangerPem: issue('stranger', 'Another CA'),
  }
}

let serial = 0

function issueCertificate(
  keyPem: string,
  names: { readonly subject: string; readonly issuer: string; readonly isCa: boolean },
): string {
  const key = forge.pki.privateKeyFromPem(keyPem)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e)
  serial += 1
  certificate.serialNumber = serial.toString(16).padStart(4, '0')
  certificate.validity.notBefore = new Date(Date.now() - 3_600_000)
  certificate.validity.notAfter = new Date(Date.now() + 86_400_000)
  certificate.setSubject([{ name: 'commonName', value: names.subject }])
  certificate.setIssuer([{ name: 'commonName', value: names.issuer }])
  certificate.setExtensions([
    { name: 'basicConstraints', cA: names.isCa },
    {
      name: 'subjectAltName',
      altNames: [
        { type: 2, value: 'localhost' },
        { type: 7, ip: '127.0.0.1' },
      ],
    },
  ])
  certificate.sign(key, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}
