import { createTurnedAway } from '#admission'
import type { PinDesk } from '#control'
import type { CardRequest, PaymentRequest, PinFormat, TerminalPin } from '#domain'
import type { Clock, Log, Random } from '#platform'
import { type Hsm, type HsmKey, KeyringError, ownerOfTerminalKey, PIN_CIPHERS } from '#security'
import type { Config } from './config.ts'
import type { HostProfile } from './host-profile.ts'
import { openHsm } from './hsm.ts'
import { openLivePinKeys } from './live-pin-keys.ts'

export interface PinDeskParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly profile: Pick<HostProfile, 'name' | 'mapping'>
}

export interface OpenPinDesk extends PinDesk {
  close(): void
}

/**
 * Fit the HSM to the keys that were entered and to the host; every key must open.
 *
 * @throws KeyringError `SOFTWARE_HSM_REFUSED`; `HOST_KEY_MISSING` when the host takes PINs and its
 *   key was not entered, or is of another cipher than its format; `MASTER_KEY_WRONG` and the like
 */
export async function openPinDesk(config: Config, parts: PinDeskParts): Promise<OpenPinDesk> {
  const { name, mapping } = parts.profile
  const format = mapping.pinFormat
  if (config.hsm === undefined) return NO_PINS
  const hsm = openHsm(config, parts.random)
  tellThatItIsNone(config.hsm, parts.log)
  if (format === undefined) return NO_PINS
  let keys: DeskKeys | undefined
  const close = await openLivePinKeys(config, {
    ...parts,
    hsm,
    onChange(entered) {
      keys = keysOf(entered, { host: name, format })
    },
  })
  return { ...deskOf(hsm, () => keys, parts), close }
}

const NO_PINS: OpenPinDesk = {
  translate: async () => ({ kind: 'not-taken' }),
  close() {},
}

function tellThatItIsNone({ accepted }: NonNullable<Config['hsm']>, log: Log): void {
  const signed = accepted && { acceptedBy: accepted.by, acceptedOn: accepted.on }
  log.warn('hsm-is-software', { ...signed })
}

interface DeskKeys {
  readonly host: HsmKey
  readonly format: PinFormat
  /** By owner: of those who send a serial number, and of those who send none. */
  readonly bases: ReadonlyMap<string, HsmKey>
  readonly terminals: ReadonlyMap<string, HsmKey>
}

function keysOf(
  keys: readonly HsmKey[],
  { host, format }: { readonly host: string; readonly format: PinFormat },
): DeskKeys {
  const cipher = PIN_CIPHERS[format]
  const own = keys.find((it) => it.purpose === 'host-pin' && it.owner === host)
  if (own?.cipher !== cipher) {
    const message = `there is no ${cipher} key for PINs of ${host}: \`sallyport pin-key import\``
    throw new KeyringError('HOST_KEY_MISSING', message)
  }
  const byOwner = (purpose: HsmKey['purpose']) =>
    new Map(keys.filter((it) => it.purpose === purpose).map((it) => [it.owner, it]))
  const [bases, terminals] = [byOwner('terminal-base'), byOwner('terminal-pin')]
  return { host: own, format, bases, terminals }
}

function deskOf(
  hsm: Hsm,
  keysOfNow: () => DeskKeys | undefined,
  { clock, log }: PinDeskParts,
): PinDesk {
  const refused = createTurnedAway({ clock, log, event: 'pins-refused' })
  return {
    async translate(request) {
      const { pin, pan, merchant } = request
      const keys = keysOfNow()
      if (pin === undefined || keys === undefined) return { kind: 'not-taken' }
      const key = terminalKey(pin, request, keys)
      if (key === undefined) return { kind: 'key-unknown' }
      const translated = await hsm.translatePin({
        block: pin.block,
        from: { key, format: pin.format, pan, ...(pin.ksn === undefined ? {} : { ksn: pin.ksn }) },
        to: { key: keys.host, format: keys.format, pan },
      })
      if (translated.kind === 'translated') return translated
      refused.note(merchant)
      return { kind: 'unusable' }
    },
  }
}

/** A terminal's own key comes before one of the same name that all the merchant's have. */
function terminalKey(
  { key: name, ksn }: TerminalPin,
  { merchant, terminal }: PaymentRequest | CardRequest,
  { bases, terminals }: DeskKeys,
): HsmKey | undefined {
  const keys = ksn === undefined ? terminals : bases
  const own = keys.get(ownerOfTerminalKey({ merchant, name, terminal }))
  return own ?? keys.get(ownerOfTerminalKey({ merchant, name }))
}
