import type { KeyringOptions } from '../keyring.ts'
import { openWrapping } from '../master-key.ts'
import { combineComponents } from './components.ts'
import { hostKeyName, readHostKeys, writeHostKeys } from './host-key-file.ts'
import { CIPHER_OF, type KeyWrapping } from './transport.ts'

/** What the bank's custodians bring for one host. */
export interface HostKeyComponents {
  readonly host: string
  /** How the host's working keys will come; says what the key is of. */
  readonly wrapping: KeyWrapping
  /** Each in hexadecimal, all as long as the key; the key is their exclusive-or. */
  readonly components: readonly string[]
  /** The check value that the host's side has told, where it has. */
  readonly expectedCheckValue?: string
  /** Put it in the place of the one that was entered before. */
  readonly replace: boolean
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
}

/** The key is in the folder, or every reason why it is not. Neither has a key in it. */
export type HostKeyEntering =
  | {
      readonly kind: 'entered'
      readonly checkValue: string
      /** Of each component, for its custodian. */
      readonly componentCheckValues: readonly string[]
    }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }

/**
 * Take up the key-encrypting key of a host, under which its working keys will come.
 *
 * In production it takes two components at least, so that nobody has the whole key.
 *
 * @throws KeyringError `MASTER_KEY_MISSING`, `KEYRING_MALFORMED` and the like
 */
export async function enterHostKey(
  folder: string,
  options: KeyringOptions,
  given: HostKeyComponents,
): Promise<HostKeyEntering> {
  const { host, atMs, components, replace } = given
  const cipher = CIPHER_OF[given.wrapping]
  const document = readHostKeys(folder, options)
  const others = document.keys.filter((it) => it.host !== host)
  const isTaken = others.length < document.keys.length && !replace
  const taken = isTaken ? [`${host} has a key already; replace it on purpose`] : []
  const { environment } = options
  const { expectedCheckValue } = given
  const combined = combineComponents({ cipher, components, environment, expectedCheckValue })
  if (combined.kind === 'refused') {
    return { kind: 'refused', reasons: [...taken, ...combined.reasons] }
  }
  const { key, checkValue, componentCheckValues } = combined
  if (isTaken) {
    key.fill(0)
    return { kind: 'refused', reasons: taken }
  }
  const wrapped = openWrapping(folder, options).wrap(key, hostKeyName(environment, host))
  key.fill(0)
  const entry = { host, cipher, checkValue, enteredAtMs: atMs, wrapped }
  await writeHostKeys(folder, { ...document, keys: [...others, entry] })
  return { kind: 'entered', checkValue, componentCheckValues }
}
