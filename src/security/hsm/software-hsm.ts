import { Secret } from '#domain'
import type { Random } from '#platform'
import { KeyringError } from '../errors.ts'
import { type BlockCipher, createBlockCipher, withOddParity } from '../host-keys/block-cipher.ts'
import { combineComponents, shownCheckValue } from '../host-keys/components.ts'
import type { KeyringOptions } from '../keyring.ts'
import type { Environment } from '../keyring-document.ts'
import { openWrapping } from '../master-key.ts'
import type { Wrapping } from '../wrapping.ts'
import { aesPinKey } from './dukpt-aes.ts'
import { tdesPinKey } from './dukpt-tdes.ts'
import type {
  Hsm,
  HsmKey,
  KeyCreated,
  KeyCreation,
  KeyImport,
  KeyImported,
  PinEnd,
  PinTranslated,
  PinTranslation,
} from './hsm.ts'
import {
  cipherOf,
  headerFault,
  keyFault,
  PIN_ENCRYPTION,
  PROTECTION_CIPHERS,
} from './import-rules.ts'
import { openKeyBlock, sealKeyBlock } from './key-block.ts'
import type { KeyBlockHeader } from './key-block-header.ts'
import { openPinBlock, PIN_CIPHERS, type PinBinding, sealPinBlock, wipe } from './pin-block.ts'
import { isBound, translationFault } from './translation-rules.ts'

/** An HSM that is none: its keys and the PINs in clear are in this process's memory. */
export interface SoftwareHsm extends Hsm {
  /** Combine a protection key, as custodians do at the console of an HSM. */
  enterProtectionKey(given: ProtectionKeyComponents): ProtectionKeyEntering
}

export interface ProtectionKeyComponents {
  readonly owner: string
  readonly cipher: HsmKey['cipher']
  /** Each in hexadecimal, all as long as the key; the key is their exclusive-or. */
  readonly components: readonly string[]
  readonly expectedCheckValue?: string
}

export type ProtectionKeyEntering =
  | {
      readonly kind: 'entered'
      readonly key: HsmKey
      /** Of each component, for its custodian. */
      readonly componentCheckValues: readonly string[]
    }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }

export interface SoftwareHsmOptions extends KeyringOptions {
  /** Whether the bank has signed for PINs in the memory of a process. */
  readonly isAccepted: boolean
}

/**
 * Open the software HSM over the master key of a keys folder.
 *
 * @throws KeyringError `SOFTWARE_HSM_REFUSED` in production, unless the bank has signed for it;
 *   `MASTER_KEY_MISSING`, `MASTER_KEY_MALFORMED`, `KEY_FILE_EXPOSED`. What it does later throws
 *   `MASTER_KEY_WRONG` for a key that it has not wrapped as it is.
 */
export function openSoftwareHsm(folder: string, options: SoftwareHsmOptions): SoftwareHsm {
  const { environment, isAccepted, random } = options
  if (environment === 'production' && !isAccepted) {
    const message = 'production refuses the software HSM: the bank has not signed for it'
    throw new KeyringError('SOFTWARE_HSM_REFUSED', message)
  }
  const shelf = shelfOf(openWrapping(folder, options), environment)
  return {
    checkValueOf: async (key) => shelf.with(key, (it) => shownCheckValue(key.cipher, it)),
    importKey: async (given) => importKey(given, shelf),
    createTerminalKey: async (given) => createTerminalKey(given, shelf, random),
    translatePin: async (given) => translatePin(given, shelf, random),
    enterProtectionKey: (given) => enterProtectionKey(given, shelf),
  }
}

/** Keys as they are kept, and for a moment as they are. */
interface Shelf {
  readonly environment: Environment
  put(secret: Uint8Array, attributes: Omit<HsmKey, 'wrapped' | 'checkValue'>): HsmKey
  /** Lends the key itself, and wipes it. */
  with<Result>(key: HsmKey, use: (secret: Uint8Array) => Result): Result
}

function shelfOf(wrapping: Wrapping, environment: Environment): Shelf {
  const nameOf = ({ purpose, owner, cipher, checkValue }: Omit<HsmKey, 'wrapped'>) =>
    `sallyport key 1 ${environment} hsm ${purpose} ${cipher} ${checkValue} ${owner}`
  return {
    environment,
    put(secret, attributes) {
      const checkValue = shownCheckValue(attributes.cipher, secret)
      const named = { ...attributes, checkValue }
      return { ...named, wrapped: wrapping.wrap(secret, nameOf(named)) }
    },
    with(key, use) {
      const secret = wrapping.unwrap(key.wrapped, nameOf(key))
      try {
        return use(secret)
      } finally {
        secret.fill(0)
      }
    },
  }
}

function importKey(given: KeyImport, shelf: Shelf): KeyImported {
  const { keyBlock, under } = given
  if (under.purpose !== 'protection') return refused('protection-key-unfit')
  return shelf.with(under, (protectionKey): KeyImported => {
    const opened = openKeyBlock(keyBlock, protectionKey)
    if (opened.kind === 'refused') return opened
    const protection = { cipher: under.cipher, key: protectionKey }
    try {
      return takeKey({ ...opened, key: opened.key.reveal(), protection }, given, shelf)
    } finally {
      wipe(opened.key)
    }
  })
}

