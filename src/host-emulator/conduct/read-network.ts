import type { DocumentReader } from '../document-reader.ts'
import type { NetworkDocument } from './document.ts'
import type { ElementReader } from './element-reader.ts'
import { MESSAGE_TYPE, MESSAGES, messagesOf, messageType } from './read-messages.ts'

/** Read what a conduct document says of network management. */
export function networkOf(read: DocumentReader, elements: ElementReader): NetworkDocument {
  read.onlyMembers([...MESSAGES, 'ownType', 'elements', 'constants', 'functions', 'codes'])
  const types = read.list('types', messageType)
  const ownType = read.text('ownType', MESSAGE_TYPE)
  if (!types.some(({ request }) => request === ownType)) {
    read.refuse('ownType', 'must be one of `types`')
  }
  const carried = carriersOf(read.object('elements'), elements)
  return {
    types,
    ownType,
    ...messagesOf(read, elements),
    elements: carried,
    constants: constantsOf(read.objectIfAny('constants'), elements),
    functions: functionsOf(read.object('functions'), [carried.function], elements),
    codes: codesOf(read.object('codes'), [carried.responseCode], elements),
  }
}

function carriersOf(read: DocumentReader, elements: ElementReader): NetworkDocument['elements'] {
  read.onlyMembers(['stan', 'function', 'responseCode', 'settlementDate', 'transmissionTime'])
  return {
    stan: elements.textElement(read, 'stan'),
    function: elements.textElement(read, 'function'),
    responseCode: elements.textElement(read, 'responseCode'),
    settlementDate: elements.dateElement(read, 'settlementDate'),
    transmissionTime: elements.textElementsIfAny(read, 'transmissionTime'),
  }
}

function constantsOf(read: DocumentReader, elements: ElementReader): Record<string, string> {
  const entries = read.members().map((path) => [path, elements.value(read, path, [path])])
  return Object.fromEntries(entries)
}

function functionsOf(
  read: DocumentReader,
  of: readonly string[],
  elements: ElementReader,
): NetworkDocument['functions'] {
  read.onlyMembers(['signOn', 'signOff', 'echo', 'cutover'])
  return {
    signOn: elements.value(read, 'signOn', of),
    signOff: elements.value(read, 'signOff', of),
    echo: elements.value(read, 'echo', of),
    cutover: elements.value(read, 'cutover', of),
  }
}

function codesOf(
  read: DocumentReader,
  of: readonly string[],
  elements: ElementReader,
): NetworkDocument['codes'] {
  read.onlyMembers(['success', 'notSupported', 'formatError'])
  return {
    success: elements.value(read, 'success', of),
    notSupported: elements.value(read, 'notSupported', of),
    formatError: elements.value(read, 'formatError', of),
  }
}
