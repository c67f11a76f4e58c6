import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import forge from 'node-forge'
import type { Random } from '#platform'

/** What a certificate is to say. Its signature is RSA with SHA-256. */
export interface CertificateContent {
  /** Private or public key of the subject, RSA. */
  readonly subjectKey: KeyObject
  readonly commonName: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly use: 'authority' | 'server' | 'client'
  /** Host names and addresses of a server. */
  readonly names?: readonly string[]
}

/** Who signs: its private key, and its certificate unless it signs its own. */
export interface Issuer {
  readonly key: KeyObject
  readonly certificatePem?: string
}

/**
 * Write an X.509 v3 certificate (RFC 5280) and have it signed.
 *
 * The forge library only lays out the structure: node:crypto makes keys and signatures, and whoever
 * checks a certificate uses node:crypto too.
 *
 * @returns PEM
 */
export function issueCertificate(
  content: CertificateContent,
  issuer: Issuer,
  random: Random,
): string {
  const certificate = forge.pki.createCertificate()
  const { publicKey } =
    content.subjectKey.type === 'public'
      ? { publicKey: content.subjectKey }
      : { publicKey: createPublicKey(content.subjectKey) }
  certificate.publicKey = forge.pki.publicKeyFromPem(
    String(publicKey.export({ format: 'pem', type: 'spki' })),
  )
  certificate.serialNumber = serialNumber(random)
  certificate.validity.notBefore.setTime(content.notBeforeMs)
  certificate.validity.notAfter.setTime(content.notAfterMs)
  const subject = [{ name: 'commonName', value: content.commonName }]
  const authority = issuer.certificatePem && forge.pki.certificateFromPem(issuer.certificatePem)
  certificate.setSubject(subject)
  certificate.setIssuer(authority ? authority.subject.attributes : subject)
  certificate.setExtensions([
    ...extensionsFor(content),
    { name: 'subjectKeyIdentifier' },
    {
      name: 'authorityKeyIdentifier',
      keyIdentifier: (authority || certificate).generateSubjectKeyIdentifier().getBytes(),
    },
  ])
  signWith(issuer.key, certificate)
  return forge.pki.certificateToPem(certificate)
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 bytes; unpredictable. */
function serialNumber(random: Random): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

function extensionsFor({ use, names = [] }: CertificateContent): object[] {
  switch (use) {
    case 'authority':
      return [
        { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
        { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
      ]
    case 'server':
      return [
        { name: 'basicConstraints', critical: true, cA: false },
        { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
        { name: 'extKeyUsage', serverAuth: true },
        { name: 'subjectAltName', altNames: names.map(altName) },
      ]
    case 'client':
      return [
        { name: 'basicConstraints', critical: true, cA: false },
        { name: 'keyUsage', critical: true, digitalSignature: true },
        { name: 'extKeyUsage', clientAuth: true },
      ]
  }
}

/** GeneralName choices of RFC 5280 section 4.2.1.6: 2 is a DNS name, 7 an IP address. */
function altName(name: string): object {
  return IP_ADDRESS.test(name) ? { type: 7, ip: name } : { type: 2, value: name }
}

const IP_ADDRESS = /^[0-9.]+$|:/

/** forge hands the bytes to be signed to its digest and asks its key for the signature. */
interface SignedByUs {
  sign(key: { sign(): string }, digest: { algorithm: string; update(bytes: string): void }): void
}

function signWith(key: KeyObject, certificate: object): void {
  let signed = Buffer.alloc(0)
  const digest = {
    algorithm: 'sha256',
    update(bytes: string) {
      signed = Buffer.from(bytes, 'latin1')
    },
  }
  // What forge calls on the two is this much; its types ask for a whole RSA key of its own making.
  const signing = certificate as SignedByUs
  signing.sign({ sign: () => sign('sha256', signed, key).toString('latin1') }, digest)
}
