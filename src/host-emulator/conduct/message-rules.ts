import type { Composite, FieldValue, Message } from '#iso8583'
import { copierOf, type Draft, presenceAt, writerAt } from '../elements.ts'
import { answerTypeOf } from '../message-types.ts'
import type { MessagesDocument, MessageType } from './document.ts'

/** What holds for all messages of one kind. */
export interface MessageRules {
  /** Whether a request has what it must, and nothing that it must not. */
  wellFormed(fields: Composite): boolean
  /** The answer to a request with this response code, echoing what there is to echo. */
  answerTo(request: Message, responseCode: string): Answer
}

/** An answer in the making. */
export interface Answer extends Message {
  readonly fields: Draft
}

export function compileMessageRules(
  document: MessagesDocument & { readonly types: readonly MessageType[] },
  codeElement: string,
): MessageRules {
  const { mandatory, conditional, otherElements } = document
  const isComplete = mandatory.map(presenceAt)
  const allowed = new Set([...mandatory, ...conditional].map((path) => path.split('.')[0] ?? ''))
  const refusesOthers = otherElements === 'refused'
  const answerTypes = new Map(document.types.map(({ request, answer }) => [request, answer]))
  return {
    wellFormed(fields) {
      for (const isPresent of isComplete) if (!isPresent(fields)) return false
      if (refusesOthers) for (const element in fields) if (!allowed.has(element)) return false
      return true
    },
    answerTo: answererFor(document.echoed, codeElement, answerTypes),
  }
}

/** Rules for a request of a type that the host does not know. */
export function compileUnlistedRules(
  kinds: readonly MessagesDocument[],
  codeElement: string,
): MessageRules {
  const echoed = [...new Set(kinds.flatMap((kind) => kind.echoed))]
  return { wellFormed: () => true, answerTo: answererFor(echoed, codeElement, new Map()) }
}

function answererFor(
  echoed: readonly string[],
  codeElement: string,
  answerTypes: ReadonlyMap<string, string>,
): MessageRules['answerTo'] {
  const echo = copierOf(echoed)
  const writeCode = writerAt(codeElement)
  return ({ mti, fields }, responseCode) => {
    const answer: Record<string, FieldValue> = {}
    echo(fields, answer)
    writeCode(answer, responseCode)
    return { mti: answerTypes.get(mti) ?? answerTypeOf(mti), fields: answer }
  }
}
