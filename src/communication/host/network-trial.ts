import { answerMtiOf, type Dialect, EncodeError, type Message, type SpecFault } from '#iso8583'
import { type NetworkRules, networkRequest } from './network-messages.ts'

/** What came of a trial: what cannot be packed, and the size of the longest message that can. */
interface NetworkTrial {
  readonly faults: readonly SpecFault[]
  readonly bytesMax: number
}

/**
 * Pack one network message for each code, so that a code or constant that its element cannot hold
 * is found when a link is compiled and not when a line signs on.
 */
export function tryNetwork(rules: NetworkRules, dialect: Dialect): NetworkTrial {
  let bytesMax = 0
  const faults = new Map<string, SpecFault>()
  const tryOut = (name: keyof NetworkRules, message: Message): void => {
    const packed = packedOrFault(message, dialect)
    if (!(packed instanceof EncodeError)) {
      bytesMax = Math.max(bytesMax, packed.length)
      return
    }
    const element = packed.path.split('.')[0] ?? ''
    const place = element in rules.constants ? ['constants', element] : [name]
    const path = ['network', ...place]
    faults.set(path.join(), {
      path,
      reason: `element ${packed.path} cannot hold it: ${packed.code}`,
    })
  }
  const trace = { stan: '1'.padStart(rules.stanDigits, '0'), nowMs: 0 }
  for (const name of ['signOn', 'signOff', 'echo', 'cutover'] as const) {
    tryOut(name, networkRequest(rules[name], trace, rules))
  }
  for (const name of ['successCode', 'notSupportedCode', 'formatErrorCode'] as const) {
    const mti = answerMtiOf(rules.mti) ?? rules.mti
    tryOut(name, { mti, fields: { [rules.elements.response]: rules[name] } })
  }
  return { faults: [...faults.values()], bytesMax }
}

function packedOrFault(message: Message, dialect: Dialect): Uint8Array | EncodeError {
  try {
    return dialect.pack(message)
  } catch (error) {
    if (error instanceof EncodeError) return error
    throw error
  }
}
