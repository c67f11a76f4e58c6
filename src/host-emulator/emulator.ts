import type { Dialect, FrameHeader } from '#iso8583'
import type { Clock, Log } from '#platform'
import { type Book, openBook } from './book.ts'
import { dateOf } from './calendar.ts'
import type { Sandbox } from './cards.ts'
import type { Conduct } from './conduct/conduct.ts'
import { type CoreHost, type CoreHostCounts, createCoreHost } from './core-host.ts'
import { createDesk } from './desk.ts'
import type { FaultRule } from './faults.ts'
import { createLine, type Line } from './line.ts'
import { createHostMacs, type HostMacs } from './macs/host-macs.ts'
import type { AskedBesides, NetworkVerdict } from './network-asks.ts'
import { createPinCheck } from './pin.ts'
import { openWire, type WireOptions } from './wire.ts'

export interface HostEmulatorOptions {
  readonly dialect: Dialect
  readonly header: FrameHeader
  readonly conduct: Conduct
  readonly cards: Sandbox
  readonly script?: readonly FaultRule[]
  /** SQLite file that the books are kept in. */
  readonly bookFile: string
  readonly wire: WireOptions
  readonly clock: Clock
  readonly log: Log
  /** Minute of the UTC day at which the business date moves on by itself, 0 to 1439. */
  readonly cutoverMinute?: number
  /** How long a working key is used before the host brings another, where it brings keys. */
  readonly keyLifeMs?: number
  readonly limits?: Partial<HostEmulatorLimits>
}

export interface HostEmulatorLimits {
  readonly frameBytesMax: number
  readonly holdMs: number
  /** How long a gateway may take to answer a network request. */
  readonly networkAnswerTimeoutMs: number
}

const LIMITS: HostEmulatorLimits = {
  frameBytesMax: 4096,
  holdMs: 7 * 86_400_000,
  networkAnswerTimeoutMs: 15_000,
}

export interface HostEmulatorCounters extends CoreHostCounts {
  /** Connections open now. */
  readonly connections: number
  readonly messages: number
  /** Messages without a MAC that fits where there must be one; requests among them were refused. */
  readonly macsWrong: number
  /** Messages that the dialect cannot read; none of them was answered. */
  readonly unreadable: number
  /** Messages of the host's own that its dialect has no room for: its conduct does not fit. */
  readonly unwritable: number
  /** Connections closed because their bytes could not be cut into frames. */
  readonly unframed: number
}

/** A running host. */
export interface HostEmulator {
  /** The port listened on, or called. */
  readonly port: number
  readonly businessDate: string
  counters(): HostEmulatorCounters
  /**
   * Ask for this network function on every connection that is signed on. @returns what each
   * answered.
   */
  announce(networkCode: string): Promise<readonly NetworkVerdict[]>
  /**
   * Bring a new key over a connection that is signed on. @returns what was answered; undefined when
   * there is none, or when this host brings no keys.
   */
  changeKey(): Promise<NetworkVerdict | undefined>
  /** Begin the next business day and announce it. */
  cutOver(): Promise<readonly NetworkVerdict[]>
  close(): Promise<void>
}

/**
 * Start an emulated core host.
 *
 * Whatever it answers is in its book's file by then, so a kill of the process loses nothing that a
 * gateway was told.
 */
