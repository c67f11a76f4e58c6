import type { SpecFault } from '#iso8583'
import { createDocumentReader, type DocumentReader } from '../document-reader.ts'
import type { ListedCodes } from './iso-codes.ts'

/** What a mapping.json says that tells of the host. */
export interface MappingDocument {
  /** How the host takes PINs, where it does. */
  readonly pinFormat: string | undefined
  readonly authorize: MessageMapping
  readonly sale: MessageMapping
  readonly reverse: MessageMapping
  /** Where the host takes captures. */
  readonly capture?: MessageMapping
  /** Where the host holds more of an authorization. */
  readonly increment?: MessageMapping
  /** Where the host gives back of what was taken. */
  readonly refund?: MessageMapping
  /** Where the host is asked whether a card is good. */
  readonly verify?: MessageMapping
  /** Where the host is asked what an account holds. */
  readonly balance?: MessageMapping
  /** By name: which word each value of the host becomes. */
  readonly tables: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly codes: ListedCodes
}

/** One kind of message, with what it takes over from another. */
export interface MessageMapping {
  /** Where it is written. */
  readonly path: SpecFault['path']
  readonly mti: string
  readonly answerMti: string
  /** By path in the message; none that are forbidden. */
  readonly request: ReadonlyMap<string, RequestElement>
  readonly answer: ReadonlyMap<string, AnswerElement>
}

export interface RequestElement {
  readonly use: string
  readonly from: string | undefined
  readonly value: string | undefined
}

export interface AnswerElement {
  readonly use: string
  readonly unlessVerdict: readonly string[]
  readonly to: string | undefined
  readonly table: string | undefined
}

/** Read a mapping.json (specs/mapping.md); what does not fit is added to `faults`. */
export function readMappingDocument(document: unknown, faults: SpecFault[]): MappingDocument {
  const read = createDocumentReader({ value: document, path: ['mapping'], faults })
  const messages = read.object('messages')
  const kind = (name: string): MessageMapping => ({
    path: ['mapping', 'messages', name],
    ...messageOf(messages, name, LIKES_MAX),
  })
  const codes = read.object('responseCodes')
  const listed = (verdict: string): readonly string[] => codes.texts(verdict)
  return {
    pinFormat: read.has('pin') ? read.object('pin').optional('format') : undefined,
    authorize: kind('payment.authorize'),
    sale: kind('payment.sale'),
    reverse: kind('payment.reverse'),
    ...(messages.has('payment.capture') ? { capture: kind('payment.capture') } : {}),
    ...(messages.has('payment.increment') ? { increment: kind('payment.increment') } : {}),
    ...(messages.has('payment.refund') ? { refund: kind('payment.refund') } : {}),
    ...(messages.has('card.verify') ? { verify: kind('card.verify') } : {}),
    ...(messages.has('card.balance') ? { balance: kind('card.balance') } : {}),
    tables: tablesOf(read.objectIfAny('tables')),
    codes: {
      approved: listed('approved'),
      partial: listed('partial'),
      declined: listed('declined'),
      unknown: listed('unknown'),
    },
  }
}

const LIKES_MAX = 3

function messageOf(
  messages: DocumentReader,
  name: string,
  likesLeft: number,
): Omit<MessageMapping, 'path'> {
  const read = messages.object(name)
  const like = read.optional('like')
  const base =
    like === undefined || likesLeft === 0 ? undefined : messageOf(messages, like, likesLeft - 1)
  return {
    mti: read.text('mti'),
    answerMti: read.text('answerMti'),
    request: merged(base?.request, elementsOf(read, 'request', requestElement)),
    answer: merged(base?.answer, elementsOf(read, 'answer', answerElement)),
  }
}

function elementsOf<T>(
  read: DocumentReader,
  member: string,
  element: (read: DocumentReader) => T,
): ReadonlyMap<string, T> {
  const elements = read.objectIfAny(member)
  return new Map(elements.members().map((path) => [path, element(elements.object(path))]))
}

function requestElement(read: DocumentReader): RequestElement {
  return {
    use: read.text('use'),
    from: read.optional('from'),
    value: read.optional('value'),
  }
}

function answerElement(read: DocumentReader): AnswerElement {
  return {
    use: read.text('use'),
    unlessVerdict: read.has('unlessVerdict') ? read.texts('unlessVerdict') : [],
    to: read.optional('to'),
    table: read.optional('table'),
  }
}

function merged<T extends { readonly use: string }>(
  base: ReadonlyMap<string, T> | undefined,
  own: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  const all = [...new Map([...(base ?? []), ...own])]
  return new Map(all.filter(([, { use }]) => use !== 'forbidden'))
}

function tablesOf(read: DocumentReader): MappingDocument['tables'] {
  const entries = read.members().map((name) => {
    const values = read.object(name).object('values')
    const words = values.members().map((value) => [value, values.text(value)])
    return [name, Object.fromEntries(words) as Record<string, string>] as const
  })
  return new Map(entries)
}
