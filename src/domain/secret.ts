/**
 * A value that must not be seen by accident.
 *
 * It prints, serialises and inspects as `[secret]`; whoever needs the value asks for it by name
 * with {@link Secret.reveal}, so that a search for `reveal(` finds every place that sees one.
 */
export class Secret<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  /** The value itself. Never pass the result to a log, an error text or a store column. */
  reveal(): T {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  // The symbol that node:util's inspect looks for; spelled out so that the domain needs no Node.
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
