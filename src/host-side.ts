import { type HostLink as CommunicationLink, openHostLink } from '#communication'
import {
  type BusinessDay,
  type Forwarding,
  type ForwardingLimits,
  type HostLink,
  openBusinessDay,
  openStans,
  type Parts,
  type Reservation,
  startForwarding,
  startHoldExpiry,
} from '#control'
import { dateCut } from '#iso8583'
import { createHostFacts, dateNear } from '#processing'
import type { HostKeys } from '#security'
import type { Recovery, Store } from '#store'
import type { Config } from './config.ts'
import { createEvidence, type EvidenceParts, type StrayAnswer } from './evidence.ts'
import type { GatewayParts } from './gateway.ts'
import { hostWayOf } from './gateway-files.ts'
import type { HostProfile } from './host-profile.ts'
import { whileInCharge } from './in-charge.ts'
import type { JournalPort } from './journal-port.ts'

/** What faces the core host, fitted together. */
export interface HostSide {
  readonly link: CommunicationLink
  /** What the conduct of payments needs of it. */
  readonly conduct: Pick<
    Parts,
    | 'clock'
    | 'store'
    | 'host'
    | 'evidence'
    | 'hostFacts'
    | 'day'
    | 'forwarding'
    | 'mapping'
    | 'vault'
    | 'stans'
    | 'merchants'
  >
  /** Send nothing new, wait for what is open, sign off; `deadlineMs` from now, cut. */
  drain(deadlineMs: number): Promise<void>
}

export interface HostSideParts extends GatewayParts, EvidenceParts {
  readonly profile: HostProfile
  readonly store: EvidenceParts['store'] & Pick<Store, 'isInCharge'>
  readonly recovery: Recovery
  readonly merchants: Parts['merchants']
  readonly keyring: EvidenceParts['keyring'] & { readonly vault: Parts['vault'] }
  /** Of a host that wants MACs. */
  readonly hostKeys: HostKeys | undefined
  readonly journal: JournalPort
  readonly started: AsyncDisposableStack
}

/** What of the configuration is about the host. */
export type HostSideConfig = Pick<Config, 'acquirer' | 'host' | 'stanLeaseCount' | 'dayPollMs'>

/** Start in order: the business day, the link, trace numbers, and what is owed. */
export async function openHostSide(
  config: HostSideConfig,
  parts: HostSideParts,
): Promise<HostSide> {
  const { clock, log, profile, journal: store, started, merchants } = parts
  const evidence = createEvidence(parts, config.host)
  const hostFacts = createHostFacts(profile.mapping.exchange, config.acquirer)
  const day = await openBusinessDay({ store, hostFacts, clock, log }, config.dayPollMs)
  started.defer(() => day.close())
  const onCutover = cutoverTo(day, parts)
  const link = await openLink(config, { ...parts, onStray: evidence.keepStray, onCutover })
  started.defer(() => link.close())
  const stans = await openStans(
    profile.name,
    { store, clock },
    {
      leaseCount: config.stanLeaseCount,
      lateAnswerMaxMs: profile.link.lateAnswerMaxMs,
      resting: parts.recovery.openExchanges.map((it) => it.stan),
    },
  )
  const common = {
    ...{ clock, log, store, evidence, hostFacts, stans, merchants },
    host: whileInCharge(observed(link, parts), parts.store),
    mapping: profile.mapping,
    vault: parts.keyring.vault,
  }
  const forwarding = startForwarding(common, forwardingLimitsOf(config, profile))
  started.defer(() => forwarding.stop())
  const { holdHours } = profile.mapping.exchange
  if (holdHours !== undefined) {
    const limits = { holdMs: holdHours * HOUR_MS, pollMs: EXPIRY_POLL_MS }
    started.defer(startHoldExpiry({ ...common, forwarding }, limits))
  }
  return {
    link,
    conduct: { ...common, day, forwarding },
    drain: (deadlineMs) => drained(forwarding, link, deadlineMs),
  }
}

async function drained(
  forwarding: Forwarding,
  link: CommunicationLink,
  deadlineMs: number,
): Promise<void> {
  const forwarded = forwarding.stop()
  await link.drain(deadlineMs)
  await forwarded
}

interface LinkParts extends HostSideParts {
  readonly onStray: (stray: StrayAnswer) => void
  readonly onCutover: (settlementDate: string) => void
}

function openLink({ host }: HostSideConfig, parts: LinkParts): Promise<CommunicationLink> {
  const { dialect, link } = parts.profile
  const { clock, random, log, onStray, onCutover, hostKeys, dial } = parts
  const common = { clock, random, log, onStray, onCutover, ...(dial ? { dial } : {}) }
  const keys = hostKeys === undefined ? {} : { keys: hostKeys }
  const way = hostWayOf(host)
  return openHostLink({ ...common, ...keys, dialect, profile: link, way, limits: host })
}

/** What the host says of its next day is a month and a day at least. */
function cutoverTo(day: BusinessDay, { profile, log }: HostSideParts) {
  const { dialect, link } = profile
  const layout = dialect.field(link.network.elements.settlementDate)?.content ?? ''
  const monthAndDayOf = dateCut(layout, 'MMDD') ?? ((text: string) => text)
  return (settlementDate: string): void => {
    log.info('host-cut-over', { settlementDate })
    const date = dateNear(monthAndDayOf(settlementDate), day.date())
    if (date === undefined) return
    day.announce(date).catch((error: unknown) => log.error('business-day-not-opened', { error }))
  }
}

function forwardingLimitsOf({ host }: HostSideConfig, { link }: HostProfile): ForwardingLimits {
  return {
    parallelMax: host.owedRequestsMax,
    pollMs: host.owedPollMs,
    retryMinMs: host.owedRetryMinMs,
    retryMaxMs: host.owedRetryMaxMs,
    overdueMs: host.owedOverdueMs,
    overduePollMs: Math.min(host.owedOverdueMs, OVERDUE_POLL_MS_MAX),
    lateAnswerMaxMs: link.lateAnswerMaxMs,
    // An attempt waits for the host, and for the store before and after it.
    leaseMs: link.answerTimeoutMs + STORE_WAIT_MS,
  }
}

const HOUR_MS = 3_600_000
const EXPIRY_POLL_MS = 60_000
const STORE_WAIT_MS = 60_000
const OVERDUE_POLL_MS_MAX = 60_000

function observed(link: CommunicationLink, { onHostMessage }: GatewayParts): HostLink {
  if (onHostMessage === undefined) return link
  const seen = (place: Reservation): Reservation => {
    if (place.kind !== 'reserved') return place
    return {
      kind: 'reserved',
      async ask(message) {
        onHostMessage('sent', message)
        const reply = await place.ask(message)
        if (reply.kind === 'answered') onHostMessage('received', reply.message)
        return reply
      },
      release: () => place.release(),
    }
  }
  return { reserve: () => seen(link.reserve()), reserveOwed: () => seen(link.reserveOwed()) }
}
