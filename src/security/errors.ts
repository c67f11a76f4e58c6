/** Why keys cannot be used. Closed; keys/README.md says of each what the operator does about it. */
export type KeyringErrorCode =
  | 'KEYRING_MISSING'
  | 'KEYRING_EXISTS'
  | 'KEYRING_MALFORMED'
  | 'MASTER_KEY_MISSING'
  | 'MASTER_KEY_MALFORMED'
  | 'MASTER_KEY_WRONG'
  | 'KEY_FILE_EXPOSED'
  | 'TEST_KEYS_REFUSED'
  | 'CERTIFICATE_MISSING'
  | 'HOST_KEY_MISSING'
  | 'PASSWORD_MISSING'
  | 'HSM_MISSING'
  | 'SOFTWARE_HSM_REFUSED'

/** The keys of this gateway cannot be made or used. Names a file and never what is in it. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError'
  readonly code: KeyringErrorCode

  constructor(code: KeyringErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Why sealed bytes cannot be opened. */
export type VaultErrorCode = 'SEAL_MALFORMED' | 'SEAL_KEY_UNKNOWN' | 'SEAL_BROKEN'

export class VaultError extends Error {
  override readonly name = 'VaultError'
  readonly code: VaultErrorCode

  constructor(code: VaultErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
