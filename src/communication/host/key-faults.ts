import type { SpecFault } from '#iso8583'

/** One kind of message that the host is asked with: what is certain of its elements. */
export interface AskedMessage {
  readonly kind: string
  /** Elements that every request of the kind has, and all that one can have. */
  readonly always: ReadonlySet<string>
  readonly elements: ReadonlySet<string>
  /** Elements that hold the trace number of an exchange. */
  readonly traces: ReadonlySet<string>
  /** Elements that every answer repeats, and all that one is known to have. */
  readonly echoed: ReadonlySet<string>
  readonly answered: ReadonlySet<string>
  /** The shortest request, without its frame header. */
  readonly bytesMin: number
}

interface Keys {
  readonly matchKey: readonly string[]
  readonly stanUniqueWith: readonly string[]
  /** Where network messages have their trace number. */
  readonly stan: string
}

/**
 * What keys have against what is asked: a key that an answer does not repeat brings no answer
 * home, and one that two requests share brings it to the wrong one.
 */
export function keyFaults(keys: Keys, asked: readonly AskedMessage[]): SpecFault[] {
  return [
    ...traceFaults(keys, asked),
    ...keys.matchKey.flatMap((element, index) => faultsAt(['matchKey', index], element, asked)),
    ...keys.stanUniqueWith.flatMap((element, index) => {
      const lacking = asked.filter(({ always }) => !always.has(element)).map(({ kind }) => kind)
      if (lacking.length === 0) return []
      const reason = `element ${element} is not mandatory in each request of ${lacking.join(', ')}`
      return [{ path: ['stanUniqueWith', index], reason }]
    }),
  ]
}

function traceFaults({ matchKey, stan }: Keys, asked: readonly AskedMessage[]): SpecFault[] {
  const path = ['matchKey']
  if (!matchKey.includes(stan)) {
    const reason = `must have the trace number, ${stan}: without it two requests have one key`
    return [{ path, reason }]
  }
  const lacking = asked.filter(({ traces }) => !matchKey.some((element) => traces.has(element)))
  if (lacking.length === 0) return []
  const kinds = lacking.map(({ kind }) => kind).join(', ')
  return [{ path, reason: `has no element from exchange.stan in requests of ${kinds}` }]
}

/** In each kind of message an element of the key is sent and repeated always, or is never there. */
function faultsAt(
  path: SpecFault['path'],
  element: string,
  asked: readonly AskedMessage[],
): SpecFault[] {
  const misfits = asked.flatMap((message) => {
    const misfit = misfitIn(message, element)
    return misfit === undefined ? [] : [`${misfit} of ${message.kind}`]
  })
  if (misfits.length === 0) return []
  return [{ path, reason: `element ${element} is ${misfits.join(', ')}: ${WANTED}` }]
}

const WANTED = 'a key has what is mandatory in a request and echoed in its answer'

function misfitIn(message: AskedMessage, element: string): string | undefined {
  const { always, elements, echoed, answered } = message
  if (!elements.has(element)) return answered.has(element) ? 'only in the answer' : undefined
  if (!always.has(element)) return 'not mandatory in the request'
  return echoed.has(element) ? undefined : 'not echoed, always, in the answer'
}
