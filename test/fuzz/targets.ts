/** Everything that takes input from outside, each with seeds, a way to damage them, and oracles. */
import { frameTargets } from './targets/frame-targets.ts'
import { importTargets } from './targets/import-targets.ts'
import { messageTargets } from './targets/message-targets.ts'
import { specificationTargets } from './targets/specification-targets.ts'
import type { Target } from './targets/target.ts'

/** Those whose name begins with `prefix`. */
export function fuzzTargets(prefix = ''): Target[] {
  const targets = [
    ...messageTargets(),
    ...frameTargets(),
    ...specificationTargets(),
    ...importTargets(),
  ]
  return targets.filter(({ name }) => name.startsWith(prefix))
}
