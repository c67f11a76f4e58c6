import fc from 'fast-check'

/** Any card number by ISO/IEC 7812-1: 13 to 19 digits, the first not 0, the last by Luhn. */
export const cardNumbers: fc.Arbitrary<string> = fc
  .stringMatching(/^[1-9][0-9]{11,17}$/)
  .map(withLuhnDigit)

/** Card numbers that begin as those of the networks do. */
export const issuersCardNumbers: fc.Arbitrary<string> = fc
  .oneof(
    fc.stringMatching(/^4[0-9]{11}(?:[0-9]{3}){0,2}$/),
    fc.stringMatching(/^5[1-5][0-9]{13}$/),
    fc.stringMatching(/^2[2-7][0-9]{13}$/),
    fc.stringMatching(/^3[47][0-9]{12}$/),
    fc.stringMatching(/^3[68][0-9]{11}$/),
    fc.stringMatching(/^35[0-9]{13}$/),
    fc.stringMatching(/^6[0-9]{14,17}$/),
  )
  .map(withLuhnDigit)

function withLuhnDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const weighed = index % 2 === 0 ? 2 * Number(digit) : Number(digit)
    return total + (weighed > 9 ? weighed - 9 : weighed)
  }, 0)
  return digits + ((10 - (sum % 10)) % 10)
}
