import { readFileSync } from 'node:fs'

/** Published keys and PIN blocks of one base key; all in hexadecimal. */
export interface PublishedDukpt {
  readonly notes: { readonly bdk: string; readonly pin: string; readonly pan: string }
  readonly vectors: readonly PublishedTransaction[]
}

export interface PublishedTransaction {
  readonly ksn: string
  readonly txn_key: string
  readonly enc_pin_block?: string
  readonly pin_key_aes128?: string
  readonly pin_key_aes256?: string
}

type Section = 'dukpt_tdes' | 'dukpt_aes128' | 'dukpt_aes256'

export const PUBLISHED_DUKPT: Readonly<Record<Section, PublishedDukpt>> = JSON.parse(
  readFileSync(new URL('dukpt.json', import.meta.url), 'utf8'),
)
