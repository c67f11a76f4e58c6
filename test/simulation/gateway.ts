import { openHostLink } from '#communication'
import {
  createDispatch,
  createReception,
  type Envelopes,
  type ForwardingLimits,
  type HostLink,
  openBusinessDay,
  openStans,
  type Reception,
  type Reservation,
  startForwarding,
} from '#control'
import { dateCut } from '#iso8583'
import { dateNear } from '#processing'
import { createEvidence } from '../../src/evidence.ts'
import { journalPort } from '../../src/journal-port.ts'
import { openSimulatedStore } from './commit-queue.ts'
import type { Disk } from './disk.ts'
import type { SimulatedHost } from './host.ts'
import type { Life } from './life.ts'
import { dialLine } from './line.ts'
import type { Mutant } from './mutants.ts'
import type { Site } from './site.ts'
import { clockOf } from './time.ts'
import { cheapVault } from './vault.ts'
import type { Witness } from './witness.ts'
import type { World } from './world.ts'

export interface GatewayParts {
  readonly world: World
  readonly site: Site
  readonly disk: Disk
  readonly host: SimulatedHost
  readonly witness: Witness
  readonly mutant: Mutant
}

/** The gateway as the world sees it: it comes back whenever it is gone. */
export interface Gateway {
  /** A merchant's message; undefined when nobody is there to take it. */
  receive(json: string): Promise<string | undefined> | undefined
  /** From one moment to the next. */
  crash(): void
}

const LIMITS = {
  host: {
    owedRequestsMax: 2,
    answeredKeysMax: 16,
    connectTimeoutMs: 500,
    frameTimeoutMs: 4_000,
    reconnectDelayMinMs: 50,
    reconnectDelayMaxMs: 800,
  },
  requests: { freshnessMs: 120_000, retryAfterMs: 500 },
  evidence: { straysPerMinuteMax: 60 },
  dayPollMs: 4_000,
} as const

const FORWARDING: Omit<ForwardingLimits, 'lateAnswerMaxMs'> = {
  parallelMax: 2,
  pollMs: 2_000,
  retryMinMs: 300,
  retryMaxMs: 2_500,
  overdueMs: 8_000,
  leaseMs: 4_000,
}

export function keepGateway(parts: GatewayParts): Gateway {
  const { world } = parts
  const { time, chance } = world
  let current = live()

  function live(): Running {
    const running = startGateway(parts, () => {
      time.after(20 + chance.below(world.isCalm ? 50 : 500), () => {
        current = live()
      })
    })
    return running
  }

  return {
    receive: (json) => current.receive(json),
    crash: () => current.life.end('crash'),
  }
}

interface Running {
  readonly life: Life
  receive(json: string): Promise<string | undefined> | undefined
}

