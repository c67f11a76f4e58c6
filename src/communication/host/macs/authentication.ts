import type { Dialect, Message } from '#iso8583'
import type { Clock, Log } from '#platform'
import type { LinkProfile } from '../link-profile.ts'
import { carriedMac, coveredBytes, packWithMac, withoutMac } from './carrying.ts'
import { KeyChanges } from './key-changes.ts'
import type { KeyHolder } from './key-holder.ts'
import { createLiveKeys, type LiveKeys } from './live-keys.ts'
import type { MacRules } from './mac-rules.ts'

/** A message of the host, without its MAC where that was right. */
export interface Heard {
  readonly message: Message
  /** Whether it carries what it must; never believe a message that does not. */
  readonly isAuthentic: boolean
}

/** What stands between the messages of one host and their bytes. */
export interface Authentication {
  /** Whether payments can be authenticated, or need not be. */
  isKeyed(): boolean
  /**
   * A message's bytes, with its MAC where it carries one; undefined when there is no key to make it
   * with. Throws `EncodeError`.
   */
  pack(message: Message): Uint8Array | undefined
  /** @param bytes what the message was read from */
  check(message: Message, bytes: Uint8Array): Heard
  /** Undefined for a host that wants no MACs. */
  readonly changes: KeyChanges | undefined
  /** MACs of the host, since the start, that were wrong or were not there. */
  wrongCount(): number
}

export interface AuthenticationParts {
  readonly profile: LinkProfile
  readonly dialect: Dialect
  readonly clock: Clock
  readonly log: Log
  /** There is a new key to make with. */
  onKeyed(): void
  /** The keys are given up: MACs do not fit, and nothing can be believed until there are others. */
  onDistrusted(): void
}

/** So many wrong MACs in a row, and one side has other keys than the other. */
const WRONG_IN_A_ROW_MAX = 3

export function createAuthentication(
  holder: KeyHolder | undefined,
  parts: AuthenticationParts,
): Authentication {
  const { profile, dialect } = parts
  if (profile.mac === undefined) return unauthenticated(dialect)
  if (holder === undefined) throw new TypeError('the keys of a host that wants MACs are needed')
  const { exchange } = profile.mac
  const keys = createLiveKeys({ ...parts, holder, bothLiveMs: exchange.bothLiveMs })
  const changes = new KeyChanges({ ...parts, rules: profile.mac, holder, keys })
  return authenticated({ ...parts, rules: profile.mac, keys, changes })
}

function unauthenticated(dialect: Dialect): Authentication {
  return {
    isKeyed: () => true,
    pack: (message) => dialect.pack(message),
    check: (message) => ({ message, isAuthentic: true }),
    changes: undefined,
    wrongCount: () => 0,
  }
}

interface KeyedParts extends AuthenticationParts {
  readonly rules: MacRules
  readonly keys: LiveKeys
  readonly changes: KeyChanges
}

function authenticated(parts: KeyedParts): Authentication {
  const { rules, keys, changes, dialect } = parts
  const carrierKind = compileCarrierKind(rules, parts.profile)
  let wrongs = 0
  let wrongsInARow = 0

  function noteWrong(): void {
    wrongs += 1
    wrongsInARow += 1
    if (wrongsInARow < WRONG_IN_A_ROW_MAX || keys.making() === undefined) return
    wrongsInARow = 0
    distrust(parts)
  }

  return {
    isKeyed: () => keys.making() !== undefined,
    pack(message) {
      const making = keys.making()
      const carrier = carrierKind(message)
      if (carrier === 'none') return dialect.pack(message)
      if (making === undefined) return carrier === 'payment' ? undefined : dialect.pack(message)
      const { index, key } = making
      return packWithMac(message, parts, { index, macOf: (bytes) => key.mac(bytes) })
    },
    check(message, bytes) {
      const carrier = carrierKind(message)
      const isBare = carrier === 'network' && keys.making() === undefined
      if (carrier === 'none' || isBare) return { message, isAuthentic: true }
      if (isRight(message, bytes, parts)) {
        wrongsInARow = 0
        return { message: withoutMac(message, rules), isAuthentic: true }
      }
      noteWrong()
      return { message, isAuthentic: false }
    },
    changes,
    wrongCount: () => wrongs,
  }
}

/**
 * What carries a MAC: payments and the like always; of network messages some, while there are keys,
 * since a line is tested and left without keys too. A cutover without is not believed.
 */
type CarrierKind = 'none' | 'payment' | 'network' | 'cutover'

function compileCarrierKind(
  { classes, functions }: MacRules,
  { network }: LinkProfile,
): (message: Message) => CarrierKind {
  const networkClass = network.mti[CLASS_AT]
  return ({ mti, fields }) => {
    const messageClass = mti[CLASS_AT] ?? ''
    if (messageClass !== networkClass) return classes.has(messageClass) ? 'payment' : 'none'
    const code = fields[network.elements.function]
    if (typeof code !== 'string' || !functions.has(code)) return 'none'
    return code === network.cutover ? 'cutover' : 'network'
  }
}

const CLASS_AT = 1

function isRight(message: Message, bytes: Uint8Array, { rules, keys, dialect }: KeyedParts) {
  const carried = carriedMac(message, rules)
  if (carried === undefined) return false
  const covered = coveredBytes(bytes, carried.carrier, { ...rules, dialect })
  return keys.verifying(carried.index).some((key) => key.verifies(covered, carried.mac))
}

function distrust({ keys, log, onDistrusted }: KeyedParts): void {
  log.error('host-keys-distrusted', { wrongInARow: WRONG_IN_A_ROW_MAX })
  keys.drop().catch((error: unknown) => log.error('host-key-not-kept', { error }))
  onDistrusted()
}