interface Unwrapped {
  readonly header: KeyBlockHeader
  readonly key: Uint8Array
  readonly protection: { readonly cipher: HsmKey['cipher']; readonly key: Uint8Array }
}

function takeKey(unwrapped: Unwrapped, given: KeyImport, shelf: Shelf): KeyImported {
  const { header, key, protection } = unwrapped
  const { purpose, owner, expectedCheckValue = '' } = given
  if (PROTECTION_CIPHERS[header.version] !== protection.cipher) {
    return refused('protection-key-unfit')
  }
  const forbidden = headerFault(header, given)
  if (forbidden) return refused(forbidden)
  const cipher = cipherOf(header)
  if (cipher === undefined) return refused('algorithm-wrong')
  const wrong = keyFault({ cipher, key, protection }, given, shelf.environment)
  if (wrong) return refused(wrong)
  const taken = shelf.put(key, { purpose, owner, cipher })
  const isExpected = taken.checkValue.startsWith(expectedCheckValue.toUpperCase())
  return isExpected ? { kind: 'imported', key: taken } : refused('check-value-wrong')
}

function createTerminalKey(
  { under, owner }: KeyCreation,
  shelf: Shelf,
  random: Random,
): KeyCreated {
  const { cipher } = under
  return shelf.with(under, (protectionKey) => {
    // As strong as what protects it.
    const drawn = random.bytes(protectionKey.byteLength)
    const key = cipher === 'aes' ? drawn : drawn.map(withOddParity)
    const kept = shelf.put(key, { purpose: 'terminal-pin', owner, cipher })
    const keyBlock = sealKeyBlock(terminalHeader(cipher), { key, protectionKey }, random)
    drawn.fill(0)
    key.fill(0)
    return { key: kept, keyBlock }
  })
}

/** The terminal encrypts under it, and gives it to nobody. */
function terminalHeader(cipher: HsmKey['cipher']): KeyBlockHeader {
  const [version, algorithm] = cipher === 'aes' ? (['D', 'A'] as const) : (['B', 'T'] as const)
  const attributes = { usage: PIN_ENCRYPTION, mode: 'E', keyVersion: '00', exportability: 'N' }
  return { version, algorithm, ...attributes, optional: [] } as KeyBlockHeader
}

function translatePin(given: PinTranslation, shelf: Shelf, random: Random): PinTranslated {
  const { from, to, block } = given
  const samePan = from.pan.reveal() === to.pan.reveal()
  const forbidden = translationFault({ from: from.format, to: to.format, samePan })
  if (forbidden) return refused(forbidden)
  if (!isTerminals(from) || !isFit(from) || to.key.purpose !== 'host-pin' || !isFit(to)) {
    return refused('key-unfit')
  }
  const [source, target] = [bindingOf(from, shelf), bindingOf(to, shelf)]
  if (source === undefined || target === undefined) return refused('block-unusable')
  const pin = openPinBlock(Buffer.from(block.reveal(), 'hex'), source)
  if (pin === undefined) return refused('block-unusable')
  try {
    const translated = sealPinBlock(pin, target, random).toString('hex').toUpperCase()
    return { kind: 'translated', block: new Secret(translated) }
  } finally {
    wipe(pin)
  }
}

/** A base key goes with a serial number, and any other key without. */
function isTerminals({ key, ksn }: PinEnd): boolean {
  return key.purpose === (ksn === undefined ? 'terminal-pin' : 'terminal-base')
}

function isFit({ key, format }: PinEnd): boolean {
  return isBound(format) && PIN_CIPHERS[format] === key.cipher
}

/** Undefined when no terminal has a key of such a serial number. */
function bindingOf(end: PinEnd, shelf: Shelf): PinBinding | undefined {
  const { key, format, pan } = end
  if (!isBound(format)) return undefined
  const cipher = shelf.with(key, (secret) => cipherUnder(secret, end))
  return cipher && { format, pan: pan.reveal(), cipher }
}

function cipherUnder(secret: Uint8Array, { key, ksn }: PinEnd): BlockCipher | undefined {
  if (ksn === undefined) return createBlockCipher(key.cipher, secret)
  const pinKey = PIN_KEYS[key.cipher](secret, Buffer.from(ksn, 'hex'))
  const cipher = pinKey && createBlockCipher(key.cipher, pinKey)
  pinKey?.fill(0)
  return cipher
}

const PIN_KEYS = { tdes: tdesPinKey, aes: aesPinKey }

function enterProtectionKey(given: ProtectionKeyComponents, shelf: Shelf): ProtectionKeyEntering {
  const { owner, cipher, components, expectedCheckValue } = given
  const { environment } = shelf
  const combined = combineComponents({ cipher, components, environment, expectedCheckValue })
  if (combined.kind === 'refused') return combined
  const { key: secret, componentCheckValues } = combined
  const key = shelf.put(secret, { purpose: 'protection', owner, cipher })
  secret.fill(0)
  return { kind: 'entered', key, componentCheckValues }
}

function refused<Fault extends string>(fault: Fault) {
  return { kind: 'refused', fault } as const
}
