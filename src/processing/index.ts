/**
 * Pure steps on one payment: what a merchant's JSON means, what the host is told, what its answer
 * means.
 *
 * Messages and mappings are data (specs/messages, specs/hosts/NAME/mapping.json), compiled once at
 * start. No IO, no clock: the moment comes in. It knows nothing of keys, sockets or the journal.
 */
export {
  answerOf,
  cardAnswer,
  echoAnswer,
  errorAnswer,
  inquiryAnswer,
  unseenAnswer,
} from './answers.ts'
export { dateNear, daysBetween, momentText } from './calendar.ts'
export {
  type Acquirer,
  createHostFacts,
  type ExchangeFacts,
  type ExchangeRules,
  exchangeFacts,
  type HostFacts,
} from './exchange-facts.ts'
export type { AnswerReading } from './mapping/answer.ts'
export { compileMapping, type Mapping, type MappingParts } from './mapping/mapping.ts'
export type { Acknowledgement, KeptPayment, OwedWay } from './mapping/owed-way.ts'
export type { Written } from './mapping/request.ts'
export { MappingError, type MessageKind, type Verdict } from './mapping/specification.ts'
export { structureFaults } from './mapping/structure.ts'
export type { Member, MessageSchemas, ValueFacts } from './messages/members.ts'
export { compileMessages, type Messages } from './messages/messages.ts'
export {
  type LocatedFault,
  locateFaults,
  type ParsedSpec,
  parseSpec,
  SPEC_TEXT_LIMITS,
  syntaxFault,
} from './spec-text.ts'
export { chargeAnswer, itemRefundAnswer, tabAnswer } from './tab-answers.ts'
export { type NewRequestContext, refusalOfNew, refusalOfNewCard } from './validation/new-request.ts'
export { freshnessRefusal } from './validation/time-rules.ts'
export type { RequestContext, Validated } from './validation/validate.ts'
