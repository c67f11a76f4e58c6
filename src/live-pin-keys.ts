import type { Clock, Log } from '#platform'
import { type Hsm, type HsmKey, pinKeysVersion, readPinKeys } from '#security'
import type { Config } from './config.ts'

export interface LivePinKeysParts {
  readonly hsm: Pick<Hsm, 'checkValueOf'>
  readonly clock: Clock
  readonly log: Log
  /** Called once at the start and with every change; what it refuses is not taken. */
  onChange(keys: readonly HsmKey[]): void
}

/**
 * Load the keys for PINs, and load them again whenever `sallyport pin-key` has changed their file.
 * Each must open before it is used.
 *
 * A change that cannot be taken leaves the former keys in force and is logged.
 *
 * @returns an end to it
 * @throws KeyringError at the start, `MASTER_KEY_WRONG` for a key that is not as it was wrapped
 */
export async function openLivePinKeys(
  config: Pick<Config, 'keysFolder' | 'environment' | 'registryPollMs'>,
  { hsm, clock, log, onChange }: LivePinKeysParts,
): Promise<() => void> {
  const { keysFolder, registryPollMs } = config
  let version = ''
  let opened: ReadonlySet<string> = new Set()
  let closed = false
  let cancel = () => {}

  async function load(): Promise<number> {
    // Whatever changes after this look is seen by the next.
    version = pinKeysVersion(keysFolder)
    const keys = readPinKeys(keysFolder, config)
    for (const key of keys) if (!opened.has(nameOf(key))) await hsm.checkValueOf(key)
    onChange(keys)
    opened = new Set(keys.map(nameOf))
    return keys.length
  }

  async function refresh(): Promise<void> {
    if (pinKeysVersion(keysFolder) === version) return
    const count = await load()
    log.info('pin-keys-reloaded', { count })
  }

  function pollLater(): void {
    cancel = clock.after(registryPollMs, () => {
      refresh()
        .catch((error: unknown) => log.error('pin-keys-not-reloaded', { error }))
        .finally(() => {
          if (!closed) pollLater()
        })
    })
  }

  await load()
  pollLater()
  return () => {
    closed = true
    cancel()
  }
}

/** All that is bound to a key: what has opened once does so again. */
function nameOf({ purpose, owner, cipher, checkValue, wrapped }: HsmKey): string {
  return JSON.stringify([purpose, owner, cipher, checkValue, wrapped])
}
