import { readFileSync } from 'node:fs'
import { compileDialect, type Dialect, type Message } from '#iso8583'

/**
 * The message of shared benchmarks of ISO 8583 libraries: a 0200 with 15 data elements, 137 bytes
 * in ASCII and 88 in BCD.
 */
export const MESSAGE: Message = {
  mti: '0200',
  fields: {
    2: '4111111111111111',
    3: '000000',
    4: '000000001000',
    7: '1123001500',
    11: '123456',
    12: '001500',
    13: '1123',
    18: '5999',
    22: '812',
    25: '59',
    32: '123456',
    37: '632700123456',
    41: 'TERM0001',
    42: 'SHOP00000000001',
    49: '840',
  },
}

/** Its elements in ascending order. */
export const NUMBERS: readonly number[] = Object.keys(MESSAGE.fields).map(Number)

/** A dialect file of `specs/editions`, as JSON and compiled. */
export function readEdition(name: string): { specification: unknown; dialect: Dialect } {
  const file = new URL(`../../specs/editions/${name}.json`, import.meta.url)
  const specification: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return { specification, dialect: compileDialect(specification) }
}
