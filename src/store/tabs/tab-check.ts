import type { StoredRow } from '../payment-row.ts'
import type { FaultList } from '../upkeep/faults.ts'
import { chargeHashOf, tabStartOf } from './tab-chain.ts'
import { hexOf } from './tab-row.ts'

/** Rows of tabs with what their captures swear, whose `seq` is greater than the first parameter. */
export const TABS_TO_CHECK = `SELECT tabs.*, captured_minor, capture_tab, capture_tab_head
  FROM tabs LEFT JOIN captures ON captures.payment = tabs.payment WHERE tabs.seq >`

/** Holds one tab against its charges, and against what the journal swore when it was posted. */
export interface TabCheck {
  /** @param charge the next of `tab_charges`, by its number */
  next(charge: StoredRow): void
  end(): void
}

export function createTabCheck(tab: StoredRow, faults: FaultList): TabCheck {
  const place = `tab ${tab['seq']}`
  let head = tabStartOf(tab)
  let count = 0
  let grains = 0
  return {
    next(charge) {
      const followed = chargeHashOf(head, charge)
      head = hexOf(charge['hash'])
      count += 1
      grains += Number(charge['grains'])
      if (followed === head && charge['number'] === count) return
      faults.add('chain', `charge ${charge['number']} of ${place}`, 'does not follow from the last')
    },
    end() {
      const isWhole = tab['charge_count'] === count && tab['charged_grains'] === grains
      if (!isWhole) faults.add('content', place, 'is charged otherwise than its charges say')
      if (hexOf(tab['head']) !== head)
        faults.add('chain', place, 'does not end with its last charge')
      if (tab['state'] === 'posted' && !isSworn(tab, head)) {
        faults.add('content', place, 'is not what its capture posted')
      }
    },
  }
}

function isSworn(tab: StoredRow, head: string): boolean {
  return (
    tab['capture_tab'] === tab['id'] &&
    hexOf(tab['capture_tab_head']) === head &&
    tab['captured_minor'] === tab['posted_minor']
  )
}
