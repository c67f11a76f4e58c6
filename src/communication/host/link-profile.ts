import {
  compileFrameHeader,
  DATE_LAYOUTS,
  type Dialect,
  DialectError,
  documentPlace,
  FrameError,
  type FrameHeader,
  type SpecFault,
  SpecificationError,
} from '#iso8583'
import { type AskedMessage, keyFaults } from './key-faults.ts'
import type { MacRules } from './macs/mac-rules.ts'
import { tryMacs } from './macs/mac-trial.ts'
import { MAC_MEMBERS, macRulesOf } from './macs/read-mac-rules.ts'
import type { MomentElement, NetworkRules } from './network-messages.ts'
import { tryNetwork } from './network-trial.ts'
import { createSpecReader, type SpecReader } from './spec-reader.ts'
import { type StanCapacity, stanCapacity } from './stan-capacity.ts'

/** How one host's line works: its link.json, checked and compiled. */
export interface LinkProfile {
  readonly header: FrameHeader
  /** Largest message on the line, without its frame header. */
  readonly frameBytesMax: number
  /** Elements that, with version and class, tell which answer belongs to which request. */
  readonly matchKey: readonly string[]
  /** Elements that, together with DE11, no two requests may have in common. */
  readonly stanUniqueWith: readonly string[]
  readonly answerTimeoutMs: number
  /** From the request on, how long the host may still answer. */
  readonly lateAnswerMaxMs: number
  /** A line on which nothing was heard for so long is asked for an echo. */
  readonly echoIdleMs: number
  /** So many echoes in a row without an answer, and the line is dead. */
  readonly echoMissesMax: number
  readonly network: NetworkRules
  /** How messages are authenticated; undefined for a host that wants no MACs. */
  readonly mac: MacRules | undefined
  readonly capacity: StanCapacity
}

/** A link specification that cannot be used. */
export class LinkProfileError extends SpecificationError {
  override readonly name = 'LinkProfileError'
  readonly code = 'LINK_INVALID'
}

const DAY_MS = 86_400_000

/**
 * Check a host's link.json, compile its frame header and compute what its trace numbers allow.
 *
 * @param spec the parsed JSON document (specs/link.schema.json)
 * @param dialect the host's own: each element named must be one of it, and no composite
 * @param asked what the host is asked, where it is known: its keys must fit it
 * @throws LinkProfileError with every fault
 */
export function compileLinkProfile(
  spec: unknown,
  dialect: Dialect,
  asked: readonly AskedMessage[] = [],
): LinkProfile {
  const faults: SpecFault[] = []
  const reader = createSpecReader(documentPlace(spec, faults), MEMBERS, dialect)
  const header = headerOf(reader.member('header'), faults)
  const rules = {
    matchKey: reader.elements('matchKey', 1),
    stanUniqueWith: reader.elements('stanUniqueWith', 1),
    answerTimeoutMs: reader.integer('answerTimeoutMs', 1, DAY_MS),
    lateAnswerMaxMs: reader.integer('lateAnswerMaxMs', 1, DAY_MS),
  }
  const network = networkOf(reader.object('network', NETWORK_MEMBERS), dialect)
  const mac = reader.objectIfAny('mac', MAC_MEMBERS)
  const profile = {
    ...rules,
    frameBytesMax: reader.integer('frameBytesMax', 1, 1_048_576),
    echoIdleMs: reader.integer('echoIdleMs', 1, DAY_MS),
    echoMissesMax: reader.integer('echoMissesMax', 1, 100),
    network,
    mac: mac && macRulesOf(mac, dialect, network),
  }
  const layoutOf = (element: string) => layoutIn(dialect, element)
  const capacity = faults.length === 0 ? stanCapacity(rules, layoutOf) : undefined
  if (faults.length === 0) {
    faults.push(
      ...combinedFaults(rules, capacity),
      ...keyFaults({ ...rules, stan: network.elements.stan }, asked),
      ...trialFaults(profile, header, { dialect, asked }),
    )
  }
  if (faults.length > 0 || !header || !capacity) throw new LinkProfileError(faults)
  return Object.freeze({ ...profile, header, capacity })
}

const MEMBERS = [
  ...['$schema', 'header', 'frameBytesMax', 'matchKey', 'stanUniqueWith', 'answerTimeoutMs'],
  ...['lateAnswerMaxMs', 'echoIdleMs', 'echoMissesMax', 'network', 'mac'],
]

const NETWORK_MEMBERS = [
  ...['mti', 'elements', 'constants', 'echoed', 'signOn', 'signOff', 'echo', 'cutover'],
  ...['successCode', 'notSupportedCode', 'formatErrorCode', 'refusalEchoed'],
]

const ELEMENT_MEMBERS = ['transmissionTime', 'stan', 'function', 'response', 'settlementDate']

