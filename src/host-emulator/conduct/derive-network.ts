import { answerTypeOf } from '../message-types.ts'
import type { NetworkDocument } from './document.ts'
import type { LinkNetwork } from './link-document.ts'

/** A host's side of network management, taken to be as the gateway's: either may ask. */
export function deriveNetwork(link: LinkNetwork): NetworkDocument {
  const { constants, echoed, functions, codes } = link
  const { response: responseCode, ...common } = link.elements
  const elements = { ...common, responseCode }
  const { settlementDate, stan, transmissionTime } = elements
  return {
    types: [{ request: link.mti, answer: answerTypeOf(link.mti) }],
    ownType: link.mti,
    mandatory: [...new Set([...transmissionTime, stan, elements.function])],
    conditional: [settlementDate],
    otherElements: 'tolerated',
    echoed,
    elements,
    constants,
    functions,
    codes,
  }
}
