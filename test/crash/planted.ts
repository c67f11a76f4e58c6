import type { RunOptions } from '../flows/running.ts'

/** Run a gateway that is broken by one of plants/, preloaded into each of its threads. */
export function planted(
  plant: 'normal-sync' | 'early-answers' | 'lost-debts' | 'ignored-faults',
): RunOptions {
  const file = new URL(`plants/${plant}.ts`, import.meta.url).href
  return { environment: { NODE_OPTIONS: `--import=${file}` } }
}
