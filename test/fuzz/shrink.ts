/** The same finding from less: pieces taken out, largest first, then bytes made plain. */
import { findingOf } from './campaign.ts'
import type { Target } from './targets/target.ts'

const RUNS_MAX = 4000
const PLAIN = 0x30

export function shrink(target: Target, input: Buffer): Buffer {
  const what = findingIn(target, input)
  if (what === undefined) return input
  let runs = 0
  const isSame = (candidate: Buffer) => {
    runs += 1
    return runs <= RUNS_MAX && findingIn(target, candidate) === what
  }
  let least = input
  for (let size = input.length >> 1; size > 0; size >>= 1) least = without(least, size, isSame)
  return plain(least, isSame)
}

/** Takes out every piece of `size` bytes that the finding does not need. */
function without(input: Buffer, size: number, isSame: (candidate: Buffer) => boolean): Buffer {
  let least = input
  for (let at = 0; at < least.length; ) {
    const candidate = Buffer.concat([least.subarray(0, at), least.subarray(at + size)])
    if (isSame(candidate)) least = candidate
    else at += size
  }
  return least
}

function plain(input: Buffer, isSame: (candidate: Buffer) => boolean): Buffer {
  let least = input
  for (let at = 0; at < least.length; at += 1) {
    if (least[at] === PLAIN) continue
    const candidate = Buffer.from(least)
    candidate[at] = PLAIN
    if (isSame(candidate)) least = candidate
  }
  return least
}

/** Text that is no longer JSON is another defect: of whoever cut it. */
function findingIn(target: Target, input: Buffer): string | undefined {
  try {
    target.run(input)
    return undefined
  } catch (error) {
    return error instanceof SyntaxError ? undefined : findingOf(error).what
  }
}
