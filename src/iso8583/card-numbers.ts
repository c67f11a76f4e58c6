/**
 * Card numbers in places where no dialect says that there is one: free text, private elements, raw
 * bytes. Whoever looks for them here wants to hide them, so in doubt there is one.
 *
 * A card number is 13 to 19 digits, the first of them not 0, that end in their Luhn digit (ISO/IEC
 * 7812-1). Digits may be grouped, with up to three characters between two groups ("4539 5787",
 * "4539 - 5787"). One that fills whole groups is found whatever it begins with, zeros before it or
 * not; one in the midst of other digits, as behind a length or before a date, when it begins as an
 * issuer's do.
 */

/** A stretch of a text, from its first position to the one after its last. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

const DIGITS_MIN = 13
const DIGITS_MAX = 19

/** Digits, with at most three characters that are no letters between two of them. */
const CHAIN = /[0-9](?:[^0-9A-Za-z]{0,3}[0-9]){12,}/g

/** The card numbers in a text, in order; two that overlap are one stretch. */
export function cardNumbersIn(text: string): Stretch[] {
  const found: Stretch[] = []
  for (const match of text.matchAll(CHAIN)) {
    for (const { from, to } of inChain(match[0])) {
      const last = found.at(-1)
      const start = match.index + from
      const end = match.index + to
      if (last === undefined || start >= last.to) found.push({ from: start, to: end })
      else if (end > last.to) found[found.length - 1] = { from: last.from, to: end }
    }
  }
  return found
}

/** Whether bytes, given as hex, hold a card number: packed, or as text, at any half byte. */
export function holdsCardNumber(hex: string): boolean {
  return isHexOfCardNumber(hex) || cardNumbersIn(hex).length > 0
}

/** Whether a text holds a card number in hex, each digit as its byte in ASCII or EBCDIC. */
export function isHexOfCardNumber(text: string): boolean {
  const zoned = text.match(/(?:[3Ff][0-9]){13,}/g) ?? []
  return zoned.some((run) => cardNumbersIn(run.replace(/.(.)/g, '$1')).length > 0)
}

/** Ascending by their beginnings; those in the midst of other digits may overlap. */
function inChain(chain: string): Stretch[] {
  const places: number[] = []
  for (let at = 0; at < chain.length; at += 1) if (isDigit(chain, at)) places.push(at)
  const digits = places.map((at) => chain[at]).join('')
  const found: Stretch[] = []
  let isFirst = true
  for (let start = 0; start + DIGITS_MIN <= digits.length; start += 1) {
    if (isEdge(places, start)) isFirst = true
    if (digits[start] === '0') continue
    const count = countAt(digits, start, (end) => isFirst && isEdge(places, end))
    if (count > 0) {
      found.push({ from: places[start] ?? 0, to: (places[start + count - 1] ?? 0) + 1 })
      // One that fills its groups is it, and nothing within it is another.
      if (isFirst && isEdge(places, start + count)) start += count - 1
    }
    isFirst = false
  }
  return found
}

/** How many digits the longest card number from `start` has, 0 when there is none. */
function countAt(digits: string, start: number, fillsGroupsTo: (end: number) => boolean): number {
  const issuers = ISSUERS.filter(({ first }) => matchesAt(first, digits, start))
  for (let count = Math.min(DIGITS_MAX, digits.length - start); count >= DIGITS_MIN; count -= 1) {
    const isIssuers = issuers.some(({ lengths }) => lengths.includes(count))
    if (!isIssuers && !fillsGroupsTo(start + count)) continue
    if (luhnHolds(digits, start, count)) return count
  }
  return 0
}

/** Whether a group begins at the digit of this index, or the last one ends before it. */
function isEdge(places: readonly number[], index: number): boolean {
  if (index === 0 || index === places.length) return true
  return (places[index] ?? 0) - (places[index - 1] ?? 0) > 1
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

/** First digits of issuers, and how many digits their cards have. */
const ISSUERS: readonly { readonly first: RegExp; readonly lengths: readonly number[] }[] = [
  { first: /4/y, lengths: [13, 16, 19] },
  { first: /5[1-5]|2[2-7]|9[27]|8[12]/y, lengths: [16] },
  { first: /3[47]/y, lengths: [15] },
  { first: /3[0689]/y, lengths: [14, 15, 16, 17, 18, 19] },
  { first: /35/y, lengths: [16, 17, 18, 19] },
  { first: /5[06-8]|6/y, lengths: [13, 14, 15, 16, 17, 18, 19] },
]

function matchesAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** ISO/IEC 7812-1 annex B. */
function luhnHolds(digits: string, start: number, count: number): boolean {
  let sum = 0
  for (let index = 0; index < count; index += 1) {
    const digit = digits.charCodeAt(start + count - 1 - index) - 0x30
    const weighed = index % 2 === 0 ? digit : 2 * digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}
