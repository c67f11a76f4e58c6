/**
 * ISO 8583 messages: bytes to values and back, by a dialect that is data; and the frames they
 * travel in.
 *
 * Pure: no IO, no clock, no other module. It knows of elements, lengths and encodings, and nothing
 * of payments, keys or sockets. Malformed bytes throw `DecodeError` or `FrameError`, a message the
 * dialect cannot carry throws `EncodeError`, a faulty specification throws `DialectError` with all
 * its faults.
 */
export type { ElementPlace } from './codec/locate.ts'
export { compareMessages, type Difference } from './compare.ts'
export { contentTest } from './content.ts'
export { DATE_LAYOUTS, dateCut, daysIn, momentText, STAMP_LAYOUT, utcStamp } from './dates.ts'
export {
  DIAGNOSED_BYTES_MAX,
  DIAGNOSED_CANDIDATES_MAX,
  type Diagnosis,
  type DialectCandidate,
  diagnose,
  type Fit,
  type Misfit,
  type Reading,
} from './diagnosis/diagnose.ts'
export { compileDialect, type Dialect } from './dialect.ts'
export {
  DecodeError,
  type DecodeErrorCode,
  DialectError,
  EncodeError,
  type SpecFault,
  SpecificationError,
} from './errors.ts'
export { FrameError } from './framing/frame-error.ts'
export { compileFrameHeader, type FrameHeader } from './framing/frame-header.ts'
export { createFramer, type Framer } from './framing/framer.ts'
export { standardMaskOf } from './mask.ts'
export type {
  Composite,
  DescribedField,
  FieldFacts,
  FieldValue,
  Mask,
  Message,
} from './message.ts'
export { answerMtiOf, classOf, isAnswerMti, isRepeatMti, repeatMtiOf } from './message-type.ts'
export { type ReadBefore, readBefore } from './read-before.ts'
export {
  anyMembersOf,
  booleanAt,
  choiceAt,
  documentPlace,
  fault,
  integerAt,
  itemsOf,
  type Members,
  membersOf,
  type Place,
  required,
  textAt,
} from './specification/members.ts'
export {
  type BerPlan,
  type BitmappedPlan,
  type BodyPlan,
  type ByteEncoding,
  type CompositePlan,
  type DialectPlan,
  type ElementPlan,
  type FieldPlan,
  isComposite,
  isOpenEnded,
  type LengthPlan,
  type Meanings,
  type PackedPlan,
  type PositionalPlan,
  type PrefixPlan,
  type TaggedPlan,
  type TextPlan,
  type ValuePlan,
} from './specification/plan.ts'
export { readSpecification } from './specification/read-specification.ts'
