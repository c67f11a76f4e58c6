import {
  compileFrameHeader,
  type Dialect,
  DialectError,
  type FrameHeader,
  type SpecFault,
} from '#iso8583'
import type { NetworkRules } from './network-messages.ts'
import { networkFaults } from './network-trial.ts'
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
  readonly network: NetworkRules & { readonly stanDigits: number }
  readonly capacity: StanCapacity
}

/**
 * The link specification cannot be used; `faults` lists everything that is wrong with it at once.
 */
export class LinkProfileError extends Error {
  override readonly name = 'LinkProfileError'
  readonly code = 'LINK_INVALID'
  readonly faults: readonly SpecFault[]

  constructor(faults: readonly SpecFault[]) {
    super(faults.map((it) => `${it.path.join('.') || '(document)'}: ${it.reason}`).join('\n'))
    this.faults = faults
  }
}

const DAY_MS = 86_400_000

/**
 * Check a host's link.json, compile its frame header and compute what its trace numbers allow.
 *
 * @param spec the parsed JSON document (specs/link.schema.json)
 * @param dialect the host's own: each element named must be one of it, and no composite
 * @throws LinkProfileError with every fault
 */
export function compileLinkProfile(spec: unknown, dialect: Dialect): LinkProfile {
  const faults: SpecFault[] = []
  const reader = createSpecReader(spec, { path: [], faults, dialect })
  reader.onlyMembers(MEMBERS)
  const header = headerOf(reader.member('header'), faults)
  const rules = {
    matchKey: reader.elements('matchKey', 1),
    stanUniqueWith: reader.elements('stanUniqueWith', 1),
    answerTimeoutMs: reader.integer('answerTimeoutMs', 1, DAY_MS),
    lateAnswerMaxMs: reader.integer('lateAnswerMaxMs', 1, DAY_MS),
  }
  const profile = {
    ...rules,
    frameBytesMax: reader.integer('frameBytesMax', 1, 1_048_576),
    echoIdleMs: reader.integer('echoIdleMs', 1, DAY_MS),
    echoMissesMax: reader.integer('echoMissesMax', 1, 100),
    network: networkOf(reader.object('network', NETWORK_MEMBERS), dialect),
  }
  const layoutOf = (element: string) => dialect.field(element)?.content ?? ''
  const capacity = faults.length === 0 ? stanCapacity(rules, layoutOf) : undefined
  if (faults.length === 0) faults.push(...combinedFaults(rules, capacity))
  if (faults.length === 0) faults.push(...networkFaults(profile.network, dialect))
  if (faults.length > 0 || !header || !capacity) throw new LinkProfileError(faults)
  return Object.freeze({ ...profile, header, capacity })
}

const MEMBERS = [
  ...['$schema', 'header', 'frameBytesMax', 'matchKey', 'stanUniqueWith', 'answerTimeoutMs'],
  ...['lateAnswerMaxMs', 'echoIdleMs', 'echoMissesMax', 'network'],
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

/** Of pairs, the first of them of the date: a time of day alone comes back every day. */
const LAYOUT = /^(?:YYYY|YY|MM|DD)(?:YYYY|YY|MM|DD|hh|mm|ss)*$/

function networkOf(reader: SpecReader, dialect: Dialect): LinkProfile['network'] {
  const elements = reader.object('elements', ELEMENT_MEMBERS)
  const stan = elements.element('stan')
  const code = /^[0-9A-Z]{1,6}$/
  const isTimed = elements.member('transmissionTime') !== undefined
  const transmissionTime = isTimed ? elements.element('transmissionTime') : undefined
  const timeLayout = dialect.field(transmissionTime ?? '')?.content ?? ''
  if (transmissionTime && !LAYOUT.test(timeLayout)) {
    elements.fault('transmissionTime', 'must be a date and time in the dialect')
  }
  return {
    mti: reader.text('mti', /^[0-9]8[0246][0-5]$/),
    timeLayout,
    elements: {
      ...(transmissionTime === undefined ? {} : { transmissionTime }),
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
