import { createSystemClock } from '#platform'
import { type HsmKey, keepPinKey } from '#security'
import type { Config } from '../../config.ts'
import { complain, type Outside } from '../outside.ts'

/** Put a key into the keys folder. @returns whether it is there; complains if not */
export async function keepKey(
  key: HsmKey,
  config: Config,
  { replace, outside }: { readonly replace: boolean; readonly outside: Outside },
): Promise<boolean> {
  const { keysFolder, environment } = config
  const entered = { ...key, enteredAtMs: createSystemClock().nowMs() }
  const keeping = await keepPinKey(keysFolder, entered, { environment, replace })
  if (keeping === 'kept') return true
  complain(outside, `${key.owner}: ${REASONS[keeping]}`)
  return false
}

const REASONS = {
  taken: 'there is such a key already; --replace it on purpose',
  full: 'there are too many keys',
}
