import type { Clock } from '#platform'
import type { Book } from '../book.ts'
import type { BookedKey } from '../book-file.ts'
import { createMacCode, type MacCode } from './mac-code.ts'
import type { MacDocument } from './mac-document.ts'

/** A key with what it makes. */
export interface ChainKey extends BookedKey {
  readonly code: MacCode
}

/** What a message claims: its MAC, and the number of its key where messages have one. */
interface Claim {
  readonly mac: string
  readonly index: string | undefined
}

/** The working keys of a host, one after the other; its book keeps them. */
export interface KeyChain {
  /** What the host makes its MACs with. */
  current(): ChainKey | undefined
  /** Whether a key that is live has made this MAC. One that was only offered has arrived then. */
  proves(covered: Uint8Array, claim: Claim): boolean
  /** Let a key verify; it makes when the gateway has used it, or at once when there is no other. */
  offer(key: Uint8Array, index: string): void
  /** The gateway has the key that was offered. */
  conclude(key: Uint8Array): void
  /** The gateway has brought this key. */
  makeWith(key: Uint8Array, index: string): void
  /** The number of the next key, of so many digits. */
  nextIndex(digits: number): string
}

export function createKeyChain(
  document: MacDocument,
  { book, clock }: { readonly book: Book; readonly clock: Clock },
): KeyChain {
  const forge = (booked: BookedKey): ChainKey => ({
    ...booked,
    code: createMacCode(document, booked.key),
  })
  let [current, former] = book.workingKeys().map(forge)
  let offered: ChainKey | undefined

  const promote = (next: ChainKey): void => {
    const untilMs = clock.nowMs() + document.keys.bothLiveMs
    former = current && { ...current, untilMs }
    current = next
    offered = undefined
    book.keepWorkingKeys(former ? [current, former] : [current])
  }
  const isLive = ({ untilMs = Number.POSITIVE_INFINITY }: ChainKey): boolean =>
    clock.nowMs() < untilMs

  return {
    current: () => current,
    proves(covered, { mac, index }) {
      const keys = [current, offered, former].filter((it) => it !== undefined && isLive(it))
      const proven = keys.find(
        (it) => (index ?? it?.index) === it?.index && it?.code.fits(covered, mac),
      )
      if (proven !== undefined && proven === offered) promote(proven)
      return proven !== undefined
    },
    offer(key, index) {
      const next = forge({ key, index, untilMs: undefined })
      if (current === undefined) promote(next)
      else offered = next
    },
    conclude(key) {
      if (offered?.key === key) promote(offered)
    },
    makeWith(key, index) {
      promote(forge({ key, index, untilMs: undefined }))
    },
    nextIndex(digits) {
      if (digits === 0) return ''
      const next = (Number(current?.index ?? 0) + 1) % 10 ** digits
      return String(next || 1).padStart(digits, '0')
    },
  }
}
