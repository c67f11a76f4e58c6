import { decodeBase64url } from './base64url.ts'
import { readIJson } from './ijson.ts'
import type { JsonLimits } from './limits.ts'
import { KID_SHAPE } from './thumbprint.ts'

/** A protected header that has every member it must and none that it may not. */
export interface Header {
  readonly alg: string
  readonly kid: string
  /** Of a JWS: the `kid` of the key that names the reader it is meant for. */
  readonly aud: string
}

/**
 * The header sets of specs/envelope.md. Anything else, `crit`, `zip` and embedded keys included, is
 * refused.
 */
export const REQUEST_JWE = headerRules(['RSA-OAEP-256'], 'JWE')
export const ANSWER_JWE = headerRules(['RSA-OAEP-256', 'dir'], 'JWE')
export const REQUEST_JWS = headerRules(['PS256', 'ES256'], 'JWS')
export const ANSWER_JWS = headerRules(['ES256'], 'JWS')

/**
 * Reads encoded headers by one set of rules and remembers the ones it accepted: peers repeat
 * themselves.
 */
export interface HeaderReader {
  /** @returns undefined when the header breaks any rule */
  read(encoded: string): Header | undefined
}

export function createHeaderReader(rules: HeaderRules, headerBytesMax: number): HeaderReader {
  const known = new Map<string, Header>()
  return {
    read(encoded) {
      const before = known.get(encoded)
      if (before) return before
      const header = readHeader(encoded, rules, headerBytesMax)
      if (header === undefined) return undefined
      if (known.size >= KNOWN_HEADERS_MAX) known.clear()
      known.set(encoded, header)
      return header
    },
  }
}

export interface HeaderRules {
  readonly algorithms: ReadonlySet<string>
  /**
   * Required members with a fixed value, and optional members with the only value they may have.
   */
  readonly fixed: ReadonlyMap<string, string>
  readonly optional: ReadonlyMap<string, string>
  readonly required: readonly string[]
}

const KNOWN_HEADERS_MAX = 1_024
const HEADER_JSON: JsonLimits = { depthMax: 1, membersMax: 8, stringUnitsMax: 128 }

function headerRules(algorithms: readonly string[], layer: 'JWE' | 'JWS'): HeaderRules {
  const jwe = layer === 'JWE'
  return {
    algorithms: new Set(algorithms),
    fixed: new Map(jwe ? [['enc', 'A256GCM']] : []),
    required: jwe ? ['alg', 'enc', 'kid'] : ['alg', 'kid', 'aud'],
    optional: new Map([
      ['typ', 'JOSE'],
      ['cty', jwe ? 'JOSE' : 'json'],
    ]),
  }
}

function readHeader(encoded: string, rules: HeaderRules, bytesMax: number): Header | undefined {
  if (encoded.length > Math.ceil((bytesMax * 4) / 3)) return undefined
  const bytes = decodeBase64url(encoded)
  if (bytes === undefined) return undefined
  const read = readIJson(bytes, HEADER_JSON)
  if (read.kind === 'faulty' || !read.text.trimStart().startsWith('{')) return undefined
  const members = new Map<string, unknown>(Object.entries(JSON.parse(read.text)))
  if (!rules.required.every((name) => members.has(name))) return undefined
  for (const [name, value] of members) if (!admits(rules, name, value)) return undefined
  return {
    alg: String(members.get('alg')),
    kid: String(members.get('kid')),
    aud: String(members.get('aud') ?? ''),
  }
}

function admits(rules: HeaderRules, name: string, value: unknown): boolean {
  if (typeof value !== 'string') return false
  if (name === 'alg') return rules.algorithms.has(value)
  if (name === 'kid' || name === 'aud') {
    return rules.required.includes(name) && KID_SHAPE.test(value)
  }
  return value === (rules.fixed.get(name) ?? rules.optional.get(name))
}
