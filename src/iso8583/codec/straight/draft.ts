/**
 * Straight-line code being generated: statements, and the constants that they refer to.
 *
 * Code is made from numbers that were checked when the dialect was read, and from keys of parts,
 * which are letters and digits and stand in quotes. Nothing else that a dialect's author wrote
 * becomes code; tables and codecs are handed over as constants.
 */

export interface Draft {
  /** The name of a value in the code: the same for the same value. */
  constant(value: unknown): string
  /** A name that no other call gave. */
  name(): string
  /** Makes `(...parameters) => { body }`. */
  compile(parameters: string, body: string): (...values: never[]) => unknown
}

/** A part of the code that comes to a value. */
export interface Step {
  readonly code: string
  /** An expression for the value, once the code has run. */
  readonly value: string
}

export function createDraft(): Draft {
  const constants: unknown[] = []
  let names = 0
  return {
    constant: (value) => {
      const index = constants.indexOf(value)
      return `c${index < 0 ? constants.push(value) - 1 : index}`
    },
    name: () => `v${names++}`,
    compile: (parameters, body) => {
      const list = constants.map((_, index) => `c${index}`).join(', ')
      const make = new Function(
        'constants',
        `'use strict'\nconst [${list}] = constants\nreturn (${parameters}) => {\n${body}\n}`,
      )
      return make(constants)
    },
  }
}
