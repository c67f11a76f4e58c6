/**
 * An emulated core host: the bank's side of specs/hosts/meridian/interface.md, with books of its
 * own.
 *
 * It shares the codec and the clock with the gateway and knows nothing else of it: not its mapping,
 * not its payments, not its store. What the two agree on is the interface and its golden
 * transcripts.
 */
export { type Book, type BookOptions, type NewExchange, openBook, readBook } from './book.ts'
export type { BookedCard, Effect, Exchange } from './book-file.ts'
export { parseSandbox, parseScript, type Sandbox, SandboxError } from './cards.ts'
export {
  type Conduct,
  type CoreHost,
  type CoreHostCounts,
  type CoreHostOptions,
  createCoreHost,
  type Session,
} from './core-host.ts'
export {
  type HostEmulator,
  type HostEmulatorCounters,
  type HostEmulatorLimits,
  type HostEmulatorOptions,
  startHostEmulator,
} from './emulator.ts'
export type { NetworkVerdict } from './network-asks.ts'
export type { WireOptions } from './wire.ts'
