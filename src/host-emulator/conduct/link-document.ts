import type { SpecFault } from '#iso8583'
import { createDocumentReader } from '../document-reader.ts'
import type { NetworkDocument } from './document.ts'

/** What a link.json says that tells of the host. */
export interface LinkDocument {
  readonly stanUniqueWith: readonly string[]
  readonly network: LinkNetwork
}

export interface LinkNetwork
  extends Pick<NetworkDocument, 'elements' | 'constants' | 'echoed' | 'functions' | 'codes'> {
  readonly mti: string
}

/** Read a link.json (specs/link.schema.json); what does not fit is added to `faults`. */
export function readLinkDocument(document: unknown, faults: SpecFault[]): LinkDocument {
  const read = createDocumentReader({ value: document, path: ['link'], faults })
  const network = read.object('network')
  const elements = network.object('elements')
  const constants = network.objectIfAny('constants')
  const text = (member: string): string => network.text(member)
  const element = (member: string): string => elements.text(member)
  const fixed = constants.members().map((path) => [path, constants.text(path)])
  return {
    stanUniqueWith: read.texts('stanUniqueWith'),
    network: {
      mti: text('mti'),
      elements: {
        stan: element('stan'),
        function: element('function'),
        responseCode: element('response'),
        settlementDate: element('settlementDate'),
        transmissionTime: elements.textsIfAny('transmissionTime'),
      },
      constants: Object.fromEntries(fixed),
      echoed: network.texts('echoed'),
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
