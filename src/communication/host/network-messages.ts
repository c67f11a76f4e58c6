import { answerMtiOf, classOf, type Message, momentText } from '#iso8583'

/** Which elements network messages use, and for what. */
interface NetworkElements {
  readonly stan: string
  /** The network management code: DE70 in 1987, DE24 later, DE3 at some terminal hosts. */
  readonly function: string
  readonly response: string
  /** The new date in a cutover. */
  readonly settlementDate: string
}

/** An element that holds a moment or a part of one, in a layout such as MMDDhhmmss. */
export interface MomentElement {
  readonly element: string
  readonly layout: string
}

/** How a host does network management; part of its link.json. */
export interface NetworkRules {
  /** MTI of the requests that the gateway starts, such as 0800. */
  readonly mti: string
  readonly elements: NetworkElements
  /** Digits of a trace number in the dialect. */
  readonly stanDigits: number
  /** Where our requests say when they were made, in UTC; none where the host wants none. */
  readonly moments: readonly MomentElement[]
  /** Elements that each of our requests carries as they stand here. */
  readonly constants: Readonly<Record<string, string>>
  /** Elements of a network request that its answer repeats. */
  readonly echoed: readonly string[]
  readonly signOn: string
  readonly signOff: string
  readonly echo: string
  readonly cutover: string
  readonly successCode: string
  readonly notSupportedCode: string
  readonly formatErrorCode: string
  /** Elements of any other request that a refusal of it repeats. */
  readonly refusalEchoed: readonly string[]
}

/** @param trace `stan` of as many digits as the dialect wants; `nowMs` is wall time */
export function networkRequest(
  code: string,
  trace: { readonly stan: string; readonly nowMs: number },
  { mti, elements, moments, constants }: NetworkRules,
): Message {
  const { stan, function: functionElement } = elements
  const written = moments.map(({ element, layout }) => [element, momentText(trace.nowMs, layout)])
  return {
    mti,
    fields: {
      ...constants,
      ...Object.fromEntries(written),
      [stan]: trace.stan,
      [functionElement]: code,
    },
  }
}

/** Whether the host's answer to one of our network requests says yes. */
export function isAccepted(answer: Message, { elements, successCode }: NetworkRules): boolean {
  return answer.fields[elements.response] === successCode
}

/** What the host wants, and what it is told. */
export type HostRequest =
  | { readonly kind: 'sign-on' | 'sign-off' | 'echo' | 'refused'; readonly answer: Message }
  | { readonly kind: 'cutover'; readonly settlementDate: string; readonly answer: Message }
  /** It brings a key: what to answer depends on whether that can be used. */
  | { readonly kind: 'key-change'; readonly answerWith: (code: string) => Message }
  /** Nothing answers a message of this type. */
  | { readonly kind: 'unanswerable' }

/**
 * What answers a message that the host started, by response code; undefined when nothing does.
 */
export function answerTo(
  { mti: asked, fields }: Message,
  rules: NetworkRules,
): ((code: string) => Message) | undefined {
  const mti = answerMtiOf(asked)
  if (mti === undefined) return undefined
  const echoed = pick(fields, isNetwork(asked, rules) ? rules.echoed : rules.refusalEchoed)
  return (code) => ({ mti, fields: { ...echoed, [rules.elements.response]: code } })
}

/**
 * Read a message that the host started, and answer it: what we do not do gets its proper refusal.
 *
 * @param keyChange the code of the network function by which the host brings keys, where it does
 */
export function readHostRequest(
  request: Message,
  rules: NetworkRules,
  keyChange?: string,
): HostRequest {
  const answer = answerTo(request, rules)
  if (answer === undefined) return { kind: 'unanswerable' }
  if (!isNetwork(request.mti, rules)) {
    return { kind: 'refused', answer: answer(rules.notSupportedCode) }
  }
  const { function: functionElement, settlementDate } = rules.elements
  switch (request.fields[functionElement]) {
    case rules.signOn:
      return { kind: 'sign-on', answer: answer(rules.successCode) }
    case rules.signOff:
      return { kind: 'sign-off', answer: answer(rules.successCode) }
    case rules.echo:
      return { kind: 'echo', answer: answer(rules.successCode) }
    case rules.cutover: {
      const date = request.fields[settlementDate]
      if (typeof date !== 'string') break
      return { kind: 'cutover', settlementDate: date, answer: answer(rules.successCode) }
    }
    case undefined:
      break
    case keyChange:
      return { kind: 'key-change', answerWith: answer }
    default:
      return { kind: 'refused', answer: answer(rules.notSupportedCode) }
  }
  return { kind: 'refused', answer: answer(rules.formatErrorCode) }
}

function isNetwork(mti: string, rules: NetworkRules): boolean {
  return classOf(mti) === classOf(rules.mti)
}

function pick(fields: Message['fields'], elements: readonly string[]): Message['fields'] {
  const picked: Record<string, Message['fields'][string]> = {}
  for (const element of elements) {
    const value = fields[element]
    if (value !== undefined) picked[element] = value
  }
  return picked
}
