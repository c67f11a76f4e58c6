import type { Tab, TabCharge } from './tab.ts'

/** A tab as it stands, and a page of its charges. */
export interface TabReceipt {
  readonly tab: Tab
  readonly items: readonly TabItem[]
  /**
   * Messages that its host is asked for it: the authorization, increments, the capture or the
   * reversal, and refunds. Repeats of one that was lost are not counted.
   */
  readonly hostMessages: number
}

/** A charge as the receipt has it. */
export interface TabItem extends TabCharge {
  /** Its place on the tab, from 1 on. */
  readonly number: number
  /** Wall time, milliseconds since 1970. */
  readonly atMs: number
  /** When it is given back, or being. */
  readonly refund?: {
    readonly id: string
    /** How much of it goes back by a payment; the rest is carried on. */
    readonly minor: bigint
    readonly state: 'open' | 'stands'
  }
}
