/**
 * Divide a total in whole units by weights: each gets the floor of its part, and the units that are
 * left go to the largest remainders, of equal ones to the first.
 *
 * @param total zero or more
 * @param weights zero or more each, and not all zero unless the total is
 * @returns parts in the order of the weights, none further than one unit from its exact part, and
 *   together the total
 */
export function apportion(total: bigint, weights: readonly bigint[]): bigint[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0n)
  if (total === 0n) return weights.map(() => 0n)
  if (whole === 0n || total < 0n) throw new RangeError('there is nobody to divide it among')
  const parts = weights.map((weight) => (total * weight) / whole)
  const left = Number(total - parts.reduce((sum, part) => sum + part, 0n))
  const places = weights.map((weight, place) => ({ place, over: (total * weight) % whole }))
  places.sort((a, b) => (a.over === b.over ? a.place - b.place : a.over < b.over ? 1 : -1))
  const lucky = new Set(places.slice(0, left).map(({ place }) => place))
  return parts.map((part, place) => (lucky.has(place) ? part + 1n : part))
}
