import { registerHooks } from 'node:module'

// Preloaded (`--import`) into a process, and into its threads, it takes the chain out of the store.
const CHAIN = new URL('../../src/store/journal-chain.ts', import.meta.url).href
const UNCHAINED = new URL('unchained.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    const isWanted = found.url === CHAIN && context.parentURL !== UNCHAINED
    return isWanted ? { ...found, url: UNCHAINED } : found
  },
})
