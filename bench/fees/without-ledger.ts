import { standIn } from '../rig/stand-in.ts'

// Preloaded (`--import`) into a process, and its threads, it takes the ledger out of the store.
standIn(
  new URL('../../src/store/ledger/ledger.ts', import.meta.url),
  new URL('unposted.ts', import.meta.url),
)
