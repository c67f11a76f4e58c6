import type { Clock, Random } from '#platform'
import type { HostFacts, Mapping, Messages } from '#processing'
import type { BusinessDay } from './business-day.ts'
import type { Forwarding } from './forwarding.ts'
import type {
  CardStore,
  Evidence,
  HostLink,
  MerchantRegistry,
  PaymentStore,
  PinDesk,
  TabStore,
  Vault,
} from './ports.ts'
import type { Stans } from './stans.ts'
import type { Turns } from './turns.ts'

/** Bounds on what control accepts. */
export interface ControlLimits {
  /** How far a new request's `time` may be from ours, either way. */
  readonly freshnessMs: number
  /** What a merchant is told to wait when nothing new can be begun. */
  readonly retryAfterMs: number
}

/** Everything that the conduct of payments works with; made once by the composition root. */
export interface Parts {
  readonly clock: Clock
  readonly random: Random
  readonly store: PaymentStore & TabStore & CardStore
  readonly host: Pick<HostLink, 'reserve'>
  readonly evidence: Evidence
  readonly hostFacts: HostFacts
  readonly day: Pick<BusinessDay, 'date'>
  readonly forwarding: Pick<Forwarding, 'wake'>
  readonly messages: Messages
  readonly mapping: Mapping
  readonly vault: Vault
  readonly pins: PinDesk
  readonly stans: Stans
  readonly merchants: MerchantRegistry
  readonly turns: Turns
  readonly limits: ControlLimits
  /** Card numbers that only a sandbox accepts; empty outside production. */
  readonly sandboxPans: ReadonlySet<string>
  /** Whether the gateway is closing and begins nothing new. */
  draining(): boolean
}
