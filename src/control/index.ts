/**
 * The conduct of payments: what happens to a request, in which order, and what is on disk when.
 *
 * It knows no socket, no SQL and no key. What it needs of the store, the host, the envelope and the
 * vault it says in ports.ts; the composition root fits them in.
 */
export { type BusinessDay, openBusinessDay } from './business-day.ts'
export { createDispatch, type Dispatch } from './dispatch.ts'
export {
  type Forwarding,
  type ForwardingLimits,
  type ForwardingParts,
  startForwarding,
} from './forwarding.ts'
export { startHoldExpiry } from './hold-expiry.ts'
export { shareHost } from './host-places.ts'
export { JournalBusyError } from './journal-busy.ts'
export { type LiveMerchantRegistry, openMerchantRegistry } from './merchant-registry.ts'
export type { ControlLimits, Parts } from './parts.ts'
export type {
  Arrival,
  BeginResult,
  CardStore,
  DayStore,
  Envelopes,
  Evidence,
  HoldStore,
  HostLink,
  HostReply,
  MerchantRegistry,
  MerchantSource,
  OpenedEnvelope,
  OwedStore,
  PaymentStore,
  PinDesk,
  PinTranslated,
  ReplySeal,
  Reservation,
  StanLease,
  TabStore,
  Vault,
} from './ports.ts'
export { busyRefusal, createReception, FAILED, REFUSED, type Reception } from './reception.ts'
export { openStans, type Stans } from './stans.ts'
export {
  startTabKeeper,
  type TabKeeper,
  type TabKeeperLimits,
} from './tabs/tab-keeper.ts'
export { createTurns, type Turns } from './turns.ts'
