import type { Parts } from '#control'
import type { Message } from '#iso8583'
import type { KeptPayment, Mapping, OwedWay } from '#processing'
import type { Keyring } from '#security'
import type { SimulatedStore } from './commit-queue.ts'
import type { Acts, Disk } from './disk.ts'
import { cheapVault, unsealed } from './vault.ts'

/** A gateway with one part exchanged for a bad one. Without any, it is the real gateway. */
export interface Mutant {
  /** The acts, inside their transaction. */
  acts?(disk: Disk): Acts
  /** The store, as the gateway waits for it. */
  store?(store: SimulatedStore): SimulatedStore
  /** Takes a commit that failed for one that did not. */
  readonly ignoresFailedSync?: boolean
  mapping?(mapping: Mapping): Mapping
  readonly vault?: Keyring['vault']
  atStart?(parts: Pick<Parts, 'host' | 'clock' | 'stans'>): void
}

/** A mutant, and within how many seeds from the first one it must have been noticed. */
export interface Planted {
  readonly name: string
  readonly seedsMax: number
  readonly mutant: Mutant
}

export const MUTANTS: readonly Planted[] = [
  {
    name: 'the host is asked before begin is on disk',
    seedsMax: 20,
    mutant: {
      store: (store) => ({
        ...store,
        async begin(intent) {
          forget(store.begin(intent))
          return { kind: 'begun' }
        },
      }),
    },
  },
  {
    name: 'the merchant hears before the outcome is on disk',
    seedsMax: 20,
    mutant: {
      store: (store) => ({
        ...store,
        async conclude(...act) {
          forget(store.conclude(...act))
        },
      }),
    },
  },
  {
    name: 'a reversal leaves before its number is on disk',
    seedsMax: 50,
    mutant: {
      store: (store) => ({
        ...store,
        async numberOwed(...act) {
          forget(store.numberOwed(...act))
        },
      }),
    },
  },
  {
    name: 'what was begun before a crash is sent again',
    seedsMax: 100,
    mutant: resendingMutant(),
  },
  {
    name: 'a late answer approves',
    seedsMax: 100,
    mutant: {
      acts: ({ acts, database }) => {
        const approve = database.prepare("UPDATE payments SET state = 'approved' WHERE stan = ?")
        return {
          ...acts,
          journalStray(stray) {
            acts.journalStray(stray)
            const isApproval = stray.kind === 'late' && stray.responseCode === '00'
            if (isApproval && stray.stan !== undefined) approve.run(stray.stan)
          },
        }
      },
    },
  },
  {
    name: 'an unknown outcome owes nothing',
    seedsMax: 50,
    mutant: {
      acts: ({ acts, database }) => {
        const pay = database.prepare('DELETE FROM owed_messages WHERE cause = ?')
        return {
          ...acts,
          conclude(merchant, id, outcome) {
            acts.conclude(merchant, id, outcome)
            if (outcome.state === 'unknown') pay.run(outcome.reason ?? '')
          },
        }
      },
    },
  },
  {
    name: 'recovery owes nothing',
    seedsMax: 100,
    mutant: {
      acts: ({ acts, database }) => {
        const pay = database.prepare("DELETE FROM owed_messages WHERE cause = 'gateway-restarted'")
        return {
          ...acts,
          recover(...act) {
            const recovery = acts.recover(...act)
            pay.run()
            return recovery
          },
        }
      },
    },
  },
  {
    name: 'what is owed is kept in memory alone',
    seedsMax: 200,
    mutant: {
      acts: ({ acts, database }) => {
        const lose = [
          'DELETE FROM work_items',
          'DELETE FROM expectations',
          'DELETE FROM owed_messages',
        ].map((sql) => database.prepare(sql))
        return {
          ...acts,
          recover(...act) {
            for (const each of lose) each.run()
            return acts.recover(...act)
          },
        }
      },
    },
  },
  {
    name: 'a sync that fails is taken for one that did not',
    seedsMax: 300,
    mutant: { ignoresFailedSync: true },
  },
  {
    name: 'original not found is believed at once',
    seedsMax: 300,
    mutant: {
      acts: ({ acts }) => ({
        ...acts,
        endAttempt(seq, end) {
          const isNotFound = end.kind === 'put-off' && end.why === 'original-not-found'
          acts.endAttempt(seq, isNotFound ? { kind: 'not-found', atMs: end.atMs } : end)
        },
      }),
    },
  },
  {
    name: 'a repeated reversal has a number of its own',
    seedsMax: 100,
    mutant: {
      mapping: (mapping) => ({
        ...mapping,
        owed: { ...mapping.owed, reversal: renumbered(mapping.owed.reversal) },
      }),
    },
  },
  {
    name: 'a tombstone is ignored',
    seedsMax: 100,
    mutant: {
      acts: ({ acts, database }) => {
        const dig = database.prepare('DELETE FROM tombstones WHERE merchant = ? AND id = ?')
        return {
          ...acts,
          begin(intent) {
            dig.run(intent.merchant, intent.id)
            return acts.begin(intent)
          },
        }
      },
    },
  },
  {
    name: 'silence is taken for a refusal',
    seedsMax: 100,
    mutant: {
      acts: ({ acts }) => ({
        ...acts,
        conclude(merchant, id, outcome) {
          const isSilence = outcome.reason === 'host-silent'
          acts.conclude(merchant, id, isSilence ? { ...outcome, state: 'declined' } : outcome)
        },
      }),
    },
  },
  {
    name: 'a capture owes nothing',
    seedsMax: 100,
    mutant: {
      acts: ({ acts, database }) => {
        const pay = database.prepare("DELETE FROM owed_messages WHERE kind = 'advice'")
        return {
          ...acts,
          capture(wish) {
            const result = acts.capture(wish)
            pay.run()
            return result
          },
        }
      },
    },
  },
  {
    name: 'a capture takes another amount than it says',
    seedsMax: 100,
    mutant: { mapping: (mapping) => ({ ...mapping, owed: takingOther(mapping.owed) }) },
  },
  {
    name: 'a later capture with another amount counts',
    seedsMax: 300,
    mutant: {
      acts: ({ acts, database }) => {
        const change = database.prepare(
          `UPDATE captures SET captured_minor = ? WHERE payment =
             (SELECT seq FROM payments WHERE merchant = ? AND id = ?)`,
        )
        return {
          ...acts,
          capture(wish) {
            const { merchant, id, amount } = wish
            if (amount !== undefined) change.run(Number(amount.minor), merchant, id)
            return acts.capture(wish)
          },
        }
      },
    },
  },
  {
    name: 'what is being captured is reversed all the same',
    seedsMax: 300,
    mutant: {
      acts: ({ acts, database }) => {
        const free = database.prepare(
          `UPDATE payments SET state = 'captured'
           WHERE merchant = ? AND id = ? AND state = 'capturing'`,
        )
        return {
          ...acts,
          reverse(wish) {
            free.run(wish.merchant, wish.id)
            return acts.reverse(wish)
          },
        }
      },
    },
  },
  {
    name: 'increments are not let go with their authorization',
    seedsMax: 1_000,
    mutant: {
      acts: ({ acts, database }) => {
        const set = database.prepare(
          `UPDATE payments SET state = ? WHERE merchant = ? AND original_id = ?
             AND operation = 'payment.increment' AND state = ?`,
        )
        return {
          ...acts,
          reverse(wish) {
            set.run('declined', wish.merchant, wish.id, 'approved')
            const result = acts.reverse(wish)
            set.run('approved', wish.merchant, wish.id, 'declined')
            return result
          },
        }
      },
    },
  },
  {
    name: 'numbers in doubt do not rest',
    seedsMax: 1_000,
    mutant: {
      atStart: ({ stans }) => Object.assign(stans, { rest: stans.release }),
    },
  },
  {
    name: 'numbers stay in hand after their exchange has ended',
    seedsMax: 50,
    mutant: {
      atStart: ({ stans }) => Object.assign(stans, { release() {} }),
    },
  },
  {
    name: 'places at the host are not given back',
    seedsMax: 50,
    mutant: {
      atStart: ({ host }) => Object.assign(host, keepingPlaces(host)),
    },
  },
  {
    name: 'a day that is over stays open',
    seedsMax: 100,
    mutant: {
      acts: ({ acts }) => ({ ...acts, closeDays: () => 1 }),
    },
  },
  {
    name: 'the image of a message is kept in clear',
    seedsMax: 10,
    mutant: {
      vault: {
        ...cheapVault,
        sealImage: (image) => image,
        openImage: (image) => Buffer.from(image),
      },
    },
  },
  {
    name: 'the code of a card is kept, sealed',
    seedsMax: 10,
    mutant: {
      mapping: (mapping) => ({
        ...mapping,
        storedImage: (message) => Buffer.from(JSON.stringify(message)),
      }),
    },
  },
]

