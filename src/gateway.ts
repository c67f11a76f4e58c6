import { availableParallelism } from 'node:os'
import { createTurnedAway } from '#admission'
import {
  createAdmission,
  type Dial,
  type Listener,
  listenFramedTls,
  listenHttps,
} from '#communication'
import {
  busyRefusal,
  createDispatch,
  createReception,
  createTurns,
  type LiveMerchantRegistry,
  openMerchantRegistry,
  type PinDesk,
  type Reception,
  shareHost,
  startTabKeeper,
  type TabKeeperLimits,
} from '#control'
import type { Merchant } from '#domain'
import { type EnvelopeKeys, openEnvelopes, type RunningEnvelopes } from '#envelope'
import type { Message } from '#iso8583'
import type { Clock, Log, Random } from '#platform'
import type { Messages } from '#processing'
import { type HostKeys, type Keyring, openHostKeys, openKeyring } from '#security'
import { openStore, type Recovery, type Store, type StoreSpace, startInspection } from '#store'
import { type Config, keyringOptionsOf } from './config.ts'
import { readSandboxPans } from './emulated-host.ts'
import { listenerTlsOf, storePlaceOf } from './gateway-files.ts'
import { type HostProfile, readHostProfile, readMessages } from './host-profile.ts'
import { openHostSide } from './host-side.ts'
import { startAnchors } from './journal-anchors.ts'
import { journalPort } from './journal-port.ts'
import { openPinDesk } from './pin-desk.ts'

/** The outside of a gateway, as parameters. */
export interface GatewayParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** How the host is dialled, where that is not by TCP. */
  readonly dial?: Dial
  /**
   * Sees each host message of a payment as it leaves and arrives; for the demonstration and tests.
   */
  readonly onHostMessage?: (direction: 'sent' | 'received', message: Message) => void
}

/** A gateway that runs. */
export interface Gateway {
  readonly framedPort: number
  readonly httpsPort: number
  readonly profile: HostProfile
  /** Resolves when the gateway can no longer be relied on and must be stopped. */
  readonly failed: Promise<Error>
  /** Resolves to whether the host has been signed on to. */
  untilHostReady(deadlineMs: number): Promise<boolean>
  /** Accept nothing new, answer what was read, sign off, commit, let go; then cut what is left. */
  stop(): Promise<void>
}

/**
 * Make the parts, fit them together and start them, in order: profile, keys, store and recovery,
 * envelope, host link, listeners. What was started before a fault is stopped again.
 *
 * @throws ProfileError, KeyringError, StoreError, LinkProfileError, EnvelopeError, or the system's
 *   error when a port cannot be had
 */
export async function openGateway(config: Config, parts: GatewayParts): Promise<Gateway> {
  const started = new AsyncDisposableStack()
  try {
    const gateway = await start(config, parts, started)
    parts.log.info('gateway-started', {
      framedPort: gateway.framedPort,
      httpsPort: gateway.httpsPort,
      environment: config.environment,
    })
    return gateway
  } catch (error) {
    await started.disposeAsync()
    throw error
  }
}

