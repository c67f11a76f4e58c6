import type { Random } from '#platform'
import { KeyringError, openSoftwareHsm, type SoftwareHsm } from '#security'
import { type Config, keyringOptionsOf } from './config.ts'

/**
 * Open what the configuration leaves PINs to.
 *
 * @throws KeyringError `HSM_MISSING` when it names none, and whatever the HSM itself refuses
 */
export function openHsm(config: Config, random: Random): SoftwareHsm {
  if (config.hsm === undefined) {
    throw new KeyringError('HSM_MISSING', 'the configuration has no hsm, so no PINs and no keys')
  }
  const isAccepted = config.hsm.accepted !== undefined
  return openSoftwareHsm(config.keysFolder, { ...keyringOptionsOf(config, random), isAccepted })
}
