import { createHmac } from 'node:crypto'
import {
  compileLinkProfile,
  type LinkProfile,
} from '../../../../src/communication/host/link-profile.ts'
import type {
  KeptKey,
  KeyHolder,
  MacKey,
} from '../../../../src/communication/host/macs/key-holder.ts'
import { dialect, linkSpec } from '../meridian.ts'

/** The MACs of the reference host, if it had any. */
export const MAC_SPEC = {
  algorithm: 'iso9797-1-alg3',
  cipher: 'des',
  keyBytes: 16,
  padding: 1,
  macBytes: 4,
  elements: ['64', '128'],
  covers: 'up-to-mac',
  classes: ['1', '2', '4'],
  functions: ['echo', 'cutover'],
  wrongMacCode: '63',
  wrongKeyCode: '76',
  keys: {
    element: '120',
    wrapping: 'tdes-ecb',
    checkBytes: 3,
    gatewayStarts: { code: '161', keyIn: 'answer' },
    hostStarts: { code: '162' },
    bothLiveMs: 60_000,
  },
} as const

/** The key's number in DE53, sixteen digits, the first two of them. */
export const IN_53 = { in: '53', from: 0, digits: 2 } as const

/** MACs changed in these members; undefined takes one out. */
export function macDocument(changed: object = {}, keys: object = {}): object {
  const document = { ...MAC_SPEC, ...changed, keys: { ...MAC_SPEC.keys, ...keys } }
  return JSON.parse(JSON.stringify(document))
}

/** The reference host's link with these MACs. */
export function profileWith(changed: object = {}, keys: object = {}, of = dialect): LinkProfile {
  return compileLinkProfile({ ...(linkSpec as object), mac: macDocument(changed, keys) }, of)
}

export function macRulesWith(changed: object = {}, keys: object = {}, of = dialect) {
  const { mac } = profileWith(changed, keys, of)
  if (mac === undefined) throw new Error('there are MACs')
  return mac
}

/** A key that goes by its name: what it makes depends on that and on the bytes. */
export function keyNamed(name: string, macBytes = 4): MacKey {
  const mac = (bytes: Uint8Array) =>
    createHmac('sha256', name)
      .update(bytes)
      .digest('hex')
      .slice(0, 2 * macBytes)
      .toUpperCase()
  const checkValue = Buffer.from(name.padEnd(3)).toString('hex').slice(0, 6).toUpperCase()
  return { checkValue, mac, verifies: (bytes, claimed) => mac(bytes) === claimed }
}

/** A parcel that the fake holder opens: the name of a key, in hexadecimal, and its check value. */
export function parcelOf(name: string): string {
  return `${Buffer.from(name.padEnd(16)).toString('hex').toUpperCase()}${keyNamed(name).checkValue}`
}

export interface FakeHolder extends KeyHolder {
  /** What was kept, each time. */
  readonly keeps: (readonly KeptKey[])[]
  /** The names of the keys that were made. */
  readonly made: string[]
  /** Makes the next keep wait until it is called, or fail with an error. */
  holdUp(): (error?: Error) => void
}

/** Keys that are no secret, and a disk that is a list. */
export function createFakeHolder(kept: readonly KeptKey[] = []): FakeHolder {
  const keeps: (readonly KeptKey[])[] = []
  const made: string[] = []
  let waiting: Promise<void> | undefined
  return {
    ...{ kept, keeps, made },
    holdUp() {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      waiting = promise
      return (error) => (error === undefined ? resolve() : reject(error))
    },
    create() {
      const name = `O${made.length}`
      made.push(name)
      const parcel = parcelOf(name)
      return { key: keyNamed(name), cryptogram: parcel.slice(0, -6), checkValue: parcel.slice(-6) }
    },
    open(cryptogram, checkValue) {
      const name = Buffer.from(cryptogram, 'hex').toString('latin1').trimEnd()
      const key = keyNamed(name)
      if (cryptogram.length !== 32) return { kind: 'unusable', reason: 'malformed' }
      if (checkValue !== key.checkValue) return { kind: 'unusable', reason: 'check-value-wrong' }
      return { kind: 'opened', key }
    },
    async keep(keys) {
      const hold = waiting
      waiting = undefined
      await hold
      keeps.push(keys)
    },
  }
}
