import type { Merchant } from '#domain'
import type { Clock, Log } from '#platform'
import { createComplaint } from './complaint.ts'
import type { MerchantRegistry, MerchantSource } from './ports.ts'

export interface RegistryOptions {
  /** How often the source is asked whether anything changed. */
  readonly pollMs: number
  /** Called with every change, and once at the start; the registry has it when this resolves. */
  readonly onChange: (merchants: readonly Merchant[]) => Promise<void>
}

/** The merchants in memory, kept in step with the store while the gateway runs. */
export interface LiveMerchantRegistry extends MerchantRegistry {
  close(): void
}

/**
 * Load the merchants, and load them again whenever another process has changed one.
 *
 * A change that cannot be taken leaves the former merchants in force and is logged.
 */
export async function openMerchantRegistry(
  parts: { readonly source: MerchantSource; readonly clock: Clock; readonly log: Log },
  options: RegistryOptions,
): Promise<LiveMerchantRegistry> {
  const { source, clock, log } = parts
  let known = new Map<string, Merchant>()
  let version = -1
  let closed = false
  let cancel = () => {}
  const complaint = createComplaint(log, 'merchants-not-reloaded')

  async function load(): Promise<void> {
    const list = await source.merchants()
    await options.onChange(list.merchants)
    known = new Map(list.merchants.map((merchant) => [merchant.id, merchant]))
    version = list.version
  }

  async function refresh(): Promise<void> {
    if ((await source.merchantsVersion()) === version) return
    await load()
    log.info('merchants-reloaded', { count: known.size, version })
  }

  function pollLater(): void {
    cancel = clock.after(options.pollMs, () => {
      refresh()
        .then(complaint.worked, (error: unknown) => {
          if (!closed) complaint.failed(error)
        })
        .finally(() => {
          if (!closed) pollLater()
        })
    })
  }

  await load()
  pollLater()
  return {
    find: (id) => known.get(id),
    close() {
      closed = true
      cancel()
    },
  }
}
