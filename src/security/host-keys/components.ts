import { createHash } from 'node:crypto'
import type { Environment } from '../keyring-document.ts'
import { PUBLISHED_SECRETS } from '../published-keys.ts'
import { isSingleDes, KEY_BYTES } from './block-cipher.ts'
import { checkValueOf } from './check-value.ts'

/** What custodians bring, each a part of one key. */
export interface Components {
  readonly cipher: 'tdes' | 'aes'
  /** Each in hexadecimal, all as long as the key; the key is their exclusive-or. */
  readonly components: readonly string[]
  readonly environment: Environment
  /** The check value that the other side has told, where it has. */
  readonly expectedCheckValue: string | undefined
}

/** The key, to be wiped by whoever has it, or every reason why there is none. */
export type Combined =
  | {
      readonly kind: 'combined'
      readonly key: Buffer
      readonly checkValue: string
      /** Of each component, for its custodian. */
      readonly componentCheckValues: readonly string[]
    }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }

/**
 * Put a key together. In production it takes two components at least, so that nobody has the whole
 * key.
 */
export function combineComponents(given: Components): Combined {
  const { cipher } = given
  const faults = componentFaults(given)
  if (faults.length > 0) return { kind: 'refused', reasons: faults }
  const components = given.components.map((it) => Buffer.from(it, 'hex'))
  const key = exclusiveOr(components)
  const checkValue = shownCheckValue(cipher, key)
  const componentCheckValues = components.map((it) => shownCheckValue(cipher, it))
  for (const component of components) component.fill(0)
  const reasons = keyFaults(key, checkValue, given)
  if (reasons.length === 0) return { kind: 'combined', key, checkValue, componentCheckValues }
  key.fill(0)
  return { kind: 'refused', reasons }
}

/** Six hexadecimal digits of triple DES and ten of AES, as ANSI X9.24 has them. */
export function shownCheckValue(cipher: Components['cipher'], key: Uint8Array): string {
  return checkValueOf(cipher, key, cipher === 'aes' ? 5 : 3)
}

function componentFaults({ cipher, components, environment }: Components): string[] {
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

function exclusiveOr(components: readonly Buffer[]): Buffer {
  const key = Buffer.alloc(components[0]?.byteLength ?? 0)
  for (const component of components) {
    for (const [index, byte] of component.entries()) key[index] = (key[index] ?? 0) ^ byte
  }
  return key
}

function keyFaults(
  key: Uint8Array,
  checkValue: string,
  { cipher, environment, expectedCheckValue = '' }: Components,
): string[] {
  const reasons: string[] = []
  if (cipher === 'tdes' && isSingleDes(key)) reasons.push('two parts of the key are the same')
  if (environment === 'production' && isPublished(key)) reasons.push('this key is published')
  if (!checkValue.startsWith(expectedCheckValue.toUpperCase())) {
    reasons.push(`its check value is ${checkValue}, not the one that was expected`)
  }
  return reasons
}

/** Whether anyone can read this key. */
export function isPublished(key: Uint8Array): boolean {
  return PUBLISHED_SECRETS.has(createHash('sha256').update(key).digest('hex'))
}