function headerOf(spec: unknown, faults: SpecFault[]): FrameHeader | undefined {
  try {
    return compileFrameHeader(spec)
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    faults.push(...error.faults.map((it) => ({ ...it, path: ['header', ...it.path] })))
    return undefined
  }
}

function networkOf(reader: SpecReader, dialect: Dialect): NetworkRules {
  const elements = reader.object('elements', ELEMENT_MEMBERS)
  const stan = elements.element('stan')
  const code = /^[0-9A-Z]{1,6}$/
  return {
    mti: reader.text('mti', /^[0-9]8[0246][0-5]$/),
    moments: momentsOf(elements, dialect),
    elements: {
      stan,
      function: elements.element('function'),
      response: elements.element('response'),
      settlementDate: elements.element('settlementDate'),
    },
    stanDigits: dialect.field(stan)?.max ?? 0,
    constants: reader.texts('constants'),
    echoed: reader.elements('echoed', 1),
    signOn: reader.text('signOn', code),
    signOff: reader.text('signOff', code),
    echo: reader.text('echo', code),
    cutover: reader.text('cutover', code),
    successCode: reader.text('successCode', code),
    notSupportedCode: reader.text('notSupportedCode', code),
    formatErrorCode: reader.text('formatErrorCode', code),
    refusalEchoed: reader.elements('refusalEchoed', 0),
  }
}

/** Each element has a part of the moment, and together they have at least the time of day. */
function momentsOf(elements: SpecReader, dialect: Dialect): MomentElement[] {
  const named = namedFor(elements, 'transmissionTime').filter((element) => element !== '')
  const moments = named.map((element) => ({ element, layout: layoutIn(dialect, element) }))
  const areMoments = moments.every(({ layout }) => DATE_LAYOUTS.includes(layout))
  const isTimed = moments.some(({ layout }) => TIMES.includes(layout))
  if (moments.length > 0 && !(areMoments && isTimed)) {
    const found = moments.map(({ element, layout }) => `${element} is ${layout}`).join(', ')
    const reason = `must have hours and minutes in the dialect, as ${TIMES.join(', ')}`
    elements.fault('transmissionTime', `${reason}, and beside them dates only; ${found}`)
  }
  return moments
}

/** One element or a list of them; none when the member is not there. */
function namedFor(elements: SpecReader, name: string): readonly string[] {
  const value = elements.member(name)
  if (Array.isArray(value)) return elements.elements(name, 1)
  return value === undefined ? [] : [elements.element(name)]
}

function layoutIn(dialect: Dialect, element: string): string {
  return dialect.field(element)?.content ?? ''
}

/** The layouts of dialects that have a time of day. */
const TIMES = DATE_LAYOUTS.filter((layout) => layout.includes('hhmm'))

/** What only messages show that are written as the profile says. */
function trialFaults(
  profile: Pick<LinkProfile, 'network' | 'mac' | 'frameBytesMax'>,
  header: FrameHeader | undefined,
  { dialect, asked }: { readonly dialect: Dialect; readonly asked: readonly AskedMessage[] },
): SpecFault[] {
  const trial = tryNetwork(profile.network, dialect)
  const macs = tryMacs(profile, dialect, asked)
  const askedBytes = asked.map((it) => it.bytesMin + macs.macBytes)
  const bytesMin = Math.max(trial.bytesMax, macs.bytesMax, ...askedBytes)
  return [...trial.faults, ...macs.faults, ...frameFaults({ ...profile, bytesMin }, header)]
}

/** Frames must have room for every message, and the header for the length of every frame. */
function frameFaults(
  { frameBytesMax, bytesMin }: { readonly frameBytesMax: number; readonly bytesMin: number },
  header: FrameHeader | undefined,
): SpecFault[] {
  const path = ['frameBytesMax']
  if (frameBytesMax < bytesMin) {
    return [{ path, reason: `must be at least ${bytesMin}: this host has messages of so many` }]
  }
  try {
    header?.wrap(new Uint8Array(frameBytesMax))
    return []
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    return [{ path, reason: 'is more than the length in `header` can say' }]
  }
}

function combinedFaults(
  rules: Pick<LinkProfile, 'answerTimeoutMs' | 'lateAnswerMaxMs'>,
  capacity: StanCapacity | undefined,
): SpecFault[] {
  if (rules.lateAnswerMaxMs < rules.answerTimeoutMs) {
    return [{ path: ['lateAnswerMaxMs'], reason: 'must not be less than answerTimeoutMs' }]
  }
  if (capacity !== undefined) return []
  const reason = 'must hold the day of the request: 7, 12, 13 or 17, with a DD in the dialect'
  return [{ path: ['stanUniqueWith'], reason }]
}
