import type { Faults, MappingSpec, TableSpec } from './specification.ts'

/** A named table of a mapping: what is read on its left becomes what is written on its right. */
export interface Table {
  readonly name: string
  readonly spec: TableSpec
  /** Every value on the right must be one that `misfit` has nothing against. */
  checkOutputs(misfit: (text: string) => string | undefined, faults: Faults): void
  /** Every value on the left must be one that the source can have. */
  checkInputs(words: readonly string[], faults: Faults): void
  /** Every value that the source can have must be one that the table has an answer to. */
  checkEvery(words: readonly string[], faults: Faults): void
}

export function tablesOf({ tables = {} }: MappingSpec): ReadonlyMap<string, Table> {
  return new Map(Object.entries(tables).map(([name, spec]) => [name, tableOf(name, spec)]))
}

/** @returns a look-up that gives undefined for a value that the table refuses */
export function compileTable({ spec }: Table): (value: string) => string | undefined {
  const values = new Map(Object.entries(spec.values))
  const otherwise = spec.otherwise ?? undefined
  return (value) => values.get(value) ?? otherwise
}

function tableOf(name: string, spec: TableSpec): Table {
  return {
    name,
    spec,
    checkOutputs(misfit, faults) {
      for (const [value, text] of Object.entries(spec.values)) {
        const why = misfit(text)
        if (why) faults.add(['tables', name, 'values', value], why)
      }
      const why = spec.otherwise === null ? undefined : misfit(spec.otherwise)
      if (why) faults.add(['tables', name, 'otherwise'], why)
    },
    checkInputs(words, faults) {
      for (const value of Object.keys(spec.values)) {
        if (!words.includes(value)) {
          faults.add(['tables', name, 'values', value], 'is never read: there is no such word')
        }
      }
    },
    checkEvery(words, faults) {
      const missing = words.filter((word) => !Object.hasOwn(spec.values, word))
      if (spec.otherwise !== null || missing.length === 0) return
      const reason = `must be a word, for what is owed cannot be refused: ${missing.join(', ')}`
      faults.add(['tables', name, 'otherwise'], reason)
    },
  }
}
