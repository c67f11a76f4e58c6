import {
  type FollowUpRequest,
  incrementDueMinor,
  isFull,
  type JsonObject,
  Secret,
  type Tab,
} from '#domain'
import type { Log } from '#platform'
import { momentText } from '#processing'
import { createComplaint } from '../complaint.ts'
import { followUp } from '../follow-up.ts'
import type { Parts } from '../parts.ts'
import { startWatch } from '../watch.ts'

/** Bounds on how tabs are kept. */
export interface TabKeeperLimits {
  /** How often it is asked whether a tab is due to be posted. */
  readonly pollMs: number
  /** Tabs that one look takes. */
  readonly takenMax: number
  /** How long whoever takes a tab has it. */
  readonly leaseMs: number
  /** Tabs whose hold is being increased at once. */
  readonly increasingMax: number
}

/** Posts tabs that are due, and has more held for those that run out (specs/engine.md, "Tabs"). */
export interface TabKeeper {
  /** A tab stands like this now: it may be due to be posted, or to have its hold increased. */
  charged(tab: Tab): void
  /** A tab may be due: look now. */
  wake(): void
  /** Begin nothing more. Resolves when what was begun has ended. */
  stop(): Promise<void>
}

/** Keep tabs, now and for as long as the gateway runs. */
export function startTabKeeper(
  parts: Parts,
  { log, ...limits }: TabKeeperLimits & { readonly log: Log },
): TabKeeper {
  const increases = createIncreases(parts, limits.increasingMax)
  const watch = startWatch({
    clock: parts.clock,
    pollMs: limits.pollMs,
    complaint: createComplaint(log, 'tabs-not-posted'),
    look: async () => (await postDue(parts, limits)) === limits.takenMax,
  })
  let isStopped = false

  return {
    charged(tab) {
      if (isStopped || tab.state !== 'open') return
      if (isFull(tab)) watch.wake()
      else increases.consider(tab)
    },
    wake: watch.wake,
    async stop() {
      isStopped = true
      await watch.stop()
      await increases.ended()
    },
  }
}

/**
 * Take what is due and post each; one that cannot be posted yet is due again after the lease.
 *
 * @returns how many were taken
 */
async function postDue(parts: Parts, limits: TabKeeperLimits): Promise<number> {
  const { store, clock, day, hostFacts, forwarding } = parts
  const { takenMax: countMax, leaseMs } = limits
  const nowMs = clock.nowMs()
  const openDate = day.date()
  const leaseUntilMs = nowMs + leaseMs
  const due = await store.takeDueTabs({
    ...{ host: hostFacts.name, openDate, nowMs, leaseUntilMs, countMax },
  })
  for (const key of due) {
    const wish = { ...key, isAsked: false, openDate, atMs: clock.nowMs() }
    if ((await store.postTab(wish)).kind === 'closed') forwarding.wake()
  }
  return due.length
}

/**
 * Has more held for tabs, one increment of each at a time.
 *
 * Its id says how much was held before, so however often an increment is thought of, by whichever
 * gateway and after whatever crash, it is one payment; and after one that the host did not approve
 * there is none from there on.
 */
function createIncreases(parts: Parts, increasingMax: number) {
  const underWay = new Map<number, Promise<void>>()
  const answered = new Map<number, bigint>()

  async function increase(tab: Tab, minor: bigint): Promise<void> {
    const merchant = parts.merchants.find(tab.merchant)
    if (merchant === undefined) return
    const conducted = await followUp(incrementOf(tab, minor, parts), merchant, parts)
    if (conducted.kind === 'payment') remember(tab)
  }

  /** What has its answer is not asked again; what has been forgotten gets the same one. */
  function remember({ number, heldMinor }: Tab): void {
    const [oldest] = answered.keys()
    if (answered.size >= ANSWERED_MAX && oldest !== undefined) answered.delete(oldest)
    answered.set(number, heldMinor)
  }

  return {
    consider(tab: Tab): void {
      const minor = incrementDueMinor(tab)
      if (minor === 0n || answered.get(tab.number) === tab.heldMinor) return
      if (underWay.has(tab.number) || underWay.size >= increasingMax) return
      const ended = increase(tab, minor)
        // Whatever it is, the next charge thinks of it again.
        .catch(() => {})
        .finally(() => underWay.delete(tab.number))
      underWay.set(tab.number, ended)
    },
    async ended(): Promise<void> {
      await Promise.all(underWay.values())
    },
  }
}

const ANSWERED_MAX = 10_000

function incrementOf(tab: Tab, minor: bigint, { clock }: Parts): FollowUpRequest {
  const operation = 'payment.increment'
  const { merchant, payment, currency, number, heldMinor } = tab
  const id = `tab:${number}:${heldMinor}`
  const sentAtMs = clock.nowMs()
  const amount = { value: minor.toString(), currency: currency.code }
  const time = momentText(sentAtMs)
  const body = new Secret<JsonObject>({ type: operation, id, merchant, time, payment, amount })
  return { operation, merchant, id, sentAtMs, payment, amount: { minor, currency }, body }
}
