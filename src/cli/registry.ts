import { createSystemClock } from '#platform'
import { openRegistry, type Registry } from '#store'
import type { Config } from '../config.ts'
import { storePlaceOf } from '../gateway-files.ts'

/** Act on the merchants of a store, beside the gateway that may be running on it. */
export async function inRegistry<T>(
  config: Config,
  act: (registry: Registry) => Promise<T>,
): Promise<T> {
  const registry = await openRegistry(storePlaceOf(config), { clock: createSystemClock() })
  try {
    return await act(registry)
  } finally {
    await registry.close()
  }
}
