import type { DocumentReader } from '../document-reader.ts'
import {
  type AnswerDocument,
  type MessagesDocument,
  type MessageType,
  type Told,
  VERDICTS,
} from './document.ts'
import type { ElementReader } from './element-reader.ts'

/** What every kind of message says of itself in a conduct document. */
export const MESSAGES = ['types', 'mandatory', 'conditional', 'otherElements', 'echoed']

export const MESSAGE_TYPE = /^[0-9]{4}$/

export function messageType(read: DocumentReader): MessageType {
  return { request: read.text('request', MESSAGE_TYPE), answer: read.text('answer', MESSAGE_TYPE) }
}

export function messagesOf(read: DocumentReader, elements: ElementReader): MessagesDocument {
  const others = read.text('otherElements', /^(refused|tolerated)$/)
  return {
    mandatory: elements.anyElements(read, 'mandatory'),
    conditional: elements.anyElements(read, 'conditional'),
    otherElements: others === 'refused' ? 'refused' : 'tolerated',
    echoed: elements.anyElements(read, 'echoed'),
  }
}

export function answerOf(read: DocumentReader, elements: ElementReader): AnswerDocument {
  return {
    responseCode: elements.textElement(read, 'responseCode'),
    dates: read.list('dates', (it) => {
      it.onlyMembers(TOLD)
      return { element: elements.dateElement(it, 'element'), on: verdictsOf(it) }
    }),
    references: read.list('references', (it) => {
      it.onlyMembers([...TOLD, 'prefix'])
      const prefix = it.optional('prefix', /^[ -~]*$/) ?? ''
      return { element: elements.filledElement(it, 'element'), on: verdictsOf(it), prefix }
    }),
  }
}

export function toldOf(read: DocumentReader, elements: ElementReader): Told {
  read.onlyMembers(TOLD)
  return { element: elements.filledElement(read, 'element'), on: verdictsOf(read) }
}

const TOLD = ['element', 'on']

function verdictsOf(read: DocumentReader): Told['on'] {
  const on = read.texts('on', /^(approved|partial|declined)$/)
  return VERDICTS.filter((verdict) => on.includes(verdict))
}
