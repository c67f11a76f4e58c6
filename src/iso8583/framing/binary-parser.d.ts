/**
 * The little of binary-parser that frame headers use: the package's own types do not resolve for ES
 * modules.
 */
declare module 'binary-parser' {
  export class Parser<Parsed = unknown> {
    uint16be(name: string): this
    uint32be(name: string): this
    buffer(name: string, options: { readonly length: number; readonly clone?: boolean }): this
    parse(bytes: Uint8Array): Parsed
  }
}
