import { type Dialect, EncodeError, type Message, type SpecFault } from '#iso8583'
import { answerMtiOf } from './mti.ts'
import { type NetworkRules, networkRequest } from './network-messages.ts'

/**
 * Pack one network message for each code, so that a code or constant that its element cannot hold
 * is found when a link is compiled and not when a line signs on.
 */
export function networkFaults(
  rules: NetworkRules & { readonly stanDigits: number },
  dialect: Dialect,
): SpecFault[] {
  const faults = new Map<string, SpecFault>()
  const tryOut = (name: keyof NetworkRules, message: Message): void => {
    const fault = packingFault(message, dialect)
    if (fault === undefined) return
    const element = fault.path.split('.')[0] ?? ''
    const place = element in rules.constants ? ['constants', element] : [name]
    const path = ['network', ...place]
    faults.set(path.join(), { path, reason: `element ${fault.path} cannot hold it: ${fault.code}` })
  }
  const trace = { stan: '1'.padStart(rules.stanDigits, '0'), nowMs: 0 }
  for (const name of ['signOn', 'signOff', 'echo', 'cutover'] as const) {
    tryOut(name, networkRequest(rules[name], trace, rules))
  }
  for (const name of ['successCode', 'notSupportedCode', 'formatErrorCode'] as const) {
    const mti = answerMtiOf(rules.mti) ?? rules.mti
    tryOut(name, { mti, fields: { [rules.elements.response]: rules[name] } })
  }
  return [...faults.values()]
}

function packingFault(message: Message, dialect: Dialect): EncodeError | undefined {
  try {
    dialect.pack(message)
    return undefined
  } catch (error) {
    if (error instanceof EncodeError) return error
    throw error
  }
}
