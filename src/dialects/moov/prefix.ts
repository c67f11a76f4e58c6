/** Names of length prefixes in a specification of moov, such as `ASCII.LL` and `BerTLV`. */
import type { PrefixFile } from '../dialect-file.ts'

export type MoovPrefix =
  | { readonly kind: 'fixed' }
  | { readonly kind: 'counted'; readonly prefix: PrefixFile }
  | { readonly kind: 'ber' }

const NAME = /^(ASCII|EBCDIC|EBCDIC1047|BCD|Binary|Hex)\.(Fixed|L{1,6})$/
const ENCODINGS: ReadonlyMap<string, string> = new Map([
  ['ASCII', 'ascii'],
  ['EBCDIC', 'ebcdic'],
  ['EBCDIC1047', 'ebcdic'],
  ['BCD', 'bcd'],
])

/** Undefined for a length that a dialect cannot say, such as one in hex text. */
export function moovPrefix(name: string | undefined): MoovPrefix | undefined {
  if (name === 'BerTLV') return { kind: 'ber' }
  const [, family = '', size = ''] = NAME.exec(name ?? '') ?? []
  if (size === 'Fixed') return { kind: 'fixed' }
  if (family === 'Binary') {
    return { kind: 'counted', prefix: { bytes: size.length, encoding: 'binary' } }
  }
  const encoding = ENCODINGS.get(family)
  if (encoding === undefined) return undefined
  return { kind: 'counted', prefix: { digits: size.length, encoding } }
}
