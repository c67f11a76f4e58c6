import { standIn } from '../rig/stand-in.ts'

// Preloaded (`--import`) into a process, and into its threads, it takes the chain out of the store.
standIn(
  new URL('../../src/store/journal-chain.ts', import.meta.url),
  new URL('unchained.ts', import.meta.url),
)
