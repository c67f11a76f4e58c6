import { documentPlace, itemsOf, type SpecFault, SpecificationError } from '#iso8583'
import type { Conduct } from './conduct/conduct.ts'
import { createDocumentReader, type DocumentReader } from './document-reader.ts'
import type { Fault, FaultRule } from './faults.ts'

export type CardState = 'active' | 'lost' | 'stolen' | 'restricted'

/** A card as a new book takes it up (interface.md 7.1). */
export interface SandboxCard {
  readonly pan: string
  readonly openingMinor: bigint
  /** YYMM. */
  readonly expiry: string
  readonly state: CardState
  readonly partialApprovals: boolean
  readonly cvv2?: string
  readonly street?: string
  readonly postalCode?: string
  /** In clear: a test card's only; the book keeps a keyed hash of it. */
  readonly pin?: string
  readonly fault?: Fault
}

export interface Sandbox {
  readonly cards: readonly SandboxCard[]
  /** Triple-DES key of the host's PIN zone, double length. */
  readonly pinKey?: Uint8Array
  /** Under which the host's working keys for MACs travel. */
  readonly keyEncryptingKey?: Uint8Array
}

/** A card list or script that was refused. No reason holds a value: a list holds PINs. */
export class SandboxError extends SpecificationError {
  override readonly name = 'SandboxError'
  readonly code = 'SANDBOX_INVALID'
}

/** @returns the state of this name; a card that names none is active. */
export function cardStateOf(word: string | undefined): CardState {
  return word === 'lost' || word === 'stolen' || word === 'restricted' ? word : 'active'
}

/** Whether a host's messages have room for a response code. */
type HasRoomFor = (code: string) => boolean

/**
 * Read a list of cards (specs/sandbox-cards.json).
 *
 * @param conduct of the host whose cards they are, where it is known
 * @throws SandboxError with every fault
 */
export function parseSandbox(
  document: unknown,
  conduct?: Pick<Conduct, 'hasRoomFor' | 'mac'>,
): Sandbox {
  const { hasRoomFor = () => true, mac } = conduct ?? {}
  const faults: SpecFault[] = []
  const read = createDocumentReader(documentPlace(document, faults))
  read.onlyMembers(['$comment', 'pinKey', 'keyEncryptingKey', 'cards'])
  const pinKey = read.optional('pinKey', /^[0-9A-F]{32}$/)
  const keyEncryptingKey = read.optional('keyEncryptingKey', /^([0-9A-F]{16}){2,4}$/)
  if (mac !== undefined && !read.has('keyEncryptingKey')) {
    read.refuse('keyEncryptingKey', 'is missing: the host has MACs, and sends its keys under it')
  }
  const cards = read.list('cards', (card) => sandboxCard(card, hasRoomFor))
  if (faults.length > 0) throw new SandboxError(faults)
  return {
    cards,
    ...present({ pinKey: keyOf(pinKey), keyEncryptingKey: keyOf(keyEncryptingKey) }),
  }
}

/** Read a script of faults (interface.md 7.3). @throws SandboxError with every fault. */
export function parseScript(
  document: unknown,
  hasRoomFor: HasRoomFor = () => true,
): readonly FaultRule[] {
  const faults: SpecFault[] = []
  const rules = itemsOf(documentPlace(document, faults)) ?? []
  const read = rules.map((rule) => faultRule(createDocumentReader(rule), hasRoomFor))
  if (faults.length > 0) throw new SandboxError(faults)
  return read
}

function keyOf(hex: string | undefined): Uint8Array | undefined {
  return hex === undefined ? undefined : Uint8Array.from(Buffer.from(hex, 'hex'))
}

const PAN = /^[0-9]{12,19}$/
const MINOR = /^[0-9]{1,15}$/
const CODE = /^[0-9A-Za-z]{1,4}$/

const CARD_MEMBERS = [
  ...['note', 'pan', 'balance', 'expiry', 'state', 'partialApprovals'],
  ...['cvv2', 'street', 'postalCode', 'pin', 'fault'],
]

function sandboxCard(read: DocumentReader, hasRoomFor: HasRoomFor): SandboxCard {
  read.onlyMembers(CARD_MEMBERS)
  const optional = {
    cvv2: read.optional('cvv2', /^([0-9]{3,4}|none)$/),
    street: read.optional('street', /^.{1,40}$/),
    postalCode: read.optional('postalCode', /^.{1,10}$/),
    pin: read.optional('pin', /^[0-9]{4,12}$/),
    fault: read.has('fault') ? faultOf(read.object('fault'), hasRoomFor) : undefined,
  }
  return {
    pan: read.text('pan', PAN),
    openingMinor: BigInt(read.text('balance', MINOR)),
    expiry: read.text('expiry', /^[0-9]{2}(0[1-9]|1[0-2])$/),
    state: cardStateOf(read.optional('state', /^(active|lost|stolen|restricted)$/)),
    partialApprovals: read.optional('partialApprovals', /^(true|false)$/) === 'true',
    ...present(optional),
  }
}

function faultRule(read: DocumentReader, hasRoomFor: HasRoomFor): FaultRule {
  read.onlyMembers(['note', 'pan', 'amount', 'sequence', 'fault'])
  const amount = read.optional('amount', MINOR)
  const sequence = read.optional('sequence', /^[1-9][0-9]{0,8}$/)
  const optional = {
    pan: read.optional('pan', PAN),
    amountMinor: amount === undefined ? undefined : BigInt(amount),
    sequence: sequence === undefined ? undefined : Number(sequence),
  }
  return { ...present(optional), fault: faultOf(read.object('fault'), hasRoomFor) }
}

function faultOf(read: DocumentReader, hasRoomFor: HasRoomFor): Fault {
  const kind = read.text('kind', /^[a-z-]+$/)
  read.onlyMembers(['kind', ...(SETTINGS[kind] ?? [])])
  switch (kind) {
    case 'silence':
    case 'answer-twice':
    case 'garbage':
    case 'wrong-stan':
    case 'wrong-amount':
    case 'wrong-mac':
      return { kind }
    case 'delay':
      return { kind, delayMs: Number(read.text('delayMs', /^[0-9]{1,6}$/)) }
    case 'cut':
      return { kind, afterBytes: Number(read.text('afterBytes', /^[0-9]{1,4}$/)) }
    case 'answer-code':
      return read.has('code') ? { kind, code: codeOf(read, hasRoomFor) } : { kind }
    case 'decline':
      return { kind, code: codeOf(read, hasRoomFor) }
    case '':
      return { kind: 'silence' }
    default:
      read.refuse('kind', 'is none of the kinds there are')
      return { kind: 'silence' }
  }
}

/** What a kind of fault has beside its name. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  delay: ['delayMs'],
  cut: ['afterBytes'],
  'answer-code': ['code'],
  decline: ['code'],
}

function codeOf(read: DocumentReader, hasRoomFor: HasRoomFor): string {
  const code = read.text('code', CODE)
  if (code !== '' && !hasRoomFor(code)) read.refuse('code', 'does not fit the response code')
  return code
}

type Present<T> = { [Member in keyof T]?: Exclude<T[Member], undefined> }

function present<T extends object>(members: T): Present<T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Present<T>
}