function startGateway(parts: GatewayParts, onEnd: () => void): Running {
  const { world, witness } = parts
  let isAlive = true
  let reception: Reception | undefined
  const life: Life = {
    get isAlive() {
      return isAlive
    },
    end(why) {
      if (!isAlive) return
      isAlive = false
      world.tell?.(`gateway ${why}`)
      witness.onCrash()
      onEnd()
    },
    fail(why) {
      world.tell?.(`gateway ${why}`)
      world.time.after(world.chance.below(20), () => life.end('stops itself'))
    },
  }
  world.tell?.('gateway starts')
  boot(parts, life).then(
    (receive) => {
      reception = receive
    },
    (error: unknown) => {
      if (error instanceof Error && error.name !== 'StoreError') witness.object(String(error.stack))
      life.fail('cannot start')
    },
  )
  return {
    life,
    receive: (json) => (isAlive ? reception?.(bytesOf(json)).then(textOf) : undefined),
  }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** The real parts, fitted together and started in the order of the real gateway. */
async function boot(parts: GatewayParts, life: Life): Promise<Reception> {
  const { world, site, disk, host, witness, mutant } = parts
  const { profile, link: linkProfile, hostFacts, messages, merchant } = site
  const { scenario, chance, time } = world
  const clock = clockOf(time, life)
  const log = witness.log
  const simulated = openSimulatedStore({
    world,
    acts: mutant.acts?.(disk) ?? disk.acts,
    life,
    ears: witness,
    ignoresFailedSync: mutant.ignoresFailedSync ?? false,
  })
  const store = mutant.store?.(simulated) ?? simulated
  const nowMs = clock.nowMs()
  const recovery = await store.recover(nowMs, nowMs - linkProfile.lateAnswerMaxMs)
  witness.onRecovered(recovery)
  const evidence = createEvidence(
    {
      store,
      keyring: { vault: cheapVault as never },
      profile: { ...profile, link: linkProfile },
      clock,
      log,
    },
    LIMITS.evidence,
  )
  const journal = journalPort(store, () => life.fail('lost an outcome'))
  const day = await openBusinessDay({ store: journal, clock, log, hostFacts }, LIMITS.dayPollMs)
  const link = await openHostLink({
    dialect: profile.dialect,
    profile: linkProfile,
    way: {
      kind: 'connect',
      endpoints: [{ address: '127.0.0.1', port: 1 }],
      connections: scenario.connections,
    },
    limits: { ...LIMITS.host, windowRequests: scenario.windowRequests },
    clock,
    random: {
      bytes: (count) => new Uint8Array(count),
      integer: (from, below) => from + chance.below(below - from),
    },
    log,
    onStray(stray) {
      witness.onStray(stray)
      mutant.onStray?.(stray, disk)
      evidence.keepStray(stray)
    },
    onCutover(settlementDate) {
      const layout =
        profile.dialect.field(linkProfile.network.elements.settlementDate)?.content ?? ''
      const monthAndDayOf = dateCut(layout, 'MMDD') ?? ((text: string) => text)
      const date = dateNear(monthAndDayOf(settlementDate), day.date())
      if (date === undefined) return
      day.announce(date).catch((error: unknown) => log.error('business-day-not-opened', { error }))
    },
    dial: () =>
      dialLine({
        world,
        life,
        link: linkProfile,
        isReachable: host.isUp,
        onOpen: host.adopt,
        onMessage: host.hear,
      }).connection,
  })
  const stans = await openStans(
    profile.name,
    { store: journal, clock },
    {
      leaseCount: scenario.stanLeaseCount,
      lateAnswerMaxMs: linkProfile.lateAnswerMaxMs,
      resting: recovery.openExchanges.map((it) => it.stan),
    },
  )
  const common = {
    clock,
    log,
    store: journal,
    host: watched(link, witness),
    evidence,
    hostFacts,
    mapping: mutant.mapping?.(profile.mapping) ?? profile.mapping,
    vault: mutant.vault ?? cheapVault,
    stans: mutant.stans?.(stans) ?? stans,
    merchants: { find: (id: string) => (id === merchant.id ? merchant : undefined) },
  }
  const forwarding = startForwarding(common, {
    ...FORWARDING,
    lateAnswerMaxMs: linkProfile.lateAnswerMaxMs,
    ...mutant.forwarding,
  })
  const dispatch = createDispatch({
    ...common,
    day,
    forwarding,
    messages,
    limits: LIMITS.requests,
    sandboxPans: new Set(),
    draining: () => false,
  })
  mutant.atStart?.({ disk, host: common.host, clock })
  return createReception({
    envelopes: openEnvelopes(merchant.id),
    dispatch,
    log,
    retryAfterMs: LIMITS.requests.retryAfterMs,
  })
}

/** Envelopes without any cryptography: everybody is who they say. */
function openEnvelopes(merchant: string): Envelopes {
  return {
    async open(token) {
      return { kind: 'opened', merchant, json: textOf(token), reply: {} }
    },
    async seal(_reply, json) {
      return bytesOf(json)
    },
    discard() {},
  }
}

function watched(link: HostLink, witness: Witness): HostLink {
  const seen = (place: Reservation): Reservation => {
    if (place.kind !== 'reserved') return place
    return {
      kind: 'reserved',
      async ask(message) {
        const reply = await place.ask(message)
        witness.onReply(message, reply)
        return reply
      },
      release: () => place.release(),
    }
  }
  return { reserve: () => seen(link.reserve()), reserveOwed: () => seen(link.reserveOwed()) }
}
