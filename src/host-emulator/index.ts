/**
 * An emulated core host, with books of its own.
 *
 * Which host it is, its dialect, frame header and conduct say. It shares the codec and the clock
 * with the gateway and knows nothing else of it: not its mapping, not its payments, not its store.
 * For `meridian` the conduct is written by hand, from specs/hosts/meridian/interface.md; what the
 * two agree on there is the interface and its golden transcripts. For a host without a conduct of
 * its own it is derived from the mapping, read as data by code of the emulator's own.
 */
export { type Book, type BookOptions, type NewExchange, openBook, readBook } from './book.ts'
export type { BookedCard, Effect, Exchange } from './book-file.ts'
export { parseSandbox, parseScript, type Sandbox, SandboxError } from './cards.ts'
export { type Conduct, ConductError, compileConduct } from './conduct/conduct.ts'
export { deriveConduct, type HostDocuments } from './conduct/derive-conduct.ts'
export {
  type CoreHost,
  type CoreHostCounts,
  createCoreHost,
  type Reply,
  type Session,
} from './core-host.ts'
export {
  type HostEmulator,
  type HostEmulatorCounters,
  type HostEmulatorLimits,
  type HostEmulatorOptions,
  startHostEmulator,
} from './emulator.ts'
export type { FaultRule } from './faults.ts'
export type { NetworkVerdict } from './network-asks.ts'
export type { WireOptions } from './wire.ts'
