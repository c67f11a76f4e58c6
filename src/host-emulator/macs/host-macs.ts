import type { Composite, Dialect, Message } from '#iso8583'
import type { Clock } from '#platform'
import type { Book } from '../book.ts'
import type { NetworkRules } from '../conduct/network-rules.ts'
import { createKeyChain, type KeyChain } from './key-chain.ts'
import { createKeyParcels, type KeyParcels } from './key-parcel.ts'
import type { MacDocument } from './mac-document.ts'
import { createMacPlaces, numberFields, numberIn } from './mac-places.ts'

/** How a host proves its messages and has gateways prove theirs. */
export interface HostMacs {
  readonly wrongMacCode: string
  /** @returns the message without its MAC; undefined when that is wrong or missing */
  checked(message: Message, bytes: Uint8Array): Message | undefined
  /** A message's bytes, with its MAC where it carries one; `spoilt` for a wrong one. */
  pack(message: Message, spoilt: boolean): Uint8Array
  /** What a gateway is told that begins a change of keys; undefined for any other request. */
  changeFor(fields: Composite): KeyChange | undefined
  /** A key for a request of the host's own; undefined where it makes none. */
  bring(): BroughtKey | undefined
  /** Whether a gateway that has signed on waits for the host to bring it a key. */
  readonly bringsAtSignOn: boolean
}

export interface KeyChange {
  readonly responseCode: string
  /** Elements of the answer. */
  readonly fields: Composite
  /** The key is to come in a request of the host's own, now. */
  readonly bringsNext: boolean
}

export interface BroughtKey {
  readonly networkCode: string
  readonly fields: Composite
  /** The gateway says that it has taken it. */
  conclude(): void
}

export interface HostMacsParts {
  readonly document: MacDocument
  readonly network: NetworkRules
  readonly dialect: Dialect
  readonly keyEncryptingKey: Uint8Array
  readonly book: Book
  readonly clock: Clock
}

/** With the keys that its book has. */
export function createHostMacs(parts: HostMacsParts): HostMacs {
  const { document, network, dialect } = parts
  const { keys, wrongMacCode } = document
  const places = createMacPlaces(document, dialect)
  const parcels = createKeyParcels(document, parts.keyEncryptingKey)
  const chain = createKeyChain(document, parts)
  const demand = compileDemand(document, network)
  const offer = () => offered(keys, { parcels, chain, dialect })

  return {
    wrongMacCode,
    checked(message, bytes) {
      const demanded = demand(message)
      const isBare = demanded === 'keyed' && chain.current() === undefined
      if (demanded === 'none' || isBare) return message
      const claim = places.read(message, bytes)
      return claim && chain.proves(claim.covered, claim) ? claim.bare : undefined
    },
    pack(message, spoilt) {
      const current = chain.current()
      if (demand(message) === 'none' || current === undefined) return dialect.pack(message)
      const macOf = (bytes: Uint8Array): string => {
        const mac = current.code.of(bytes)
        return spoilt ? otherThan(mac) : mac
      }
      return places.write(message, current.index, macOf)
    },
    changeFor(fields) {
      const { code, keyIn } = keys.gatewayStarts ?? {}
      if (code === undefined || network.codeOf(fields) !== code) return undefined
      const done = { responseCode: network.codes.success, fields: {}, bringsNext: false }
      if (keyIn === 'answer') return { ...done, fields: offer().fields }
      if (keyIn === 'host-request') return { ...done, bringsNext: true }
      const key = parcels.open(String(fields[keys.element] ?? ''))
      if (key === undefined) return { ...done, responseCode: document.wrongKeyCode }
      chain.makeWith(key, numberIn(fields, keys.keyIndex))
      return done
    },
    bring: () => keys.hostStarts && { networkCode: keys.hostStarts.code, ...offer() },
    bringsAtSignOn: keys.gatewayStarts === undefined,
  }
}

/** A fresh key that verifies from now on, and the elements that carry it. */
function offered(
  { element, keyIndex }: MacDocument['keys'],
  parts: { readonly parcels: KeyParcels; readonly chain: KeyChain; readonly dialect: Dialect },
): Omit<BroughtKey, 'networkCode'> {
  const { parcels, chain, dialect } = parts
  const { key, parcel } = parcels.make()
  const index = chain.nextIndex(keyIndex?.digits ?? 0)
  chain.offer(key, index)
  return {
    fields: { ...numberFields(keyIndex, index, dialect), [element]: parcel },
    conclude: () => chain.conclude(key),
  }
}

/** Whether a message carries a MAC: never, always, or when the host has a key. */
type Demand = 'none' | 'always' | 'keyed'

function compileDemand(
  { classes, functions }: MacDocument,
  network: NetworkRules,
): (message: Message) => Demand {
  const codes = functions.map((name) => network.functions[name])
  return ({ mti, fields }) => {
    if (classes.includes(mti[1] ?? '')) return 'always'
    const code = network.codeOf(fields)
    if (mti[1] !== '8' || !codes.includes(code)) return 'none'
    return code === network.functions.cutover ? 'always' : 'keyed'
  }
}

/** The same but for its first digit. */
function otherThan(mac: string): string {
  return `${mac.startsWith('0') ? '1' : '0'}${mac.slice(1)}`
}
