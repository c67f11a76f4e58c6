/**
 * Who may come in when not all can: a limit that follows what is served, shared fairly, and times
 * to come back for those turned away.
 *
 * It knows no merchant, socket or payment: a party has a name and holds places. Everything here is
 * arithmetic that the main thread does for each request, so nothing waits and nothing is queued.
 */
export { createGate, type Gate, mostlyCommon, type Served } from './gate.ts'
export type { RetryBounds } from './returns.ts'
export { createParties, type Parties, Share } from './shares.ts'
export { createTurnedAway, type TurnedAway } from './turned-away.ts'
