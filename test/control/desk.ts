import { createHmac } from 'node:crypto'
import { createTurnedAway } from '#admission'
import {
  type CardStore,
  createDispatch,
  createTurns,
  type DayStore,
  type Forwarding,
  type ForwardingLimits,
  type ForwardingParts,
  type HostReply,
  type OwedStore,
  openStans,
  type Parts,
  type PaymentStore,
  type Reservation,
  startForwarding,
  startTabKeeper,
  type TabKeeper,
  type TabStore,
} from '#control'
import type { Merchant, Tab } from '#domain'
import type { FieldValue, Message } from '#iso8583'
import { createSystemRandom, silentLog } from '#platform'
import { type MemoryStore, openMemoryStore } from '#store'
import { createFakeClock, type FakeClock } from '../fakes/clock.ts'
import { bareSale, host as hostFacts, mapping, merchant, messages } from '../processing/meridian.ts'

/** What the scripted host does with a message: answer it, or end the exchange otherwise. */
export type HostScript = (sent: Message, index: number) => HostReply | Promise<HostReply>

/**
 * The real control on real acts in memory, with a scripted host and a clock that moves when told.
 */
export interface Desk {
  readonly clock: FakeClock
  readonly parts: Parts
  /** Places in the host's window that nobody has given back. */
  placesHeld(): number
  /** Host messages that left, in order. */
  readonly asked: readonly Message[]
  /** Messages that were put to the host in a place for what is owed, in order. */
  readonly forwarded: readonly Message[]
  /** Begin to send what is owed, as the gateway does. */
  forward(limits?: Partial<ForwardingLimits>, instead?: Partial<ForwardingParts>): Forwarding
  /** Begin to post tabs that are due, and to have more held for them, as the gateway does. */
  keepTabs(): TabKeeper
  /** Answers that were kept as evidence, with the element that was wrong. */
  readonly kept: readonly { readonly answer: Message; readonly path: string }[]
  /** Send a request and hear the answer. */
  tell(body: object, from?: string): Promise<Record<string, unknown>>
}

export interface DeskOptions {
  readonly script?: HostScript
  /** What the host does with what it is owed; acknowledges it unless told otherwise. */
  readonly owedScript?: HostScript
  readonly parts?: Partial<Parts>
  /** What is to stand in for acts of the real store. */
  readonly store?: (real: DeskStore) => Partial<DeskStore>
  readonly merchant?: Merchant
  /** What it is kept in; a store of its own when absent. */
  readonly memory?: MemoryStore
}

export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const clock = createFakeClock(Date.UTC(2026, 10, 22, 10))
  const asked: Message[] = []
  const forwarded: Message[] = []
  let placesHeld = 0
  const kept: { answer: Message; path: string }[] = []
  const memory = asStore(options.memory ?? openMemoryStore())
  const store = { ...memory, ...options.store?.(memory) }
  const known = options.merchant ?? merchant

  function placeFor(script: HostScript, heard: Message[]): Reservation {
    placesHeld += 1
    let held = true
    const leave = () => {
      if (held) placesHeld -= 1
      held = false
    }
    return {
      kind: 'reserved',
      async ask(message) {
        heard.push(message)
        const reply = await script(message, heard.length - 1)
        leave()
        return reply
      },
      release: leave,
    }
  }

  const host = {
    reserve: () => placeFor(options.script ?? approve, asked),
    reserveOwed: () => placeFor(options.owedScript ?? acknowledge, forwarded),
  }
  let forwarding: Forwarding | undefined
  const parts: Parts = {
    clock,
    random: createSystemRandom(),
    store,
    host,
    evidence: { keep: (answer, { path }) => kept.push({ answer, path }) },
    hostFacts,
    day: { date: () => hostFacts.secondAt(clock.nowMs()).businessDate },
    forwarding: { wake: () => forwarding?.wake() },
    messages,
    mapping,
    vault,
    stans: await openStans(
      'meridian',
      { store, clock },
      { leaseCount: 100, lateAnswerMaxMs: 60_000, resting: [] },
    ),
    turns: createTurns({
      requestsInFlightMax: 1_000,
      retry: { leastMs: 1_000, mostMs: 30_000 },
      turnedAway: createTurnedAway({ clock, log: silentLog, event: 'requests-turned-away' }),
      clock,
    }),
    merchants: { find: (id) => (id === known.id ? known : undefined) },
    limits: { freshnessMs: 120_000, retryAfterMs: 1_000 },
    pins: { translate: async () => ({ kind: 'not-taken' }) },
    sandboxPans: new Set(),
    draining: () => false,
    ...options.parts,
  }
  let keeper: TabKeeper | undefined
  const tabs = {
    charged: (tab: Tab) => keeper?.charged(tab),
    wake: () => keeper?.wake(),
  }
  const dispatch = createDispatch({ ...parts, tabs })
  return {
    clock,
    parts,
    placesHeld: () => placesHeld,
    asked,
    forwarded,
    forward(limits = {}, instead = {}) {
      forwarding = startForwarding(
        { ...parts, store, host, log: silentLog, ...instead },
        { ...FORWARDING, ...limits },
      )
      return forwarding
    },
    keepTabs() {
      const limits = { pollMs: 1_000, takenMax: 2, leaseMs: 30_000, increasingMax: 2 }
      keeper = startTabKeeper(parts, { log: silentLog, ...limits })
      return keeper
    },
    kept,
    tell: async (body, from = known.id) => JSON.parse(await dispatch(from, JSON.stringify(body))),
  }
}

