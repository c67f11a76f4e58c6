import {
  AMOUNT_MINOR_MAX,
  type JsonObject,
  type Merchant,
  PIN_BLOCK_BYTES,
  type PinFormat,
  REVERSAL_CAUSES,
  Secret,
} from '#domain'
import { EncodeError, type Message } from '#iso8583'
import { createHostFacts, exchangeFacts } from '../exchange-facts.ts'
import type { Member } from '../messages/members.ts'
import type { CompiledKinds } from './compiled-kinds.ts'
import type { MappingParts } from './mapping.ts'
import { type Nested, nestedAt } from './nested.ts'
import type { PlacedMessage } from './placed-messages.ts'
import type { Given } from './sources.ts'
import { type ByKind, CARD_KINDS, type Faults, type MessageKind } from './specification.ts'
import { isNamed } from './untold.ts'

/**
 * Write and pack the shortest and the longest request of each operation, and all that can follow
 * one.
 *
 * It finds what no look at single elements can: a composite that lacks a part or grows too long.
 *
 * @returns the least bytes of each kind that could be written
 */
export function tryOut(
  { kinds, placed, pinFormat }: Compiled,
  parts: MappingParts,
  faults: Faults,
): ReadonlyMap<MessageKind, number> {
  const sizes = new Map<MessageKind, number>()
  const attempt = (trial: Trial): Message | undefined => {
    const { message, bytes } = tryKind(kinds, trial, parts, faults)
    const least = sizes.get(trial.kind) ?? Number.POSITIVE_INFINITY
    if (bytes !== undefined) sizes.set(trial.kind, Math.min(least, bytes))
    return message
  }
  const sampled = (kind: MessageKind, extent: 'least' | 'most') => {
    const refuses = new Set(placed[kind]?.refuses.map(({ source }) => source))
    const body = sampleBody(parts.messages.members(kind), refuses, extent)
    return { ...SAMPLE, body, ...samplePin(body, pinFormat) }
  }
  for (const kind of CARD_KINDS) {
    for (const extent of ['least', 'most'] as const) attempt({ kind, given: sampled(kind, extent) })
  }
  for (const kind of ['payment.authorize', 'payment.sale'] as const) {
    for (const extent of ['least', 'most'] as const) {
      const given = sampled(kind, extent)
      const original = attempt({ kind, given })
      if (!original) continue
      const undo = (image: Message) => {
        for (const cause of REVERSAL_CAUSES) {
          attempt({ kind: 'payment.reverse', given: { ...SAMPLE, original: image, cause } })
        }
      }
      undo(original)
      const { amountMinor } = CAPTURES[extent]
      for (const following of FOLLOWING[kind]) {
        const image = attempt({ kind: following, given: { ...SAMPLE, original, amountMinor } })
        if (image) undo(image)
      }
      if (kind !== 'payment.authorize') continue
      attempt({ kind: 'payment.capture', given: { ...given, original, capture: CAPTURES[extent] } })
    }
  }
  return sizes
}

const FOLLOWING = {
  'payment.authorize': ['payment.increment', 'payment.refund'],
  'payment.sale': ['payment.refund'],
} as const

const CAPTURES = {
  least: { amountMinor: 1n, extent: 'part' },
  most: { amountMinor: AMOUNT_MINOR_MAX, extent: 'whole' },
} as const

interface Compiled {
  readonly kinds: CompiledKinds
  readonly placed: ByKind<PlacedMessage>
  readonly pinFormat: PinFormat | undefined
}

interface Trial {
  readonly kind: MessageKind
  readonly given: Given
}

interface Tried {
  readonly message?: Message
  readonly bytes?: number
}

function tryKind(
  kinds: CompiledKinds,
  trial: Trial,
  { dialect }: MappingParts,
  faults: Faults,
): Tried {
  const written = kinds[trial.kind]?.request.write(trial.given)
  // What a table refuses it refuses at run time too, before anything is sent.
  if (written?.kind !== 'written') return {}
  const { message } = written
  try {
    return { message, bytes: dialect.pack(message).length }
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error
    const { code, path } = error
    const advice = ADVICE.get(code) ?? ''
    const reason = `the dialect cannot pack such a message: ${code} at ${path}${advice}`
    faults.add(['messages', trial.kind, 'request'], reason)
    return { message }
  }
}

/** What to do about what only a trial shows. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  [
    'LENGTH_AMBIGUOUS',
    ', whose prefix counts bytes: give its `pad` a filling that is no digit, such as F, or a' +
      ' `unit` of digits (Packed digits in specs/hosts/README.md)',
  ],
])

function sampleBody(
  members: ReadonlyMap<string, Member>,
  refuses: ReadonlySet<string>,
  extent: 'least' | 'most',
): JsonObject {
  const body: Nested = {}
  for (const member of members.values()) {
    const text = sampleText(member, extent)
    if (text === undefined || (extent === 'least' && !member.always)) continue
    if (isNamed(member, refuses)) continue
    nestedAt(body, member.path.slice(0, -1))[member.path.at(-1) ?? ''] = text
  }
  return body
}

function sampleText({ words, value }: Member, extent: 'least' | 'most'): string | undefined {
  if (words) return words[0]
  if (!value) return undefined
  const { content } = value
  const length = extent === 'least' ? value.min : value.max
  if (content === 'base64') return Buffer.alloc(length).toString('base64')
  if (content === 'a' && length === 3) return 'USD'
  const sample = SAMPLES.get(content)
  return sample ?? (content === 'n' ? '1' : 'A').repeat(length)
}

/** A PIN block for the host is there whenever the request has a PIN. */
function samplePin({ pin }: JsonObject, format: PinFormat | undefined): Pick<Given, 'hostPin'> {
  if (pin === undefined || format === undefined) return {}
  return { hostPin: new Secret('0'.repeat(2 * PIN_BLOCK_BYTES[format])) }
}

const SAMPLES: ReadonlyMap<string, string> = new Map([
  ['YYMM', '3012'],
  ['MMDD', '1231'],
])

const MERCHANT: Merchant = {
  id: 'M',
  name: 'N',
  city: 'C',
  country: 'US',
  acceptorId: 'A',
  terminals: ['TERMINAL'],
  categoryCode: '5999',
  currencies: ['USD'],
  keys: [],
  answerEncryption: 'request-key',
  active: true,
}

const HOST = createHostFacts(
  { host: 'trial', timeZone: 'UTC', rrn: '{Y}{DDD}{hh}{stan}' },
  { institution: '1', country: '840' },
)

const SAMPLE = {
  merchant: MERCHANT,
  terminal: 'TERMINAL',
  exchange: exchangeFacts(1_795_341_600_000, 1, HOST),
  body: {},
}
