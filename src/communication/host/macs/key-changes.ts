import type { Message } from '#iso8583'
import type { Clock, Log } from '#platform'
import { atMost } from '../../deadline.ts'
import type { HostReply } from '../line.ts'
import type { LinkProfile } from '../link-profile.ts'
import { isAccepted } from '../network-messages.ts'
import { indexFields, indexIn } from './carrying.ts'
import type { KeyHolder } from './key-holder.ts'
import type { LiveKeys, NumberedKey } from './live-keys.ts'
import type { KeyExchangeRules, MacRules } from './mac-rules.ts'

/** Puts a network request to the host: its code, and elements besides the usual ones. */
export type AskNetwork = (code: string, fields: Message['fields']) => Promise<HostReply>

export interface KeyChangesParts {
  readonly rules: MacRules
  readonly profile: Pick<LinkProfile, 'network' | 'answerTimeoutMs' | 'lateAnswerMaxMs'>
  readonly holder: KeyHolder
  readonly keys: LiveKeys
  readonly clock: Clock
  readonly log: Log
  /** There is a new key to make with. */
  onKeyed(): void
}

/** What became of a change that was to begin: `not-begun` when one is under way, or not ours to. */
export type ChangeEnd = 'changed' | 'failed' | 'not-begun'

type GatewayStarts = NonNullable<KeyExchangeRules['gatewayStarts']>

/** How new working keys come to be at one host, whoever begins. */
export class KeyChanges {
  readonly #parts: KeyChangesParts
  /** Keys that have become the making one. */
  #count = 0
  #isUnderWay = false
  #againAtMs = Number.NEGATIVE_INFINITY
  #onChanged = () => {}

  constructor(parts: KeyChangesParts) {
    this.#parts = parts
  }

  get count(): number {
    return this.#count
  }

  /** Whether it is time for a change of ours, and none is under way. */
  isDue(): boolean {
    const { rules, keys, clock } = this.#parts
    const { gatewayStarts, renewAfterMs = Number.POSITIVE_INFINITY } = rules.exchange
    if (gatewayStarts === undefined || this.#isUnderWay) return false
    const isWanted = keys.making() === undefined || keys.ageMs() >= renewAfterMs
    return isWanted && clock.elapsedMs() >= this.#againAtMs
  }

  /** Have a change of ours over one line. */
  async begin(ask: AskNetwork): Promise<ChangeEnd> {
    const { rules, clock, profile } = this.#parts
    const { gatewayStarts } = rules.exchange
    if (gatewayStarts === undefined || this.#isUnderWay) return 'not-begun'
    this.#isUnderWay = true
    const isChanged = await this.#change(gatewayStarts, ask)
    this.#isUnderWay = false
    if (isChanged) return 'changed'
    // It is tried again when nothing of this one can come any more.
    this.#againAtMs = clock.elapsedMs() + profile.lateAnswerMaxMs
    return 'failed'
  }

  /**
   * Take the key that the host has brought: it verifies, and a restart knows it.
   *
   * @returns undefined when it cannot be used
   */
  async take(fields: Message['fields']): Promise<NumberedKey | undefined> {
    const { rules, holder, keys, log } = this.#parts
    const { cryptogram, checkValue, index } = broughtIn(fields, rules)
    const opened = holder.open(cryptogram, checkValue)
    if (opened.kind === 'unusable' || !isNumber(index, rules)) {
      const reason = opened.kind === 'unusable' ? opened.reason : 'no-number'
      log.error('host-key-refused', { reason })
      return undefined
    }
    const next = { key: opened.key, index }
    // The host may bring it again, having not heard that it was taken.
    if (this.#isMaking(next)) return next
    keys.offer(next)
    return this.#secured(next)
  }

  /** Make with it from now on: the host has been told, or knows anyway. */
  conclude(next: NumberedKey): void {
    const { keys, log, onKeyed } = this.#parts
    if (this.#isMaking(next)) return
    keys.makeWith(next)
    this.#count += 1
    log.info('host-keys-changed', { checkValue: next.key.checkValue })
    onKeyed()
    this.#onChanged()
  }

  async #change({ code, keyIn }: GatewayStarts, ask: AskNetwork): Promise<boolean> {
    const countBefore = this.#count
    const brought = keyIn === 'request' ? this.#bring() : undefined
    const reply = await ask(code, brought?.fields ?? {})
    if (!this.#isAccepted(reply)) return false
    if (keyIn === 'host-request') return await this.#hasChangedSince(countBefore)
    const next = await (brought ? this.#secured(brought.next) : this.take(reply.message.fields))
    if (next !== undefined) this.conclude(next)
    return next !== undefined
  }

  /** A key of ours verifies at once: the host may use it before we hear that it has it. */
  #bring(): { readonly next: NumberedKey; readonly fields: Message['fields'] } {
    const { rules, holder, keys } = this.#parts
    const { element, index: place } = rules.exchange
    const { key, cryptogram, checkValue } = holder.create()
    const index = numberAfter(keys.making()?.index, place?.digits ?? 0)
    const next = { key, index }
    keys.offer(next)
    const fields = { ...indexFields(place, index), [element]: `${cryptogram}${checkValue}` }
    return { next, fields }
  }

  #isMaking({ key }: NumberedKey): boolean {
    return this.#parts.keys.making()?.key.checkValue === key.checkValue
  }

  #isAccepted(reply: HostReply): reply is Extract<HostReply, { kind: 'answered' }> {
    const { profile, log } = this.#parts
    if (reply.kind === 'answered' && isAccepted(reply.message, profile.network)) return true
    const why = reply.kind === 'unknown' ? reply.reason : reply.kind
    log.warn('host-keys-not-changed', { why: why === 'answered' ? 'refused' : why })
    return false
  }

  /** Whether the host brings a key, as it has said, in the time that it has for an answer. */
  async #hasChangedSince(count: number): Promise<boolean> {
    const { clock, profile } = this.#parts
    const changed = new Promise<void>((resolve) => {
      this.#onChanged = resolve
    })
    if (this.#count === count) await atMost(clock, profile.answerTimeoutMs, changed)
    return this.#count > count
  }

  async #secured(next: NumberedKey): Promise<NumberedKey | undefined> {
    const { keys, log } = this.#parts
    try {
      await keys.secure(next)
      return next
    } catch (error) {
      log.error('host-key-not-kept', { error })
      return undefined
    }
  }
}

/** What an exchange message has of a key; all empty when it has none. */
function broughtIn(fields: Message['fields'], { key, exchange }: MacRules) {
  const value = fields[exchange.element]
  const text = typeof value === 'string' ? value : ''
  const cryptogramEnd = Math.max(0, text.length - 2 * key.checkBytes)
  return {
    cryptogram: text.slice(0, cryptogramEnd),
    checkValue: text.slice(cryptogramEnd),
    index: exchange.index === undefined ? '' : indexIn(fields, exchange.index),
  }
}

/** Whether a key goes by such a number as keys here do, or by none. */
function isNumber(index: string, { exchange }: MacRules): boolean {
  return index.length === (exchange.index?.digits ?? 0) && /^[0-9]*$/.test(index)
}

/** The number of the next key: one more, and 1 after the last that so many digits can say. */
function numberAfter(index = '', digits: number): string {
  if (digits === 0) return ''
  const next = (Number(index) + 1) % 10 ** digits
  return String(next || 1).padStart(digits, '0')
}
