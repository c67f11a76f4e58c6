import { type HsmKey, readPinKeys } from '#security'
import type { Config } from '../../config.ts'
import { complain, type Outside } from '../outside.ts'

/** The protection key of a name; complains when none was entered. */
export function protectionKeyOf(
  name: string,
  { keysFolder, environment }: Config,
  outside: Outside,
): HsmKey | undefined {
  const keys = readPinKeys(keysFolder, { environment })
  const found = keys.find((it) => it.purpose === 'protection' && it.owner === name)
  if (found === undefined) {
    complain(outside, `there is no protection key ${name}: \`sallyport pin-key protect\``)
  }
  return found
}
