import type { CardOperation } from '#domain'
import type { Dialect } from '#iso8583'
import { type AnswerReader, compileAnswer, verdictsOf } from './answer.ts'
import { checkTypes } from './answer-type.ts'
import type { MappingParts } from './mapping.ts'
import { likenessFaults, type PlacedMessage } from './placed-messages.ts'
import { compileRequest, type RequestWriter } from './request.ts'
import { type FindSource, followingSources, type Originals, requestSources } from './sources.ts'
import {
  type ByKind,
  CARD_KINDS,
  createFaults,
  type Faults,
  type FollowingOrigin,
  isAboutCard,
  type MappingSpec,
  type MessageKind,
  ORIGINS,
} from './specification.ts'
import { tablesOf } from './tables.ts'
import { checkTold } from './untold.ts'

/** One kind of message, there and back. */
export interface CompiledKind {
  readonly request: RequestWriter
  readonly answer: AnswerReader
}

export type CompiledKinds = ByKind<CompiledKind>

interface Specified {
  readonly spec: MappingSpec
  readonly placed: ByKind<PlacedMessage>
}

/** Compile every kind of message that a mapping describes; faults are added to `faults`. */
export function compileKinds(
  specified: Specified,
  parts: MappingParts,
  faults: Faults,
): CompiledKinds {
  const { placed } = specified
  const { dialect, messages } = parts
  const compile = createKindCompiler(specified, parts, faults)
  const forRequest = (kind: 'payment.authorize' | 'payment.sale') => {
    const find = requestSources(messages.members(kind), specified.spec.pin)
    return compile(kind, { message: placed[kind], find }, faults)
  }
  const authorize = forRequest('payment.authorize')
  const sale = forRequest('payment.sale')
  const aboutCard = CARD_KINDS.flatMap((kind) => {
    const message = placed[kind]
    const find = requestSources(messages.members(kind), specified.spec.pin)
    return message ? [[kind, compile(kind, { message, find }, faults)] as const] : []
  })
  // What follows originals that are like nothing they can be lacks much by no fault of its own.
  const sink = isUnlike(faults) ? createFaults() : faults
  const following = <Kind extends FollowingKind>(kind: Kind, of: readonly CompiledKind[]) => {
    const message = placed[kind]
    if (message === undefined) return {}
    const follows = ORIGINS[kind]
    const find = followingSources(follows, originalsOf(of, dialect))
    return { [kind]: compile(kind, { message, find, follows }, sink) } as Record<Kind, CompiledKind>
  }
  const capture = following('payment.capture', [authorize])
  const followUps = {
    ...following('payment.increment', [authorize]),
    ...following('payment.refund', [authorize, sale]),
  }
  const reversible = [authorize, sale, ...Object.values<CompiledKind>(followUps)]
  const reverse = following('payment.reverse', reversible) as Pick<CompiledKinds, 'payment.reverse'>
  // A source that is misspelt is told as that, and not as a member that is lost as well.
  if (faults.list.length === 0) checkTold(specified, messages, faults)
  const own = { 'payment.authorize': authorize, 'payment.sale': sale }
  return { ...own, ...reverse, ...capture, ...followUps, ...Object.fromEntries(aboutCard) }
}

type FollowingKind = Exclude<MessageKind, 'payment.authorize' | 'payment.sale' | CardOperation>

interface Placing {
  readonly message: PlacedMessage
  readonly find: FindSource
  readonly follows?: FollowingOrigin
}

function createKindCompiler(
  { spec }: Specified,
  { dialect, messages }: MappingParts,
  allFaults: Faults,
) {
  const tables = tablesOf(spec)
  const verdicts = verdictsOf(spec, allFaults)
  return (kind: MessageKind, { message, ...how }: Placing, sink: Faults): CompiledKind => {
    const faults = likenessFaults(kind, spec, sink)
    checkTypes(kind, message, faults)
    const common = { dialect, tables, faults }
    const request = compileRequest(message, { ...common, ...how })
    const answerKind = isAboutCard(kind) ? 'card.inquiry.answer' : 'payment.answer'
    const told = { answerKind, members: messages.members(answerKind) } as const
    const answer = compileAnswer(
      { mti: message.answerMti, path: ['messages', kind, 'answer'] },
      message.answer,
      { ...common, ...told, spec, request, verdicts },
    )
    if (kind === 'card.balance' && !message.answer.some(({ spec: { to } }) => to === 'balances')) {
      faults.add(['messages', kind], 'the answer has no element that goes `to` balances')
    }
    const asksForMoney = how.follows === undefined && !isAboutCard(kind)
    const silent = asksForMoney ? partialFault(kind, message) : undefined
    if (silent && !isUnlike(sink) && spec.responseCodes.partial.length > 0) {
      faults.add(['responseCodes', 'partial'], silent)
    }
    return { request, answer }
  }
}

/** What is certain of the messages that another follows, whichever of these kinds they are. */
function originalsOf(kinds: readonly CompiledKind[], dialect: Dialect): Originals {
  type Elements = (kind: CompiledKind) => ReadonlySet<string>
  const inAny = (of: Elements) => new Set(kinds.flatMap((kind) => [...of(kind)]))
  const inEach = (of: Elements) =>
    new Set([...inAny(of)].filter((element) => kinds.every((kind) => of(kind).has(element))))
  return {
    dialect,
    always: inEach(({ request }) => request.always),
    maybe: inAny(({ request }) => request.elements),
    approved: inEach(({ answer }) => answer.carriedOnApproval),
    carried: inAny(({ answer }) => answer.carried),
  }
}

/** Whether a kind is `like` one that it cannot be like: of much that it lacks that is the cause. */
function isUnlike({ list }: Faults): boolean {
  return list.some(({ path }) => path[0] === 'messages' && path[2] === 'like')
}

function partialFault(kind: MessageKind, { answer }: PlacedMessage): string | undefined {
  if (answer.some((it) => it.spec.to === 'approvedAmount')) return undefined
  return `the answer to ${kind} has no element that goes \`to\` approvedAmount`
}
