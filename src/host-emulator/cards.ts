import type { Fault, FaultRule } from './faults.ts'

export type CardState = 'active' | 'lost' | 'stolen' | 'restricted'

/** A card as a new book takes it up (interface.md 7.1). */
export interface SandboxCard {
  readonly pan: string
  /** ISO 4217 numeric. */
  readonly currency: string
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
}

/** A card list or script that was refused. Says where and never what: a list holds PINs. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
  readonly code = 'SANDBOX_INVALID'
  /** Paths into the document, e.g. `cards.3.expiry`. */
  readonly paths: readonly string[]

  constructor(paths: readonly string[]) {
    super(`invalid at ${paths.join(', ')}`)
    this.paths = paths
  }
}

/** @returns the state of this name; a card that names none is active. */
export function cardStateOf(word: string | undefined): CardState {
  return word === 'lost' || word === 'stolen' || word === 'restricted' ? word : 'active'
}

/** Read `cards.json`. @throws SandboxError with every path at fault. */
export function parseSandbox(document: unknown): Sandbox {
  const read = createReader(document)
  const pinKey = read.optional('pinKey', /^[0-9A-F]{32}$/)
  const currency = read.text('currency', /^[0-9]{3}$/)
  const cards = read.list('cards', (card) => sandboxCard(card, currency))
  read.finish()
  return {
    cards,
    ...(pinKey === undefined ? {} : { pinKey: Uint8Array.from(Buffer.from(pinKey, 'hex')) }),
  }
}

/** Read a script of faults (interface.md 7.3). @throws SandboxError with every path at fault. */
export function parseScript(document: unknown): readonly FaultRule[] {
  const read = createReader({ rules: document })
  const rules = read.list('rules', (rule): FaultRule => {
    const pan = rule.optional('pan', PAN)
    const amount = rule.optional('amount', MINOR)
    const sequence = rule.optional('sequence', /^[1-9][0-9]{0,8}$/)
    return {
      ...(pan === undefined ? {} : { pan }),
      ...(amount === undefined ? {} : { amountMinor: BigInt(amount) }),
      ...(sequence === undefined ? {} : { sequence: Number(sequence) }),
      fault: faultOf(rule.object('fault')),
    }
  })
  read.finish()
  return rules
}

const PAN = /^[0-9]{12,19}$/
const MINOR = /^[0-9]{1,15}$/
const CODE = /^[0-9A-Za-z]{2}$/

function sandboxCard(read: Reader, currency: string): SandboxCard {
  const optional = {
    cvv2: read.optional('cvv2', /^([0-9]{3,4}|none)$/),
    street: read.optional('street', /^.{1,40}$/),
    postalCode: read.optional('postalCode', /^.{1,10}$/),
    pin: read.optional('pin', /^[0-9]{4,12}$/),
    fault: read.has('fault') ? faultOf(read.object('fault')) : undefined,
  }
  return {
    pan: read.text('pan', PAN),
    currency,
    openingMinor: BigInt(read.text('balance', MINOR)),
    expiry: read.text('expiry', /^[0-9]{2}(0[1-9]|1[0-2])$/),
    state: cardStateOf(read.optional('state', /^(active|lost|stolen|restricted)$/)),
    partialApprovals: read.optional('partialApprovals', /^(true|false)$/) === 'true',
    ...present(optional),
  }
}

function faultOf(read: Reader): Fault {
  const kind = read.text('kind', /^[a-z-]+$/)
  switch (kind) {
    case 'silence':
    case 'answer-twice':
    case 'garbage':
    case 'wrong-stan':
    case 'wrong-amount':
      return { kind }
    case 'delay':
      return { kind, delayMs: Number(read.text('delayMs', /^[0-9]{1,6}$/)) }
    case 'cut':
      return { kind, afterBytes: Number(read.text('afterBytes', /^[0-9]{1,4}$/)) }
    case 'answer-code':
    case 'decline':
      return { kind, code: read.text('code', CODE) }
    default:
      read.refuse('kind')
      return { kind: 'silence' }
  }
}

type Present<T> = { [Member in keyof T]?: Exclude<T[Member], undefined> }

function present<T extends object>(members: T): Present<T> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Present<T>
}

/** Reads one JSON object; what does not fit is noted, and thrown at the end with all the rest. */
interface Reader {
  has(member: string): boolean
  text(member: string, shape: RegExp): string
  /** undefined when it is not there, empty when it is refused. */
  optional(member: string, shape: RegExp): string | undefined
  object(member: string): Reader
  list<T>(member: string, item: (read: Reader) => T): readonly T[]
  refuse(member: string): void
  finish(): void
}

function createReader(value: unknown, at = '', faults: string[] = []): Reader {
  const members = new Map(typeof value === 'object' && value ? Object.entries(value) : [])
  const refuse = (member: string): void => {
    faults.push(at === '' ? member : `${at}.${member}`)
  }
  const optional = (member: string, shape: RegExp): string | undefined => {
    const found = members.get(member)
    if (found === undefined) return undefined
    const text = typeof found === 'object' ? '' : String(found)
    if (shape.test(text)) return text
    refuse(member)
    return ''
  }
  const inside = (member: string, inner: unknown): Reader =>
    createReader(inner, at === '' ? member : `${at}.${member}`, faults)
  return {
    has: (member) => members.has(member),
    optional,
    text(member, shape) {
      const found = optional(member, shape)
      if (found === undefined) refuse(member)
      return found ?? ''
    },
    object: (member) => inside(member, members.get(member)),
    list(member, item) {
      const found = members.get(member)
      if (!Array.isArray(found)) refuse(member)
      const items: unknown[] = Array.isArray(found) ? found : []
      return items.map((inner, index) => item(inside(`${member}.${index}`, inner)))
    },
    refuse,
    finish() {
      if (faults.length > 0) throw new SandboxError(faults)
    },
  }
}
