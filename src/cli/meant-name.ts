import type { LocatedFault } from '#processing'

/** The fault of a member that is not known with the name that was probably meant. */
export function withMeantName(fault: LocatedFault): LocatedFault {
  const { path, reason } = fault
  const [, told] = /; known are (.+)$/.exec(reason) ?? []
  const meant = meantName(path.split('/').at(-1) ?? '', told?.split(', ') ?? [])
  if (meant === undefined) return fault
  return { ...fault, reason: reason.replace('; known', `; did you mean ${meant}? Known`) }
}

/** The only name that is one or two letters from what was written. */
function meantName(written: string, names: readonly string[]): string | undefined {
  const near = names.filter((name) => editDistance(written, name) <= NEAR && name.length > NEAR)
  return near.length === 1 ? near[0] : undefined
}

const NEAR = 2

/** Letters put in, left out and exchanged (Levenshtein). */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (const [row, letter] of [...a].entries()) {
    const line = [row + 1]
    for (const [at, other] of [...b].entries()) {
      const exchanged = (above[at] ?? 0) + (letter === other ? 0 : 1)
      line.push(Math.min(exchanged, (above[at + 1] ?? 0) + 1, (line[at] ?? 0) + 1))
    }
    above = line
  }
  return above[b.length] ?? 0
}
