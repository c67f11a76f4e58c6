import type { Verification } from '#store'

/** What was looked at, then every fault with its place. */
export function verificationLines(found: Verification): string[] {
  const { payments, events, ledger, chainedFrom, heads } = found
  const { restorations, faults, faultCount } = found
  const since = chainedFrom === undefined ? 'none of them chained' : `chained from ${chainedFrom}`
  const notTold = faultCount - faults.length
  return [
    `${payments} payments, ${events} events, ${since}`,
    ...heads.map(({ node, event, hash }) => `chain of ${node} ends with event ${event}, ${hash}`),
    ledgerLine(ledger),
    ...restorations.map(
      ({ atMs, event }) => `restored at ${new Date(atMs).toISOString()}, after event ${event}`,
    ),
    ...faults.map(({ kind, place, reason }) => `${place}: ${reason} (${kind})`),
    ...(notTold > 0 ? [`and ${notTold} more`] : []),
    faultCount === 0 ? 'sound' : `faults: ${faultCount}`,
  ]
}

function ledgerLine({ postings, closed }: Verification['ledger']): string {
  const to = closed === undefined ? 'no day closed' : `closed to ${closed.date}, ${closed.hash}`
  return `${postings} postings, ${to}`
}