/** Let everything that is under way come to its next wait. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export async function pass(desk: Desk, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    desk.clock.advance(1_000)
    await settle()
  }
}

export function sale(id: string, change: object = {}): object {
  return { ...bareSale, id, ...change }
}

/** An answer that echoes what it must, with the elements of an approval unless told otherwise. */
export function answerTo(
  sent: Message,
  change: Record<string, FieldValue | undefined> = {},
): HostReply {
  const fields: Record<string, FieldValue> = {}
  const answer = { ...echoOf(sent), 39: '00', 38: 'A1B2C3', 15: '1122', ...change }
  for (const [number, value] of Object.entries(answer)) {
    if (value !== undefined) fields[number] = value
  }
  return { kind: 'answered', message: { mti: `${sent.mti.slice(0, 2)}10`, fields } }
}

/** The acknowledgement of a reversal or a capture, as meridian gives it. */
export function acknowledgementOf(
  sent: Message,
  change: Record<string, string | undefined> = {},
): HostReply {
  const isCapture = sent.mti.startsWith('02')
  const echo = Object.entries(echoOf(sent)).filter(
    ([number]) => isCapture || !['12', '13'].includes(number),
  )
  const fields: Record<string, FieldValue> = {}
  for (const [number, value] of Object.entries({
    ...Object.fromEntries(echo),
    39: '00',
    ...change,
  }))
    if (value !== undefined) fields[number] = value
  return { kind: 'answered', message: { mti: isCapture ? '0230' : '0430', fields } }
}

/** Small rests, so that a test has few seconds to pass. */
const FORWARDING: ForwardingLimits = {
  parallelMax: 4,
  pollMs: 1_000,
  retryMinMs: 1_000,
  retryMaxMs: 8_000,
  overdueMs: 3_600_000,
  overduePollMs: 1_000,
  lateAnswerMaxMs: 60_000,
  leaseMs: 30_000,
}

const ECHOED = [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49]

function echoOf({ fields }: Message): Record<string, FieldValue | undefined> {
  return Object.fromEntries(ECHOED.map((number) => [number, fields[number]]))
}

const approve: HostScript = (sent) => answerTo(sent)
const acknowledge: HostScript = (sent) => acknowledgementOf(sent)

/**
 * Keyed hashes that are real, and a seal that is none: what is sealed is for the vault's own tests.
 */
const vault: Parts['vault'] = {
  fingerprint: (content) => createHmac('sha256', 'content').update(content).digest(),
  panHash: (pan) => createHmac('sha256', 'pan').update(pan.reveal()).digest(),
  sealImage: (image, about) => Buffer.concat([hashOf(about), image]),
  openImage(sealed, about) {
    if (!hashOf(about).equals(sealed.subarray(0, HASH_BYTES))) throw new Error('sealed otherwise')
    return sealed.subarray(HASH_BYTES)
  },
}

const HASH_BYTES = 32

function hashOf(about: string): Buffer {
  return createHmac('sha256', 'seal').update(about).digest()
}

type DeskStore = PaymentStore & TabStore & CardStore & OwedStore & DayStore

function asStore(memory: MemoryStore): DeskStore {
  return {
    begin: async (intent) => memory.transact(() => memory.begin(intent)),
    conclude: async (merchant, id, outcome) =>
      memory.transact(() => memory.conclude(merchant, id, outcome)),
    find: async (merchant, id) => memory.transact(() => memory.find(merchant, id)),
    leaseStans: async (host, count) => memory.transact(() => memory.leaseStans(host, count)),
    reverse: async (wish) => memory.transact(() => memory.reverse(wish)),
    isReversedUnseen: async (...act) => memory.transact(() => memory.isReversedUnseen(...act)),
    capture: async (wish) => memory.transact(() => memory.capture(wish)),
    registerCard: async (card) => memory.transact(() => memory.registerCard(card)),
    findRegistration: async (...key) => memory.transact(() => memory.findRegistration(...key)),
    findCard: async (...key) => memory.transact(() => memory.findCard(...key)),
    forgetCard: async (wish) => memory.transact(() => memory.forgetCard(wish)),
    takeOwed: async (taking) => memory.transact(() => memory.takeOwed(taking)),
    numberOwed: async (...act) => memory.transact(() => memory.numberOwed(...act)),
    raiseOverdue: async (overdue) => memory.transact(() => memory.raiseOverdue(overdue)),
    endAttempt: async (...act) => memory.transact(() => memory.endAttempt(...act)),
    openDay: async (opening) => memory.transact(() => memory.openDay(opening)),
    openTab: async (opening) => memory.transact(() => memory.openTab(opening)),
    chargeTab: async (wish) => memory.transact(() => memory.chargeTab(wish)),
    postTab: async (wish) => memory.transact(() => memory.postTab(wish)),
    takeDueTabs: async (taking) => memory.transact(() => memory.takeDueTabs(taking)),
    readReceipt: async (wish) => memory.transact(() => memory.readReceipt(wish)),
    refundItem: async (wish) => memory.transact(() => memory.refundItem(wish)),
    closeDays: async (...act) => memory.transact(() => memory.closeDays(...act)),
  }
}
