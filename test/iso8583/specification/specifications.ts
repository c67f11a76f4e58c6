import { compileDialect, DialectError, type SpecFault } from '#iso8583'

type Json = Record<string, unknown>

/** What a dialect is refused for: the path and the reason of every fault. */
export function faultsOf(specification: unknown): string[] {
  try {
    compileDialect(specification)
    return []
  } catch (error) {
    if (!(error instanceof DialectError)) throw error
    return error.faults.map((fault: SpecFault) => `${fault.path.join('.')}: ${fault.reason}`)
  }
}

/** The faults at a path, to the letter. */
export function faultsAt(specification: unknown, path: string): string[] {
  return faultsOf(specification).filter((fault) => fault.startsWith(`${path}: `))
}

/** All that a dialect needs but its elements. */
export const base = {
  name: 'x',
  mti: { encoding: 'ascii' },
  bitmap: { encoding: 'hex', count: 2 },
  defaults: { encoding: 'ascii', prefixEncoding: 'ascii' },
}

export const digit = { name: 'x', content: 'n', length: 1 }

/** A dialect of element 4 alone. */
export function element(settings: Json): Json {
  return { ...base, fields: { 4: { name: 'x', ...settings } } }
}

export function composite(settings: Json): Json {
  return element({ length: variable(99, 2), composite: settings })
}

export function tagged(tag: Json, parts: Json): Json {
  return composite({ kind: 'tagged', tag, prefix: { digits: 1 }, parts })
}

export function variable(max: number, digits: number): Json {
  return { max, prefix: { digits } }
}
