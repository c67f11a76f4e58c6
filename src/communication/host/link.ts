import type { Dialect } from '#iso8583'
import type { Clock, Log, Random } from '#platform'
import { bind, type Endpoint } from '../bind.ts'
import { atMost } from '../deadline.ts'
import { startSweep } from '../sweep.ts'
import type { BackoffBounds } from './backoff.ts'
import {
  type AdoptSocket,
  createHostServer,
  type Dial,
  type DiallingParts,
  type HostWay,
  keepDialling,
} from './dialling.ts'
import type { ExchangeCounters } from './exchange-counters.ts'
import { type ExchangeLimits, Exchanges, type Stray } from './exchanges.ts'
import type { LineCounters } from './line.ts'
import { createHostLines, type HostLines } from './lines.ts'
import { type LinkProfile, LinkProfileError } from './link-profile.ts'
import { type Authentication, createAuthentication } from './macs/authentication.ts'
import type { KeyHolder } from './macs/key-holder.ts'
import type { Reservation } from './reservation.ts'

export interface HostLinkLimits extends ExchangeLimits, BackoffBounds {
  /** TCP, and TLS where it is used. */
  readonly connectTimeoutMs: number
  /** From the first byte of a frame of the host to its last. */
  readonly frameTimeoutMs: number
}

export interface HostLinkOptions {
  readonly dialect: Dialect
  readonly profile: LinkProfile
  readonly way: HostWay
  /** Where the host's keys are, of a host that wants MACs. */
  readonly keys?: KeyHolder
  readonly limits: HostLinkLimits
  readonly dial?: Dial
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /**
   * An answer that belongs to no request that waits: late, unknown, or the second to one request;
   * or one whose MAC is wrong.
   */
  onStray(stray: Stray): void
  /** The host announced its next settlement date, as its dialect writes dates. */
  onCutover(settlementDate: string): void
}

/** The way to the core host: lines that come, sign on, go and come back. */
export interface HostLink {
  /**
   * A place in the window, for one request: whoever has one will be sent, or told that it was not.
   */
  reserve(): Reservation
  /** The same for one message that the host is owed, in a window of its own. */
  reserveOwed(): Reservation
  /** Resolves to whether a line is signed on, as soon as one is or `deadlineMs` from now. */
  untilReady(deadlineMs: number): Promise<boolean>
  /** The port that the host may dial; undefined when we dial. */
  readonly port: number | undefined
  /** Begin nothing new, wait for what is open, sign off, hang up; `deadlineMs` from now, cut. */
  drain(deadlineMs: number): Promise<void>
  /** Cut all lines now. What is in flight ends as unknown. */
  close(): void
  counters(): HostLinkCounters
}

/** Since the start, but for the last four, which are now. */
export interface HostLinkCounters extends ExchangeCounters, LineCounters {
  linesEnded: number
  /** Attempts to reach the host that came to nothing. */
  dialsFailed: number
  /** MACs of the host that were wrong, or not there. */
  macsWrong: number
  keysChanged: number
  linesOpen: number
  linesReady: number
  requestsOpen: number
  keysResting: number
}

/**
 * Open the link to a host. The link keeps dialling, or listening, until it is drained or closed; it
 * is open when it has begun to, not when the host has answered.
 *
 * @throws LinkProfileError when the limits ask for more than the host's trace numbers allow
 * @throws the system's error when the port to listen on cannot be had
 * @see specs/decisions/0004-host-link-matching.md
 */
export async function openHostLink(options: HostLinkOptions): Promise<HostLink> {
  checkCapacity(options)
  const { clock, limits, profile, log } = options
  const authentication = createAuthentication(options.keys, {
    ...options,
    onKeyed: () => lines.noteKeys(),
    onDistrusted: () => void lines.signOffAll(),
  })
  const exchanges = new Exchanges({ ...options, authentication })
  let dialsFailed = 0

  const lines = createHostLines({
    ...options,
    authentication,
    frameTimeoutMs: limits.frameTimeoutMs,
    exchange: (line, message) => exchanges.askOn(line, message),
    onAnswer: (heard) => exchanges.hear(heard),
    onUnreadable: (bytes) => exchanges.hearUnreadable(bytes),
    onReadiness: (line) => exchanges.noteReadiness(line),
    onEnd(line, why) {
      exchanges.noteEnd(line, why)
      if (line.wasReady && !exchanges.isClosing()) log.warn('host-line-lost', { why })
    },
  })

  function onDialFailed({ address, port }: Endpoint): void {
    dialsFailed += 1
    log.warn('host-dial-failed', { address, port })
  }

  const supply = await openSupply({ ...options, onDialFailed }, lines.adopt)
  const sweptMs = [limits.frameTimeoutMs, profile.echoIdleMs]
  const stopSweep = startSweep(clock, sweptMs, lines.sweep)

  function beginNoMore(): void {
    supply.stop()
    exchanges.beginNoMore()
  }

  function close(): void {
    beginNoMore()
    stopSweep()
    lines.destroyAll()
  }

  return {
    port: supply.port,
    reserve: () => exchanges.reserve(),
    reserveOwed: () => exchanges.reserveOwed(),
    async untilReady(deadlineMs) {
      if (!exchanges.isUp()) await atMost(clock, deadlineMs, lines.nextReady())
      return exchanges.isUp()
    },
    async drain(deadlineMs) {
      const untilMs = clock.elapsedMs() + deadlineMs
      beginNoMore()
      await atMost(clock, deadlineMs, exchanges.settled())
      await atMost(clock, Math.max(0, untilMs - clock.elapsedMs()), lines.signOffAll())
      close()
    },
    close,
    counters: () => countersOf({ exchanges, lines, authentication, dialsFailed }),
  }
}

interface Counted {
  readonly exchanges: Exchanges
  readonly lines: HostLines
  readonly authentication: Authentication
  readonly dialsFailed: number
}

function countersOf({ exchanges, lines, authentication, dialsFailed }: Counted): HostLinkCounters {
  return {
    ...exchanges.counters,
    ...lines.counters,
    dialsFailed,
    macsWrong: authentication.wrongCount(),
    keysChanged: authentication.changes?.count ?? 0,
    linesOpen: lines.openCount(),
    linesReady: lines.readyCount(),
    requestsOpen: exchanges.openCount(),
    keysResting: exchanges.restingCount(),
  }
}

function checkCapacity({ profile, limits }: HostLinkOptions): void {
  const { requestsOpenMax } = profile.capacity
  if (limits.windowRequests + limits.owedRequestsMax <= requestsOpenMax) return
  const reason = `and owedRequestsMax must together be ${requestsOpenMax} at most for this host`
  throw new LinkProfileError([{ path: ['windowRequests'], reason }])
}

/** Where connections come from. */
interface Supply {
  readonly port: number | undefined
  stop(): void
}

async function openSupply(
  options: HostLinkOptions & DiallingParts,
  adopt: AdoptSocket,
): Promise<Supply> {
  const { way } = options
  if (way.kind === 'connect') return { port: undefined, stop: keepDialling(way, options, adopt) }
  const server = createHostServer(way, options.limits.connectTimeoutMs, adopt)
  return { port: await bind(server, way), stop: () => server.close() }
}
