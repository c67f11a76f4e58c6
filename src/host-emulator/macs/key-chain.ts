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

/**
 * The working keys of a host, which its book keeps. It makes with the key that the gateway used
 * last, so that both agree in the end whoever began how many changes at once.
 */
export interface KeyChain {
  /** What the host makes its MACs with. */
  current(): ChainKey | undefined
  /** Whether a key that is live has made this MAC; the host goes on with that key. */
  proves(covered: Uint8Array, claim: Claim): boolean
  /** Let a key verify; where there is no other, the host makes with it at once. */
  offer(key: Uint8Array, index: string): void
  /** The gateway has the key that was offered. */
  conclude(key: Uint8Array): void
  /** The gateway has brought this key. */
  makeWith(key: Uint8Array, index: string): void
  /** The number of the next key, of so many digits. */
  nextIndex(digits: number): string
}

/** Keys beside the one that makes: both sides may have begun a change before either is done. */
const OFFERED_MAX = 4
const FORMER_MAX = 4

export function createKeyChain(
  document: MacDocument,
  { book, clock }: { readonly book: Book; readonly clock: Clock },
): KeyChain {
  const forge = (booked: BookedKey): ChainKey => ({
    ...booked,
    code: createMacCode(document, booked.key),
  })
  let [current, ...former] = book.workingKeys().map(forge)
  let offered: ChainKey[] = []

  const live = (): ChainKey[] => {
    const nowMs = clock.nowMs()
    return former.filter(({ untilMs = nowMs }) => nowMs < untilMs)
  }
  const promote = (next: ChainKey): void => {
    const untilMs = clock.nowMs() + document.keys.bothLiveMs
    const followed = [...(current ? [{ ...current, untilMs }] : []), ...live()]
    former = followed.filter((it) => it.key !== next.key).slice(0, FORMER_MAX)
    offered = offered.filter((it) => it.key !== next.key)
    current = { ...next, untilMs: undefined }
    book.keepWorkingKeys([current, ...former])
  }

  return {
    current: () => current,
    proves(covered, { mac, index }) {
      const keys = [...(current ? [current] : []), ...offered, ...live()]
      const proven = keys.find(
        (it) => (index ?? it.index) === it.index && it.code.fits(covered, mac),
      )
      if (proven !== undefined && proven !== current) promote(proven)
      return proven !== undefined
    },
    offer(key, index) {
      const next = forge({ key, index, untilMs: undefined })
      if (current === undefined) promote(next)
      else offered = [next, ...offered].slice(0, OFFERED_MAX)
    },
    conclude(key) {
      const next = offered.find((it) => it.key === key)
      if (next !== undefined) promote(next)
    },
    makeWith(key, index) {
      promote(forge({ key, index, untilMs: undefined }))
    },
    nextIndex(digits) {
      if (digits === 0) return ''
      const next = (Number(current?.index ?? 0) + 1 + offered.length) % 10 ** digits
      return String(next || 1).padStart(digits, '0')
    },
  }
}
