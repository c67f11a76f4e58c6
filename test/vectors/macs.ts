import { readFileSync } from 'node:fs'

type Cipher = 'des' | 'tdes' | 'aes'

/** A published MAC: key, message and MAC in hexadecimal. */
export interface PublishedMac {
  readonly what: string
  readonly algorithm: 'iso9797-1-alg1' | 'iso9797-1-alg3' | 'cmac'
  readonly cipher: Cipher
  /** Absent for CMAC. */
  readonly padding?: 1 | 2 | 3
  readonly key: string
  readonly message: string
  readonly mac: string
}

export interface PublishedCheckValue {
  readonly cipher: Exclude<Cipher, 'des'>
  readonly key: string
  readonly checkValue: string
}

interface Vector {
  readonly key: string
  readonly key1: string
  readonly key2: string
  readonly msg: string
  readonly padding: 1 | 2 | 3
  readonly mac: string
  readonly alg: string
  readonly kcv: string
}

const SECTIONS: Readonly<Record<string, { readonly vectors: readonly Vector[] }>> = JSON.parse(
  readFileSync(new URL('macs.json', import.meta.url), 'utf8'),
)

const SINGLE_KEY_DIGITS = 16

function vectorsOf(section: string): readonly Vector[] {
  return SECTIONS[section]?.vectors ?? []
}

function iso(algorithm: 'iso9797-1-alg1' | 'iso9797-1-alg3') {
  return ({ key, key1 = key, key2 = '', msg, padding, mac }: Vector): PublishedMac => ({
    what: `${algorithm}, padding ${padding}, key of ${key1.length / 2} bytes, ${mac}`,
    algorithm,
    cipher: key1.length === SINGLE_KEY_DIGITS ? 'des' : 'tdes',
    ...{ padding, key: `${key1}${key2}`, message: msg, mac },
  })
}

function cmac(cipher: Cipher) {
  return ({ key, msg, mac }: Vector): PublishedMac => ({
    what: `cmac with ${cipher}, key of ${key.length / 2} bytes, ${msg.length / 2} bytes`,
    ...{ algorithm: 'cmac', cipher, key, message: msg, mac },
  })
}

export const PUBLISHED_MACS: readonly PublishedMac[] = [
  ...vectorsOf('iso9797_alg1').map(iso('iso9797-1-alg1')),
  ...vectorsOf('iso9797_alg3').map(iso('iso9797-1-alg3')),
  ...vectorsOf('cmac_aes').map(cmac('aes')),
  ...vectorsOf('cmac_tdes').map(cmac('tdes')),
]

export const PUBLISHED_CHECK_VALUES: readonly PublishedCheckValue[] = vectorsOf('kcv').map(
  ({ alg, key, kcv }) => ({ cipher: alg === 'AES' ? 'aes' : 'tdes', key, checkValue: kcv }),
)