async function start(
  config: Config,
  parts: GatewayParts,
  started: AsyncDisposableStack,
): Promise<Gateway> {
  const { log } = parts
  const failure = Promise.withResolvers<Error>()
  const foundation = await openFoundation(config, { ...parts, started, onFault: failure.resolve })
  const { profile, envelopes } = foundation
  const store = journalPort(foundation.store, (error) => failure.resolve(asError(error)))
  const hostSide = await openHostSide(config, { ...foundation, ...parts, started, journal: store })
  let draining = false
  const sharing = sharingOf(config, parts)
  const conduct = {
    ...hostSide.conduct,
    host: shareHost(hostSide.conduct.host, { ...config.host, ...sharing }),
    turns: createTurns({ ...config.listeners, ...sharing }),
    random: parts.random,
    messages: foundation.messages,
    pins: foundation.pins,
    limits: config.requests,
    sandboxPans: config.environment === 'production' ? readSandboxPans() : new Set<string>(),
    draining: () => draining,
  }
  const tabs = startTabKeeper(conduct, { log, ...tabKeeperLimitsOf(config, profile) })
  started.defer(() => tabs.stop())
  const dispatch = createDispatch({ ...conduct, tabs })
  const { retryAfterMs } = config.requests
  const receive = createReception({ envelopes, dispatch, log, retryAfterMs })
  const { framed, https } = await listen(config, { receive, foundation, started }, parts)
  inspect(config, { ...parts, started, onFault: failure.resolve })

  return {
    framedPort: framed.port,
    httpsPort: https.port,
    profile,
    failed: failure.promise,
    untilHostReady: (deadlineMs) => hostSide.link.untilReady(deadlineMs),
    async stop() {
      log.info('gateway-stopping')
      draining = true
      const untilMs = parts.clock.elapsedMs() + config.drainMs
      await Promise.all([framed.drain(config.drainMs), https.drain(config.drainMs)])
      await tabs.stop()
      await hostSide.drain(Math.max(0, untilMs - parts.clock.elapsedMs()))
      await started.disposeAsync()
      log.info('gateway-stopped', {
        framed: framed.counters(),
        https: https.counters(),
        host: hostSide.link.counters(),
        turnedAway: sharing.turnedAway.count(),
      })
    },
  }
}

/** What the rest stands on: nothing here listens or calls anyone. */
interface Foundation {
  readonly messages: Messages
  readonly profile: HostProfile
  readonly keyring: Keyring
  /** Of a host that wants MACs. */
  readonly hostKeys: HostKeys | undefined
  readonly pins: PinDesk
  readonly store: Store
  readonly recovery: Recovery
  readonly envelopes: RunningEnvelopes
  readonly merchants: LiveMerchantRegistry
}

interface FoundationParts extends GatewayParts {
  readonly started: AsyncDisposableStack
  readonly onFault: (error: Error) => void
}

async function openFoundation(config: Config, parts: FoundationParts): Promise<Foundation> {
  const { clock, random, log, started, onFault } = parts
  const messages = readMessages()
  const profile = readHostProfile(config.host.profile, messages)
  const keyring = await openKeyring(config.keysFolder, keyringOptionsOf(config, random))
  const hostKeys = hostKeysOf(config, profile, random)
  const pins = await openPinDesk(config, { clock, random, log, profile })
  started.defer(() => pins.close())

  const onSpace = tellOfSpace(log)
  const limits = storeLimitsOf(config, profile)
  const place = storePlaceOf(config)
  const store = await openStore(place, { clock, log, limits, onFault, onSpace })
  started.defer(() => store.close())
  const recovery = await recover(store, profile, parts)
  const anchors = await startAnchors({ store, clock, log })
  started.defer(() => anchors.close())

  const envelopes = await openEnvelopes({
    // The registry gives the merchants' keys, now and whenever they change.
    keys: envelopeKeysOf(keyring, []),
    workers: config.envelope.workers || Math.max(1, availableParallelism() - 1),
    limits: envelopeLimitsOf(config),
    clock,
    onLost: onFault,
  })
  started.defer(() => envelopes.close())

  const merchants = await openMerchantRegistry(
    { source: store, clock, log },
    {
      pollMs: config.registryPollMs,
      onChange: (list) => envelopes.replaceKeys(envelopeKeysOf(keyring, list)),
    },
  )
  started.defer(() => merchants.close())
  return { messages, profile, keyring, hostKeys, pins, store, recovery, envelopes, merchants }
}

function hostKeysOf(
  config: Config,
  { name, link }: HostProfile,
  random: Random,
): HostKeys | undefined {
  if (link.mac === undefined) return undefined
  const options = { ...keyringOptionsOf(config, random), host: name, kind: link.mac.key }
  return openHostKeys(config.keysFolder, options)
}

function storeLimitsOf({ store }: Config, { link }: HostProfile) {
  const { postgres, ...limits } = store
  const stanRestMs = link.answerTimeoutMs + link.lateAnswerMaxMs
  return { ...limits, ...postgres?.limits, stanRestMs }
}

/**
 * What an earlier run left begun is unknown now; its trace numbers rest until no answer can come.
 */
