import {
  type ChargeObstacle,
  chargedGrainsOf,
  chargeObstacle,
  isFull,
  type Tab,
  type TabCharge,
  type WantedCharge,
} from '#domain'
import { StoreError } from '../errors.ts'
import type { Row } from '../payment-row.ts'
import { chargeHash } from './tab-chain.ts'
import { type ChargeRow, chargeRow } from './tab-row.ts'

/** A merchant's wish to charge one of its tabs. */
export interface ChargeWish {
  readonly merchant: string
  /** The tab's own id. */
  readonly id: string
  readonly charges: readonly WantedCharge[]
  readonly atMs: number
}

/** What became of a {@link ChargeWish}. */
export type ChargeResult =
  /** All but those refused are on the tab, now or from before: the tab as it stands. */
  | { readonly kind: 'charged'; readonly tab: Tab; readonly refused: readonly RefusedCharge[] }
  /** This merchant has no such tab. */
  | { readonly kind: 'unseen' }

export interface RefusedCharge {
  readonly id: string
  readonly why: ChargeObstacle
}

/** What an act of charging comes to, before anything of it is written. */
export interface Charging {
  /** As it stands afterwards. */
  readonly tab: Tab
  /** Hash of its last charge. */
  readonly head: string
  readonly taken: readonly { readonly row: ChargeRow; readonly hash: string }[]
  readonly refused: readonly RefusedCharge[]
  /** Whether it is to be posted at once. */
  readonly isDue: boolean
}

/**
 * Judge charges one after the other: each is taken, is there already, or is refused, and none
 * changes what becomes of another but by the funds that it takes.
 *
 * @param head hash of the tab's last charge
 * @param earlier charges of the tab that have an id of theirs
 */
export function judgeCharges(
  { charges, atMs }: Pick<ChargeWish, 'charges' | 'atMs'>,
  before: { readonly tab: Tab; readonly head: string },
  earlier: Iterable<TabCharge>,
): Charging {
  const known = new Map([...earlier].map((it) => [it.id, it]))
  const taken: { row: ChargeRow; hash: string }[] = []
  const refused: RefusedCharge[] = []
  let { head } = before
  let { chargedGrains, chargeCount } = before.tab
  for (const wanted of charges) {
    const { id } = wanted
    const grains = chargedGrainsOf(wanted, before.tab)
    const same = known.get(id)
    if (grains === undefined) {
      refused.push({ id, why: 'no-rate' })
      continue
    }
    const charge = { ...wanted, grains }
    const why = same
      ? conflictBetween(same, charge)
      : chargeObstacle({ ...before.tab, chargedGrains }, grains, atMs)
    if (why !== undefined) refused.push({ id, why })
    if (same !== undefined || why !== undefined) continue
    known.set(id, charge)
    chargedGrains += grains
    chargeCount += 1
    const row = chargeRow(charge, chargeCount, atMs)
    head = chargeHash(head, row)
    taken.push({ row, hash: head })
  }
  const tab = { ...before.tab, chargedGrains, chargeCount }
  return { tab, head, taken, refused, isDue: taken.length > 0 && isFull(tab) }
}

function conflictBetween(a: TabCharge, b: TabCharge): 'conflict' | undefined {
  const isSame = a.grains === b.grains && a.quantity === b.quantity && a.item === b.item
  return isSame ? undefined : 'conflict'
}

/** A wish as one row: its tab and moment, then so many values for each charge. */
export function chargeWishRow({ merchant, id, charges, atMs }: ChargeWish): Row {
  const row: Row = [merchant, id, atMs, charges.length]
  for (const { id, grains, quantity, item } of charges) {
    row.push(id, grains === undefined ? null : Number(grains), quantity ?? null, item ?? null)
  }
  return row
}

/** How many values a wish is, as its fourth says. */
export function chargeWishColumns(charges: number): number {
  return 4 + 4 * charges
}

/** The inverse of {@link chargeWishRow}. */
export function chargeWishOf([merchant, id, atMs, count, ...values]: Row): ChargeWish {
  const charges: WantedCharge[] = []
  for (let at = 0; at < 4 * Number(count); at += 4) charges.push(chargeIn(values.slice(at, at + 4)))
  return { merchant: String(merchant), id: String(id), charges, atMs: Number(atMs) }
}

/** What no column would take is refused before anything is written. */
function chargeIn([id, grains = null, quantity = null, item = null]: Row): WantedCharge {
  for (const size of [grains, quantity]) {
    const isWhole = size === null || (Number.isSafeInteger(size) && Number(size) >= 1)
    if (!isWhole) throw new StoreError('ACT_INVALID', 'a charge is of whole grains, or units')
  }
  if (grains === null && quantity === null) {
    throw new StoreError('ACT_INVALID', 'a charge says neither grains nor a quantity')
  }
  return {
    id: String(id),
    ...(grains === null ? {} : { grains: BigInt(Number(grains)) }),
    ...(quantity === null ? {} : { quantity: Number(quantity) }),
    ...(item === null ? {} : { item: String(item) }),
  }
}
