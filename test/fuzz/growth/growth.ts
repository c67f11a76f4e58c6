/** Time for a byte of an input made to be slow, and of one four times as long. */
import type { Family, Load } from './family.ts'

export interface Growth {
  readonly name: string
  readonly bytes: number
  readonly nsPerByte: number
  /** For the longer input over the shorter: 1 is linear, 4 is quadratic. */
  readonly ratio: number
}

const TIMES = 4
const BATCHES = 3
/** The clock of a thread may go in steps of some milliseconds. */
const BATCH_NS_MIN = 60e6
const MEASURED_AGAIN = 3
/** Caches and collections cost long inputs more; an input quadratic in its length reaches 4. */
export const RATIO_MAX = 3

/** A ratio over the limit is measured again: only one that stays there counts. */
export function growthOf(family: Family): Growth {
  let growth = measured(family)
  for (let again = 0; growth.ratio > RATIO_MAX && again < MEASURED_AGAIN; again += 1) {
    const other = measured(family)
    if (other.ratio < growth.ratio) growth = other
  }
  return growth
}

function measured({ name, make, bytesMax }: Family): Growth {
  const short = make(Math.floor(bytesMax / TIMES))
  const long = make(bytesMax)
  const ends = [short.run(), long.run()]
  if (ends[0] !== ends[1]) throw new Error(`${name}: ${ends.join(' and ')} cannot be compared`)
  const shortTime = nsPerByte(short)
  const time = nsPerByte(long)
  return { name, bytes: long.bytes, nsPerByte: time, ratio: time / shortTime }
}

/** Of this thread alone, whatever else the machine does: the best of several batches of runs. */
function nsPerByte({ bytes, run }: Load): number {
  let runs = 1
  while (batch(run, runs) < BATCH_NS_MIN) runs *= 2
  const times = Array.from({ length: BATCHES }, () => batch(run, runs))
  return Math.min(...times) / runs / bytes
}

function batch(run: () => void, runs: number): number {
  const before = process.threadCpuUsage()
  for (let count = 0; count < runs; count += 1) run()
  const { user, system } = process.threadCpuUsage(before)
  return 1000 * (user + system)
}