async function recover(store: Store, profile: HostProfile, { clock, log }: GatewayParts) {
  const nowMs = clock.nowMs()
  const recovery = await store.recover(nowMs, nowMs - profile.link.lateAnswerMaxMs)
  if (recovery.leftUnknown > 0) log.warn('payments-left-unknown', { count: recovery.leftUnknown })
  return recovery
}

function tellOfSpace(log: Log) {
  return ({ state, freeBytes }: StoreSpace): void => {
    if (state === 'full') log.error('store-disk-full', { freeBytes })
    else if (state === 'short') log.warn('store-disk-short', { freeBytes })
    else log.info('store-disk-ample', { freeBytes })
  }
}

/**
 * Damage in the depths of the journal ends the gateway; nothing of it may be relied on then. A
 * database looks after its own files.
 */
function inspect(config: Config, { clock, log, started, onFault }: FoundationParts): void {
  if (config.store.postgres !== undefined) return
  const inspection = startInspection(config.storeFile, {
    clock,
    onSound: (seen) => log.info('store-inspected', { ...seen }),
    onDamage(error) {
      log.error('store-damaged', { found: error.message })
      onFault(error)
    },
    onFailure: (error) => log.error('store-not-inspected', { error }),
  })
  started.defer(() => inspection.close())
}

function envelopeKeysOf(keyring: Keyring, merchants: readonly Merchant[]): EnvelopeKeys {
  return {
    gateway: keyring.envelopeKeys.map(({ kid, use, privateKeyPem }) => ({
      kid,
      use,
      privateKeyPem: privateKeyPem.reveal(),
    })),
    merchants: merchants.map(({ id, active, answerEncryption, keys }) => ({
      merchant: id,
      active,
      answerEncryption,
      keys,
    })),
  }
}

function envelopeLimitsOf({ envelope }: Config) {
  const { jsonDepthMax, jsonMembersMax, jsonStringUnitsMax, workers: _, ...limits } = envelope
  return {
    ...limits,
    json: {
      depthMax: jsonDepthMax,
      membersMax: jsonMembersMax,
      stringUnitsMax: jsonStringUnitsMax,
    },
  }
}

function tabKeeperLimitsOf({ host }: Config, { link }: HostProfile): TabKeeperLimits {
  return {
    pollMs: host.owedPollMs,
    takenMax: 100,
    leaseMs: link.answerTimeoutMs + 60_000,
    increasingMax: host.owedRequestsMax,
  }
}

/** What all who turn requests of known merchants away have in common. */
function sharingOf({ requests }: Config, { clock, log }: GatewayParts) {
  const event = 'requests-turned-away'
  const turnedAway = createTurnedAway({ clock, log, event })
  return { retry: retryBoundsOf(requests), turnedAway, clock }
}

function retryBoundsOf({ retryAfterMs, retryAfterMaxMs }: Config['requests']) {
  return { leastMs: retryAfterMs, mostMs: retryAfterMaxMs }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('something other than an error was thrown')
}

interface ListenerParts {
  readonly receive: Reception
  readonly foundation: Foundation
  readonly started: AsyncDisposableStack
}

async function listen(
  { listeners, requests }: Config,
  { receive, foundation, started }: ListenerParts,
  { clock, log }: GatewayParts,
): Promise<{ framed: Listener; https: Listener }> {
  const { envelopes } = foundation
  const admission = createAdmission({
    ...listeners,
    lanes: { count: envelopes.threads, of: envelopes.threadOf },
    retry: retryBoundsOf(requests),
    busyAnswer: busyRefusal,
    clock,
    log,
  })
  const tls = listenerTlsOf(listeners)
  const { limits } = listeners
  const discovery = JSON.stringify(foundation.keyring.publicKeys)
  const common = { tls, limits, admission, clock, log }
  const framed = await listenFramedTls({ ...common, ...listeners.framed }, receive)
  started.defer(() => framed.drain(0))
  const https = await listenHttps(
    { ...common, ...listeners.https, discovery: () => discovery },
    receive,
  )
  started.defer(() => https.drain(0))
  return { framed, https }
}