export async function startHostEmulator(options: HostEmulatorOptions): Promise<HostEmulator> {
  const limits = { ...LIMITS, ...options.limits }
  const { book, host, macs } = openHost(options, limits.holdMs)
  const { network } = options.conduct
  const desk = createDesk({ ...options, ...limits, book, host, macs, network })
  const lines = new Set<Line>()

  const wire = await openWire(options.wire, options.clock, (socket) => {
    const line = createLine(
      socket,
      { header: options.header, frameBytesMax: limits.frameBytesMax },
      {
        onMessage: (bytes, tpdu) => desk.take(line, bytes, tpdu),
        onUnframed: () => desk.unframed(),
        onClose: () => void lines.delete(line),
      },
    )
    lines.add(line)
  }).catch((fault) => {
    book.close()
    throw fault
  })

  const signedOn = (): Line[] => [...lines].filter((it) => it.session.signedOn && it.open)
  const announce = (networkCode: string, besides?: AskedBesides): Promise<NetworkVerdict[]> =>
    Promise.all(signedOn().map((line) => desk.ask(line, networkCode, besides)))
  const changeKey = async (): Promise<NetworkVerdict | undefined> => {
    const [line] = signedOn()
    return line && desk.changeKey(line)
  }
  const cutOver = (): Promise<NetworkVerdict[]> => {
    const businessDate = host.cutOver()
    book.commit()
    return announce(network.functions.cutover, { settlementDate: businessDate })
  }
  const cancelCutovers = scheduleCutovers(options, () => void cutOver())
  const cancelChanges = scheduleChanges(options, () => void changeKey())

  return {
    port: wire.port,
    get businessDate() {
      return book.businessDate
    },
    counters: () => ({ ...host.counts, ...desk.counts, connections: lines.size }),
    announce: (networkCode) => announce(networkCode),
    changeKey,
    cutOver,
    async close() {
      cancelCutovers()
      cancelChanges()
      desk.close()
      await wire.close()
      book.close()
    },
  }
}

interface OpenedHost {
  readonly book: Book
  readonly host: CoreHost
  readonly macs: HostMacs | undefined
}

function openHost(options: HostEmulatorOptions, holdMs: number): OpenedHost {
  const { clock, bookFile, conduct, script = [] } = options
  const { cards, pinKey } = options.cards
  const pinCheck = pinKey && createPinCheck(pinKey)
  const book = openBook(bookFile, {
    cards,
    businessDate: dateOf(clock.nowMs()),
    ...(conduct.accountCurrency === undefined ? {} : { currency: conduct.accountCurrency }),
    ...(pinCheck ? { pinHash: pinCheck.hash } : {}),
  })
  const macs = openMacs(options, book)
  const counter = {
    book,
    clock,
    conduct,
    cardFaults: new Map(cards.flatMap(({ pan, fault }) => (fault ? [[pan, fault]] : []))),
    script,
    holdMs,
    ...(pinCheck ? { pinCheck } : {}),
  }
  return { book, host: createCoreHost(counter, macs), macs }
}

function openMacs(
  { conduct, cards, dialect, clock }: HostEmulatorOptions,
  book: Book,
): HostMacs | undefined {
  const { mac: document, network } = conduct
  if (document === undefined) return undefined
  const { keyEncryptingKey } = cards
  if (keyEncryptingKey === undefined) throw new TypeError('the cards were read for another host')
  return createHostMacs({ document, network, dialect, keyEncryptingKey, book, clock })
}

const DAY_MS = 86_400_000

function scheduleCutovers(
  { clock, cutoverMinute }: HostEmulatorOptions,
  cutOver: () => void,
): () => void {
  if (cutoverMinute === undefined) return () => {}
  const untilNext = (): number => {
    const ahead = cutoverMinute * 60_000 - (clock.nowMs() % DAY_MS)
    return ahead > 0 ? ahead : ahead + DAY_MS
  }
  let cancel = (): void => {}
  const wait = (): void => {
    cancel = clock.after(untilNext(), () => {
      cutOver()
      wait()
    })
  }
  wait()
  return () => cancel()
}

function scheduleChanges(
  { clock, keyLifeMs }: HostEmulatorOptions,
  changeKey: () => void,
): () => void {
  if (keyLifeMs === undefined) return () => {}
  let cancel = (): void => {}
  const wait = (): void => {
    cancel = clock.after(keyLifeMs, () => {
      changeKey()
      wait()
    })
  }
  wait()
  return () => cancel()
}
