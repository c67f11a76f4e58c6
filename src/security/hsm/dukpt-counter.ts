/**
 * The counters on the way to a terminal's counter, each with one bit more, the highest bit first:
 * its keys are derived along them. As many as the counter has bits.
 *
 * @param counter of 32 bits at most
 */
export function countersTo(counter: number): readonly number[] {
  const counters: number[] = []
  let reached = 0
  for (let bit = 0x80000000; bit > 0; bit >>>= 1) {
    if ((counter & bit) === 0) continue
    reached = (reached | bit) >>> 0
    counters.push(reached)
  }
  return counters
}
