import type fc from 'fast-check'
import { compileDialect, type Dialect, type DialectPlan, readSpecification } from '#iso8583'
import { messagesOf } from '../iso8583/arbitrary-messages.ts'
import { DIALECT_FILES, projectJson } from '../iso8583/dialects.ts'

export interface Shipped {
  readonly file: string
  readonly plan: DialectPlan
  readonly dialect: Dialect
}

/** Every dialect of specs/, those of the vectors, and one of settings that others do not have. */
export function shippedDialects(): Shipped[] {
  return [...DIALECT_FILES, 'test/dialects/fixtures/oddities.dialect.json'].map((file) => {
    const document = projectJson(file)
    return { file, plan: readSpecification(document), dialect: compileDialect(document) }
  })
}

/** Messages on the line, of the elements that are not left out. */
export function linesOf(dialect: Dialect, leftOut: ReadonlySet<string>): fc.Arbitrary<Buffer> {
  return messagesOf(dialect).map(({ mti, fields }) => {
    const kept = Object.entries(fields).filter(([number]) => !leftOut.has(number))
    return dialect.pack({ mti, fields: Object.fromEntries(kept) })
  })
}
