import { readFileSync } from 'node:fs'

/** A published key block with the key in it; all but the block itself in hexadecimal. */
export interface PublishedKeyBlock {
  readonly standard: string
  readonly kbpk: string
  readonly key_block: string
  readonly key: string
  readonly kcv?: string
}

/** A published key block that gives no key. */
export interface RejectedKeyBlock {
  readonly kbpk: string
  readonly key_block: string
  readonly why: string
}

/** What a published protection key stands for. */
export interface PublishedDerivation {
  readonly version: string
  readonly kbpk: string
  readonly kbek: string
  readonly kbak: string
}

interface Sections {
  readonly tr31_unwrap: { readonly vectors: readonly PublishedKeyBlock[] }
  readonly tr31_reject: { readonly vectors: readonly RejectedKeyBlock[] }
  readonly tr31_kbpk_derivation: { readonly vectors: readonly PublishedDerivation[] }
}

const SECTIONS: Sections = JSON.parse(
  readFileSync(new URL('key-blocks.json', import.meta.url), 'utf8'),
)

export const PUBLISHED_KEY_BLOCKS = SECTIONS.tr31_unwrap.vectors
export const REJECTED_KEY_BLOCKS = SECTIONS.tr31_reject.vectors
export const PUBLISHED_DERIVATIONS = SECTIONS.tr31_kbpk_derivation.vectors
