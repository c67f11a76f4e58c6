import { type Composite, DATE_LAYOUTS, type Dialect, type Message, momentText } from '#iso8583'
import { dateWriter } from '../calendar.ts'
import { type Draft, type ReadText, readerAt, writerAt } from '../elements.ts'
import type { NetworkDocument } from './document.ts'
import { dateLayoutOf } from './element-reader.ts'
import { compileMessageRules, type MessageRules } from './message-rules.ts'

/** What a gateway can ask of the host's line, or the host of the gateway's. */
export type NetworkFunction = 'signOn' | 'signOff' | 'echo' | 'cutover'

export interface NetworkRules extends MessageRules {
  readonly kind: 'network'
  readonly codes: NetworkDocument['codes']
  readonly functions: NetworkDocument['functions']
  /** The function that a request asks for; undefined for one that the host does not know. */
  functionOf(fields: Composite): NetworkFunction | undefined
  /** The function as messages have it, such as 301. */
  readonly codeOf: ReadText
  /** A request of the host's own. */
  ask(asked: NetworkAsked): Message
  /** Whether a message answers the host's own requests. */
  isAnswer(message: Message): boolean
  readonly readStan: ReadText
  readonly readCode: ReadText
}

export interface NetworkAsked {
  /** The function as messages have it, such as 301. */
  readonly code: string
  readonly stan: number
  readonly nowMs: number
  /** `YYYY-MM-DD`, where the function has one. */
  readonly settlementDate?: string
}

export function compileNetworkRules(document: NetworkDocument, dialect: Dialect): NetworkRules {
  const { codes, elements, functions, ownType } = document
  const named = Object.entries(functions) as [NetworkFunction, string][]
  const byCode = new Map(named.map(([name, code]) => [code, name]))
  const readFunction = readerAt(elements.function)
  const own = document.types.find(({ request }) => request === ownType)
  return {
    kind: 'network',
    ...compileMessageRules(document, elements.responseCode),
    codes,
    functions,
    functionOf: (fields) => byCode.get(readFunction(fields)),
    codeOf: readFunction,
    ask: compileAsk(document, dialect),
    isAnswer: ({ mti }) => mti === own?.answer,
    readStan: readerAt(elements.stan),
    readCode: readerAt(elements.responseCode),
  }
}

function compileAsk(
  { constants, elements, ownType }: NetworkDocument,
  dialect: Dialect,
): NetworkRules['ask'] {
  const constant = Object.entries(constants).map(
    ([path, value]) => [writerAt(path), value] as const,
  )
  const writeStan = writerAt(elements.stan)
  const stanDigits = dialect.field(elements.stan)?.min ?? 0
  const writeFunction = writerAt(elements.function)
  const writeDate = writerAt(elements.settlementDate)
  const dateFacts = dialect.field(elements.settlementDate)
  const dateText = dateWriter((dateFacts && dateLayoutOf(dateFacts)) ?? 'MMDD')
  const times = elements.transmissionTime.map((element) => ({
    write: writerAt(element),
    layout: layoutOr('MMDDhhmmss', dialect.field(element)?.content),
  }))
  return ({ code, stan, nowMs, settlementDate }) => {
    const fields: Draft = {}
    for (const [write, value] of constant) write(fields, value)
    for (const { write, layout } of times) write(fields, momentText(nowMs, layout))
    writeStan(fields, String(stan).padStart(stanDigits, '0'))
    if (settlementDate) writeDate(fields, dateText(settlementDate))
    writeFunction(fields, code)
    return { mti: ownType, fields }
  }
}

function layoutOr(usual: string, content = ''): string {
  return DATE_LAYOUTS.includes(content) ? content : usual
}