/** A repeat says another moment than the first attempt did. */
function renumbered(way: OwedWay): OwedWay {
  return {
    ...way,
    write(payment, merchant, exchange) {
      const [date, time] = [exchange.transmittedAt.slice(0, 4), '000001']
      const transmittedAt = payment.isRepeat ? date + time : exchange.transmittedAt
      return way.write(payment, merchant, { ...exchange, transmittedAt })
    },
  }
}

/** An advice takes a unit less, or of a single one a unit more, than is to be taken. */
function takingOther({ advice, ...others }: Mapping['owed']): Mapping['owed'] {
  if (advice === undefined) return others
  return {
    ...others,
    advice: {
      ...advice,
      write: ({ capture, ...payment }, ...more) =>
        advice.write({ ...payment, ...(capture ? { capture: otherThan(capture) } : {}) }, ...more),
    },
  }
}

type CaptureGiven = NonNullable<KeptPayment['capture']>

function otherThan({ amountMinor, extent }: CaptureGiven): CaptureGiven {
  return { amountMinor: amountMinor > 1n ? amountMinor - 1n : 2n, extent }
}

/** A place in which nothing was asked is not free again. */
function keepingPlaces({ reserve }: Parts['host']): Pick<Parts['host'], 'reserve'> {
  return {
    reserve(merchant) {
      const place = reserve(merchant)
      return place.kind === 'reserved' ? { ...place, release() {} } : place
    },
  }
}

function forget(act: Promise<unknown>): void {
  act.catch(() => {})
}

function resendingMutant(): Mutant {
  let begun: readonly Message[] = []
  return {
    acts: ({ acts, database }) => {
      const select = database.prepare("SELECT sealed_image FROM payments WHERE state = 'begun'")
      return {
        ...acts,
        recover(...act) {
          begun = select.all().map((row) => {
            return JSON.parse(Buffer.from(unsealed(row.sealed_image as Uint8Array)).toString())
          })
          return acts.recover(...act)
        },
      }
    },
    atStart({ host, clock }) {
      clock.after(200, () => {
        for (const message of begun) {
          const place = host.reserve('')
          if (place.kind === 'reserved') forget(place.ask(message))
        }
      })
    },
  }
}
