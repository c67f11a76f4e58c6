import { cellHoldsSecret } from './secrets.ts'
import type { Cast } from './story.ts'

/** What must not be so once all is calm and settled. */
export function objectionsAtTheEnd({ world, host, witness, disk }: Cast): readonly string[] {
  const objections: string[] = []
  if (disk.hasDayClosedLate()) world.note('day closed after its last payment')
  const demand = (holds: boolean, otherwise: string) => {
    if (!holds) objections.push(otherwise)
  }
  const taken = new Map<string, bigint>()
  for (const of of witness.cases()) {
    const state = of.history.at(-1)
    const exchange = host.book.exchange(of.hostKey)
    const isTaken = exchange?.effect === 'held' || exchange?.effect === 'posted'
    demand(isTaken === (state === 'approved'), `${of.id} ended ${state} with money ${isTaken}`)
    if (exchange !== undefined && isTaken) {
      taken.set(exchange.pan, (taken.get(exchange.pan) ?? 0n) + exchange.approvedMinor)
    }
    if (state === 'approved' && host.book.dayOf(of.hostKey) !== of.settlementDate) {
      demand(false, `${of.id} settles on ${of.settlementDate}`)
    }
  }
  let posted = 0n
  for (const { pan, openingMinor, ledgerMinor, availableMinor } of host.book.cards()) {
    posted += openingMinor - ledgerMinor
    const due = openingMinor - (taken.get(pan) ?? 0n)
    demand(availableMinor === due, 'a card has not what its payments have left it')
  }
  const settles = disk.settlementMinor()
  demand(settles === posted, `the host has posted ${posted}, and the ledger says ${settles}`)
  for (const fault of disk.ledgerFaults()) demand(false, `in the ledger, ${fault}`)
  // Each time would be a twentieth of all time, and what is kept in clear is kept so always.
  if (world.chance.oneIn(4)) {
    const showsCard = disk.rows().some((row) => row.some(cellHoldsSecret))
    demand(!showsCard, 'the disk shows a card number')
  }
  return objections
}
