import { createHash } from 'node:crypto'
import type { KeyringOptions } from '../keyring.ts'
import { openWrapping } from '../master-key.ts'
import { PUBLISHED_SECRETS } from '../published-keys.ts'
import { isSingleDes, KEY_BYTES } from './block-cipher.ts'
import { checkValueOf } from './check-value.ts'
import type { HostKeyEntry } from './documents.ts'
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
  const { host, atMs } = given
  const cipher = CIPHER_OF[given.wrapping]
  const document = readHostKeys(folder, options)
  const reasons = componentFaults(cipher, given.components, options)
  if (reasons.length > 0) return { kind: 'refused', reasons }

  const components = given.components.map((it) => Buffer.from(it, 'hex'))
  const key = combined(components)
  const checkValue = shownCheckValue(cipher, key)
  const others = document.keys.filter((it) => it.host !== host)
  const isTaken = others.length < document.keys.length
  const refused = keyFaults({ ...given, cipher, key, checkValue, isTaken }, options)
  if (refused.length > 0) return { kind: 'refused', reasons: refused }

  const name = hostKeyName(options.environment, host)
  const wrapped = openWrapping(folder, options).wrap(key, name)
  const entry = { host, cipher, checkValue, enteredAtMs: atMs, wrapped }
  await writeHostKeys(folder, { ...document, keys: [...others, entry] })
  key.fill(0)
  const componentCheckValues = components.map((it) => shownCheckValue(cipher, it))
  return { kind: 'entered', checkValue, componentCheckValues }
}

function componentFaults(
  cipher: HostKeyEntry['cipher'],
  components: readonly string[],
  { environment }: KeyringOptions,
): string[] {
  const lengths = KEY_BYTES[cipher]
  const reasons = components.flatMap((component, index) => {
    const isHex = /^([0-9A-F]{2})+$/i.test(component) && /[1-9A-F]/i.test(component)
    if (isHex && lengths.includes(component.length / 2)) return []
    const wanted = lengths.join(', ')
    return [`component ${index + 1} is not ${wanted} bytes in hexadecimal, or is zero`]
  })
  if (reasons.length > 0) return reasons
  if (components.length === 0) return ['a component is needed']
  const isOneLength = components.every(({ length }) => length === components[0]?.length)
  if (!isOneLength) return ['the components are not of one length']
  if (environment === 'production' && components.length < 2) {
    return ['production wants two components at least, of two custodians']
  }
  return []
}

function combined(components: readonly Buffer[]): Buffer {
  const key = Buffer.alloc(components[0]?.byteLength ?? 0)
  for (const component of components) {
    for (const [index, byte] of component.entries()) key[index] = (key[index] ?? 0) ^ byte
  }
  return key
}

interface Combined extends HostKeyComponents {
  readonly cipher: HostKeyEntry['cipher']
  readonly key: Buffer
  readonly checkValue: string
  readonly isTaken: boolean
}

function keyFaults(given: Combined, { environment }: KeyringOptions): string[] {
  const { key, cipher, checkValue, expectedCheckValue, host, isTaken, replace } = given
  const reasons: string[] = []
  if (isTaken && !replace) reasons.push(`${host} has a key already; replace it on purpose`)
  if (cipher === 'tdes' && isSingleDes(key)) reasons.push('two parts of the key are the same')
  const isPublished = PUBLISHED_SECRETS.has(createHash('sha256').update(key).digest('hex'))
  if (environment === 'production' && isPublished) reasons.push('this key is published')
  const expected = expectedCheckValue?.toUpperCase() ?? ''
  if (!checkValue.startsWith(expected)) {
    reasons.push(`its check value is ${checkValue}, not the one that was expected`)
  }
  return reasons
}

/** Six hexadecimal digits of triple DES and ten of AES, as ANSI X9.24 has them. */
function shownCheckValue(cipher: HostKeyEntry['cipher'], key: Uint8Array): string {
  return checkValueOf(cipher, key, cipher === 'aes' ? 5 : 3)
}
