import type { Exchange } from '#host-emulator'
import { cellsHoldSecret } from './secrets.ts'
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
    const takenMinor = exchange === undefined ? 0n : minorOf(exchange)
    const isMoved = takenMinor !== 0n
    const mayBeMoved = state === 'approved' || state === 'captured'
    // An increment that was captured is counted with its authorization.
    const isCounted = of.operation !== 'payment.increment' || exchange?.effect !== 'captured'
    if (isCounted) demand(isMoved === mayBeMoved, `${of.id} ended ${state} with money ${isMoved}`)
    if (exchange !== undefined) {
      taken.set(exchange.pan, (taken.get(exchange.pan) ?? 0n) + takenMinor)
    }
    if (state === 'approved' && host.book.dayOf(of.hostKey) !== of.settlementDate) {
      demand(false, `${of.id} settles on ${of.settlementDate}`)
    }
    if (of.operation === 'payment.increment' && state === 'approved') {
      const original = witness
        .cases()
        .find(({ id }) => id === of.original)
        ?.history.at(-1)
      const stands = original === 'approved' || original === 'captured'
      demand(stands, `${of.id} is held, and its authorization is ${original}`)
    }
    if (of.capture !== undefined) {
      const { settlementDate = '', businessDate } = of.capture
      const isDayOfHost = of.capturedOn.has(settlementDate) || settlementDate === businessDate
      demand(isDayOfHost, `the capture of ${of.id} settles on ${settlementDate}`)
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
  demand(!cellsHoldSecret(disk.cells()), 'the disk shows a card number')
  return objections
}

/** What an exchange keeps from its card. */
function minorOf({ effect, approvedMinor, capturedMinor }: Exchange): bigint {
  if (effect === 'captured') return capturedMinor
  if (effect === 'refunded') return -approvedMinor
  return effect === 'held' || effect === 'posted' ? approvedMinor : 0n
}
