import { createDispatch, createReception, type Envelopes, type Reception } from '#control'
import { type HostSideConfig, openHostSide } from '../../src/host-side.ts'
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

/** The gateway as the world sees it: it comes back whenever it is gone. */
export interface Gateway {
  /** A merchant's message; undefined when nobody is there to take it. */
  receive(json: string): Promise<string> | undefined
  /** It is gone, from one moment to the next. */
  crash(): void
  /** It stops in order, and comes back. */
  stop(): void
  /** Whether it is there, and holds neither a place at the host nor a number. */
  isAtRest(): boolean
}

export interface GatewayParts {
  readonly world: World
  readonly site: Site
  readonly disk: Disk
  readonly host: SimulatedHost
  readonly witness: Witness
  readonly mutant: Mutant
}

export function keepGateway(parts: GatewayParts): Gateway {
  const { time, chance, isCalm } = parts.world
  let current = start()

  function start(): Running {
    return startGateway(parts, () => {
      time.after(20 + chance.below(isCalm() ? 50 : 500), () => {
        current = start()
      })
    })
  }

  return {
    receive: (json) => current.receive(json),
    crash: () => current.life.end('crashes'),
    stop: () => current.stop(),
    isAtRest: () => current.isAtRest(),
  }
}

interface Running {
  readonly life: Life
  receive(json: string): Promise<string> | undefined
  stop(): void
  isAtRest(): boolean
}

/** What has been started, and can be used. */
interface Started {
  readonly receive: Reception
  stop(): Promise<void>
  isAtRest(): boolean
}

function startGateway(parts: GatewayParts, onEnd: () => void): Running {
  const { world, witness } = parts
  let isAlive = true
  let started: Started | undefined
  const life: Life = {
    isAlive: () => isAlive,
    end(why) {
      if (!isAlive) return
      isAlive = false
      world.tell?.(`gateway ${why}`)
      witness.onGone()
      onEnd()
    },
    fail(why) {
      world.tell?.(`gateway ${why}`)
      world.time.after(world.chance.below(20), () => life.end('stops itself'))
    },
  }
  world.tell?.('gateway starts')
  boot(parts, life).then(
    (it) => {
      started = it
    },
    (error: unknown) => {
      witness.onNotStarted(error)
      life.fail('cannot start')
    },
  )
  return {
    life,
    receive: (json) =>
      isAlive ? started?.receive(bytesOf(json), UNWATCHED).then(textOf) : undefined,
    stop() {
      void started?.stop().then(() => life.end('has stopped'))
      if (started !== undefined) world.note('stopped in order')
    },
    isAtRest: () => isAlive && started?.isAtRest() === true,
  }
}

const CONFIG: HostSideConfig = {
  acquirer: { institution: '445566', country: '840' },
  host: {
    profile: '',
    emulated: true,
    connect: [{ address: 'host', port: 1 }],
    connections: 1,
    windowRequests: 2,
    answerWaitMs: 1_000,
    owedRequestsMax: 2,
    owedPollMs: 2_500,
    owedRetryMinMs: 200,
    owedRetryMaxMs: 1_500,
    owedOverdueMs: 4_000,
    answeredKeysMax: 16,
    straysPerMinuteMax: 60,
    connectTimeoutMs: 500,
    frameTimeoutMs: 4_000,
    reconnectDelayMinMs: 50,
    reconnectDelayMaxMs: 800,
  },
  stanLeaseCount: 1,
  dayPollMs: 6_000,
}
/** Nobody counts who comes in. */
const UNWATCHED = { opened() {} }
const REQUESTS = { freshnessMs: 120_000, retryAfterMs: 500 }
const DRAIN_MS = 1_000

/** The real parts, fitted together and started in the order of the real gateway. */
async function boot(parts: GatewayParts, life: Life): Promise<Started> {
  const { world, site, disk, host, witness, mutant } = parts
  const { chance, time } = world
  const { messages, merchant } = site
  const clock = clockOf(time, life)
  const { log } = witness
  const profile = { ...site.profile, mapping: mutant.mapping?.(site.mapping) ?? site.mapping }
  const real = openSimulatedStore({
    world,
    acts: mutant.acts?.(disk) ?? disk.acts,
    life,
    ears: witness,
    ignoresFailedSync: mutant.ignoresFailedSync ?? false,
  })
  const store = mutant.store?.(real) ?? real
  const nowMs = clock.nowMs()
  const recovery = await store.recover(nowMs, nowMs - profile.link.lateAnswerMaxMs)
  witness.onRecovered(recovery)
  const random = {
    bytes: (count: number) => new Uint8Array(count),
    integer: (from: number, below: number) => from + chance.below(below - from),
  }
  const hostSide = await openHostSide(configOf(world), {
    clock,
    log,
    random,
    dial: () => dialLine({ world, life, link: profile.link, host }).connection,
    store: { ...store, isInCharge: () => true },
    keyring: { vault: mutant.vault ?? cheapVault },
    hostKeys: undefined,
    profile,
    recovery,
    merchants: { find: (id) => (id === merchant.id ? merchant : undefined) },
    journal: journalPort(store, () => life.fail('has lost an outcome')),
    started: new AsyncDisposableStack(),
  })
  const { conduct } = hostSide
  let isDraining = false
  const dispatch = createDispatch({
    ...conduct,
    random,
    // Its merchants have no tabs.
    tabs: { charged() {}, wake() {} },
    turns: { take: () => ({ kind: 'taken', end() {} }) },
    messages,
    limits: REQUESTS,
    pins: { translate: async () => ({ kind: 'not-taken' }) },
    sandboxPans: new Set(),
    draining: () => isDraining,
  })
  mutant.atStart?.(conduct)
  const { retryAfterMs } = REQUESTS
  return {
    receive: createReception({
      envelopes: openEnvelopes(merchant.id),
      dispatch,
      log,
      retryAfterMs,
    }),
    stop() {
      isDraining = true
      return hostSide.drain(DRAIN_MS)
    },
    isAtRest: () => hostSide.link.counters().requestsOpen + conduct.stans.openCount() === 0,
  }
}

function configOf({ scenario }: World): HostSideConfig {
  const { connections, windowRequests, stanLeaseCount } = scenario
  return { ...CONFIG, stanLeaseCount, host: { ...CONFIG.host, connections, windowRequests } }
}

/** Envelopes without any cryptography: everybody is who they say. */
function openEnvelopes(merchant: string): Envelopes {
  return {
    async open(token) {
      return { kind: 'opened', merchant, json: textOf(token), reply: NO_SEAL }
    },
    async seal(_reply, json) {
      return bytesOf(json)
    },
    discard() {},
  }
}

const NO_SEAL = {}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
