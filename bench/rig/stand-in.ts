import { registerHooks } from 'node:module'

/** From now on, whoever imports the module gets what stands in for it, which gets the module. */
export function standIn(module: URL, other: URL): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const isWanted = found.url === module.href && context.parentURL !== other.href
      return isWanted ? { ...found, url: other.href } : found
    },
  })
}
