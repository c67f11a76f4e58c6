/**
 * A primary account number (ISO/IEC 7812-1): 12 to 19 digits whose last is a Luhn check digit.
 *
 * Printed anywhere, it shows at most the first six and the last four digits (PCI DSS 3.4.1).
 */
export class Pan {
  readonly #digits: string

  private constructor(digits: string) {
    this.#digits = digits
  }

  /**
   * @returns the card number, or undefined when `text` is not one. Says nothing of why: the caller
   * names the field.
   */
  static parse(text: string): Pan | undefined {
    return PAN_SHAPE.test(text) && luhnHolds(text) ? new Pan(text) : undefined
  }

  /** The digits. Only sealing, hashing and packing for the host have a reason to ask. */
  reveal(): string {
    return this.#digits
  }

  /**
   * First six and last four digits with `*` between; a 12-digit number shows only its last four.
   */
  get masked(): string {
    return maskPan(this.#digits)
  }

  toString(): string {
    return this.masked
  }

  toJSON(): string {
    return this.masked
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.masked
  }
}

/** Mask anything that may be a card number; what is too short to show safely is masked whole. */
export function maskPan(digits: string): string {
  const { length } = digits
  if (length < 8) return '*'.repeat(length)
  if (length < 13) return '*'.repeat(length - 4) + digits.slice(-4)
  return digits.slice(0, 6) + '*'.repeat(length - 10) + digits.slice(-4)
}

const PAN_SHAPE = /^[0-9]{12,19}$/

/** ISO/IEC 7812-1 annex B. */
function luhnHolds(digits: string): boolean {
  let sum = 0
  let double = false
  for (let index = digits.length - 1; index >= 0; index--) {
    const digit = digits.charCodeAt(index) - 48
    const weighed = double ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
    double = !double
  }
  return sum % 10 === 0
}
