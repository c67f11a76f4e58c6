import { compileDialect, type Dialect } from '#iso8583'
import { projectJson } from '../dialects.ts'

export const NAMES = ['1987-ascii', '1987-binary', '1993-ascii', '1993-binary', '2003-ascii']

export function fileOf(name: string): string {
  return `specs/editions/${name}.json`
}

export function editionOf(name: string): Dialect {
  return compileDialect(projectJson(fileOf(name)))
}

export function elementsOf(dialect: Dialect): string[] {
  return Array.from({ length: 127 }, (_, index) => String(index + 2)).filter(
    (element) => dialect.field(element) !== undefined,
  )
}
