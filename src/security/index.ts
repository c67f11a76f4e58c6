/**
 * The keys of the gateway and what is done with them at rest.
 *
 * The key ring under its master key, the vault that seals and hashes cardholder data, the keys that
 * hosts make MACs with, the HSM that PINs and their keys are left to, certificates for the
 * listeners, and the judgement of merchants' keys. It knows nothing of messages, tokens or the
 * store.
 */
export {
  type CertificateOptions,
  createCertificates,
  createClientCertificate,
  type IssuedCertificate,
} from './certificates.ts'
export { type Enrolment, enrolmentOf, keysOfTwoUses } from './enrolment.ts'
export { KeyringError, type KeyringErrorCode, VaultError, type VaultErrorCode } from './errors.ts'
export { makePrivateFolder, readPrivateFile, writePrivateFile } from './files.ts'
export {
  enterHostKey,
  type HostKeyComponents,
  type HostKeyEntering,
} from './host-keys/entering.ts'
export { type EnteredHostKey, enteredHostKeys } from './host-keys/host-key-file.ts'
export { type HostKeys, openHostKeys } from './host-keys/host-keys.ts'
export type { WorkingKeyKind } from './host-keys/working-key.ts'
export type {
  Hsm,
  HsmKey,
  KeyImport,
} from './hsm/hsm.ts'
export type { ImportFault } from './hsm/import-rules.ts'
export { PIN_CIPHERS } from './hsm/pin-block.ts'
export {
  dropPinKey,
  type EnteredPinKey,
  keepPinKey,
  ownerOfTerminalKey,
  pinKeysVersion,
  readPinKeys,
} from './hsm/pin-key-file.ts'
export { openSoftwareHsm, type SoftwareHsm } from './hsm/software-hsm.ts'
export { type PublicJwk, publicJwkOf, thumbprintOf } from './jwk.ts'
export { createKeyPair, type KeyPair, type KeyPairAlgorithm, type RsaBits } from './key-pair.ts'
export {
  createKeyring,
  type EnvelopeKey,
  type Keyring,
  type KeyringOptions,
  openKeyring,
} from './keyring.ts'
export type { Environment } from './keyring-document.ts'
export type { Vault } from './vault.ts'
