/**
 * ISO 8583 messages: bytes to values and back, by a dialect that is data; and the frames they
 * travel in.
 *
 * Pure: no IO, no clock, no other module. It knows of elements, lengths and encodings, and nothing
 * of payments, keys or sockets. Malformed bytes throw `DecodeError` or `FrameError`, a message the
 * dialect cannot carry throws `EncodeError`, a faulty specification throws `DialectError` with all
 * its faults.
 */
export { compileDialect, type Dialect } from './dialect.ts'
export {
  DecodeError,
  type DecodeErrorCode,
  DialectError,
  EncodeError,
  type EncodeErrorCode,
  type SpecFault,
} from './errors.ts'
export { FrameError, type FrameErrorCode } from './framing/frame-error.ts'
export { compileFrameHeader, type FrameHead, type FrameHeader } from './framing/frame-header.ts'
export { createFramer, type Framer } from './framing/framer.ts'
export type {
  Composite,
  DescribedField,
  FieldFacts,
  FieldValue,
  Mask,
  Message,
  PadFacts,
} from './message.ts'
