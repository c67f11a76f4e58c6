import { readFileSync } from 'node:fs'

/** A published PIN block of format 0 or 3, in clear. */
export interface PublishedClearBlock {
  readonly pin: string
  readonly pan: string
  readonly block: string
}

/** A published PIN block of format 4, encrypted. */
export interface PublishedAesBlock extends PublishedClearBlock {
  readonly key: string
  /** The right half of the PIN field. */
  readonly random: string
}

/** A published block, or PIN field of format 4, that holds no PIN. */
export interface RejectedBlock {
  readonly format: number
  readonly block?: string
  readonly field?: string
  readonly pan?: string
  readonly why: string
}

interface Sections {
  readonly iso9564_format0: { readonly vectors: readonly PublishedClearBlock[] }
  readonly iso9564_format3: { readonly vectors: readonly PublishedClearBlock[] }
  readonly iso9564_format4: { readonly vectors: readonly PublishedAesBlock[] }
  readonly iso9564_reject: { readonly vectors: readonly RejectedBlock[] }
}

const SECTIONS: Sections = JSON.parse(
  readFileSync(new URL('pin-blocks.json', import.meta.url), 'utf8'),
)

export const PUBLISHED_CLEAR_BLOCKS = {
  'iso-0': SECTIONS.iso9564_format0.vectors,
  'iso-3': SECTIONS.iso9564_format3.vectors,
}
export const PUBLISHED_AES_BLOCKS = SECTIONS.iso9564_format4.vectors
export const REJECTED_BLOCKS = SECTIONS.iso9564_reject.vectors
