import type { SpecFault } from '#iso8583'
import { createDocumentReader } from '../document-reader.ts'

/** What a link.json says that tells of the host. */
export interface LinkDocument {
  readonly stanUniqueWith: readonly string[]
  readonly network: LinkNetwork
}

export interface LinkNetwork {
  readonly mti: string
  readonly elements: {
    readonly stan: string
    readonly function: string
    readonly response: string
    readonly settlementDate: string
    readonly transmissionTime: readonly string[]
  }
  readonly constants: Readonly<Record<string, string>>
  readonly echoed: readonly string[]
  readonly functions: {
    readonly signOn: string
    readonly signOff: string
    readonly echo: string
    readonly cutover: string
  }
  readonly codes: {
    readonly success: string
    readonly notSupported: string
    readonly formatError: string
  }
}

/** Read a link.json (specs/link.schema.json); what does not fit is added to `faults`. */
export function readLinkDocument(document: unknown, faults: SpecFault[]): LinkDocument {
  const read = createDocumentReader(document, faults, ['link'])
  const network = read.object('network')
  const elements = network.object('elements')
  const constants = network.has('constants') ? network.object('constants') : undefined
  const text = (member: string): string => network.text(member, TEXT)
  const element = (member: string): string => elements.text(member, TEXT)
  const fixed = constants?.members().map((path) => [path, constants.text(path, TEXT)]) ?? []
  return {
    stanUniqueWith: read.texts('stanUniqueWith', TEXT),
    network: {
      mti: text('mti'),
      elements: {
        stan: element('stan'),
        function: element('function'),
        response: element('response'),
        settlementDate: element('settlementDate'),
        transmissionTime: elements.textsIfAny('transmissionTime', TEXT),
      },
      constants: Object.fromEntries(fixed),
      echoed: network.texts('echoed', TEXT),
      functions: {
        signOn: text('signOn'),
        signOff: text('signOff'),
        echo: text('echo'),
        cutover: text('cutover'),
      },
      codes: {
        success: text('successCode'),
        notSupported: text('notSupportedCode'),
        formatError: text('formatErrorCode'),
      },
    },
  }
}

const TEXT = /^/
