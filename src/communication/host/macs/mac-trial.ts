import { answerMtiOf, type Dialect, EncodeError, type Message, type SpecFault } from '#iso8583'
import type { AskedMessage } from '../key-faults.ts'
import { type NetworkRules, networkRequest } from '../network-messages.ts'
import { indexFields, packWithMac } from './carrying.ts'
import type { MacRules } from './mac-rules.ts'

/** What came of a trial: what cannot be written, and how much room what can be needs. */
export interface MacTrial {
  readonly faults: readonly SpecFault[]
  /** Of the longest network message. */
  readonly bytesMax: number
  /** What a MAC adds to a message, at least. */
  readonly macBytes: number
}

const NOTHING: MacTrial = { faults: [], bytesMax: 0, macBytes: 0 }

interface Tried {
  readonly network: NetworkRules
  readonly mac: MacRules | undefined
}

/**
 * Write what is written with MACs and keys, so that an element that has no room for them is found
 * when a link is compiled and not when keys are changed.
 */
export function tryMacs(
  { network, mac: rules }: Tried,
  dialect: Dialect,
  asked: readonly AskedMessage[],
): MacTrial {
  if (rules === undefined) return NOTHING
  const faults: SpecFault[] = []
  let bytesMax = 0
  for (const { path, message, isAuthenticated } of trials(network, rules)) {
    const packed = packedOrReason(message, { rules, dialect, isAuthenticated })
    if (typeof packed === 'string') faults.push({ path: ['mac', ...path], reason: packed })
    else bytesMax = Math.max(bytesMax, packed.byteLength)
  }
  const macBytes = Math.min(...rules.carriers.map(({ lineBytes }) => lineBytes))
  return { faults: [...faults, ...askedFaults(rules, asked)], bytesMax, macBytes }
}

interface Trial {
  readonly path: SpecFault['path']
  readonly message: Message
  readonly isAuthenticated: boolean
}

function trials(network: NetworkRules, rules: MacRules): Trial[] {
  const { gatewayStarts, hostStarts } = rules.exchange
  const trace = { stan: '1'.padStart(network.stanDigits, '0'), nowMs: 0 }
  const request = (code: string, besides: Message['fields'] = {}): Message => {
    const { mti, fields } = networkRequest(code, trace, network)
    return { mti, fields: { ...fields, ...besides } }
  }
  const answer = (code: string): Message => ({
    mti: answerMtiOf(network.mti) ?? network.mti,
    fields: { [network.elements.response]: code },
  })
  const plain = (path: SpecFault['path'], message: Message) => ({
    path,
    message,
    isAuthenticated: false,
  })
  const codes = [
    ...(gatewayStarts ? [gatewayStarts.code] : []),
    ...(hostStarts ? [hostStarts.code] : []),
  ]
  return [
    plain(['wrongMacCode'], answer(rules.wrongMacCode)),
    plain(['wrongKeyCode'], answer(rules.wrongKeyCode)),
    ...codes.map((code) => plain(['keys'], request(code, keyFields(rules)))),
    { path: ['elements'], message: answer(network.successCode), isAuthenticated: true },
    ...[...rules.functions].map((code) => ({
      path: ['functions'],
      message: request(code),
      isAuthenticated: true,
    })),
  ]
}

/** The elements of a key as long as keys are, and of its number. */
function keyFields({ key, exchange }: MacRules): Message['fields'] {
  const wrappedBytes = key.keyBytes + (key.wrapping === 'aes-wrap' ? 8 : 0)
  const text = '0A'.repeat(wrappedBytes + key.checkBytes)
  const index = '0'.repeat(exchange.index?.digits ?? 0)
  return { ...indexFields(exchange.index, index), [exchange.element]: text }
}

function packedOrReason(
  message: Message,
  to: { readonly rules: MacRules; readonly dialect: Dialect; readonly isAuthenticated: boolean },
): Uint8Array | string {
  const { rules, dialect, isAuthenticated } = to
  const index = '0'.repeat(rules.index?.digits ?? 0)
  const macOf = () => '0A'.repeat(rules.key.macBytes)
  try {
    if (!isAuthenticated) return dialect.pack(message)
    return packWithMac(message, { rules, dialect }, { index, macOf })
  } catch (error) {
    if (error instanceof EncodeError) return `element ${error.path} cannot hold it: ${error.code}`
    if (error instanceof TypeError) return error.message
    throw error
  }
}

/** The link alone writes MACs and key numbers, and MACs behind everything that a mapping writes. */
function askedFaults({ carriers, index }: MacRules, asked: readonly AskedMessage[]): SpecFault[] {
  const own = [...carriers.map(({ element }) => element), ...(index ? [index.element] : [])]
  const last = Number(carriers.at(-1)?.element)
  return asked.flatMap(({ kind, elements, answered }) => {
    const taken = own.filter((element) => elements.has(element) || answered.has(element))
    const behind = [...elements].filter((element) => Number.parseInt(element, 10) > last)
    return [
      ...taken.map((element) => ({
        path: ['mac', 'elements'],
        reason: `element ${element} is the mapping's in ${kind}, and cannot be the link's too`,
      })),
      ...behind.map((element) => ({
        path: ['mac', 'elements'],
        reason: `element ${element} of ${kind} comes behind each that could carry the MAC`,
      })),
    ]
  })
}
