import { answerTypeOf } from '../message-types.ts'
import type { NetworkDocument } from './document.ts'
import type { LinkNetwork } from './link-document.ts'

/** A host's side of network management, taken to be as the gateway's: either may ask. */
export function deriveNetwork(link: LinkNetwork): NetworkDocument {
  const { mti, ...network } = link
  const { function: functionElement, settlementDate, stan, transmissionTime } = network.elements
  return {
    ...network,
    types: [{ request: mti, answer: answerTypeOf(mti) }],
    ownType: mti,
    mandatory: [...new Set([...transmissionTime, stan, functionElement])],
    conditional: [settlementDate],
    otherElements: 'tolerated',
  }
}
