import type { Member } from '../messages/members.ts'
import type { Messages } from '../messages/messages.ts'
import type { PlacedMessage } from './placed-messages.ts'
import {
  type ByKind,
  CARD_KINDS,
  type Faults,
  type MappingSpec,
  OPTIONAL_KINDS,
  ORIGINS,
  type RequestElementSpec,
} from './specification.ts'

/** Members that are the gateway's own to act upon, whatever the host is told. */
const OF_THE_GATEWAY = new Set(['type', 'id', 'merchant', 'time', 'terminal', 'acceptPartial'])

/**
 * Note what of a merchant's request would be lost without a word: no element takes it, `refuses`
 * does not name it, and `untold` does not say that the host can do without. How much is captured,
 * increased or refunded every host must be told. What takes no PINs refuses them in any case.
 */
export function checkTold(
  { placed, spec }: { readonly placed: ByKind<PlacedMessage>; readonly spec: MappingSpec },
  messages: Messages,
  faults: Faults,
): void {
  for (const kind of ['payment.authorize', 'payment.sale', ...CARD_KINDS] as const) {
    const message = placed[kind]
    if (message === undefined) continue
    const members = [...messages.members(kind).values()]
    checkUntold(message, new Set(members.map(sourceOf)), faults)
    const named = new Set(namedIn(message))
    if (spec.pin === undefined) named.add('request.pin')
    const lost = members.filter(
      (member) => isLeaf(member) && !isOfTheGateway(member) && !isNamed(member, named),
    )
    if (lost.length === 0) continue
    const list = lost.map(sourceOf).join(', ')
    const reason = `no element takes ${list}: name them under \`refuses\` or \`untold\``
    faults.add(['messages', kind], reason)
  }
  for (const kind of OPTIONAL_KINDS) {
    const message = placed[kind]
    const origin = ORIGINS[kind]
    const amount = `${origin}.amount`
    if (origin === 'request' || message === undefined || namedIn(message).has(amount)) continue
    faults.add(['messages', kind], `no element takes ${amount}`)
  }
}

function checkUntold(
  { untold }: PlacedMessage,
  sources: ReadonlySet<string>,
  faults: Faults,
): void {
  for (const { source, path } of untold) {
    if (!sources.has(source)) faults.add(path, `${source} is no member of the request`)
    else if (/^request\.pin\b/.test(source)) {
      faults.add(path, `${source} is not to be left out: name it under \`refuses\``)
    }
  }
}

function namedIn({ request, refuses, untold }: PlacedMessage): ReadonlySet<string> {
  const used = request.filter(({ spec }) => spec.use !== 'forbidden')
  return new Set([
    ...used.flatMap(({ spec }) => [memberIn(spec), ...Object.keys(spec.when ?? {})]),
    ...[...refuses, ...untold].map(({ source }) => source),
  ])
}

/** What an element takes of the request; a PIN reaches a host in no other way. */
function memberIn({ from = '' }: RequestElementSpec): string {
  return from === 'pin.block' ? 'request.pin' : from
}

function isLeaf({ value, words }: Member): boolean {
  return value !== undefined || words !== undefined
}

function isOfTheGateway({ path }: Member): boolean {
  return OF_THE_GATEWAY.has(path[0] ?? '') || path.join('.') === 'card.token'
}

/** Whether the member is among sources by its name, or an object that it is in. */
export function isNamed({ path }: Member, named: ReadonlySet<string>): boolean {
  return path.some((_, index) => named.has(sourceOf({ path: path.slice(0, index + 1) })))
}

function sourceOf({ path }: Pick<Member, 'path'>): string {
  return `request.${path.join('.')}`
}
