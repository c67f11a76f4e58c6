import { STAN_MAX } from '#domain'
import type { StanLease } from '#store'
import type { Case, Cases } from './cases.ts'
import type { Site } from './site.ts'
import type { World } from './world.ts'

/** Follows the trace numbers of payments: none may go onto the line while its last use is open. */
export interface Numbers {
  onLeased(lease: StanLease): void
  onLeft(of: Case): void
  isTaken(of: Case): boolean
  /** The gateway is gone, and with it what was left of its leases. */
  onGone(): void
}

export function watchNumbers(world: World, cases: Cases, link: Site['link']): Numbers {
  let last = 0
  let lease: StanLease = { first: 1, count: 0 }
  /** Numbers of leases that an earlier exchange still had when they were taken. */
  let heldThen: readonly Case[] = []

  /** The host may still answer it. */
  function isOpen(of: Case): boolean {
    const isLate = world.time.elapsedMs() >= of.leftMs + link.lateAnswerMaxMs
    return of.hasLeft && !of.isAnswered && !isLate
  }

  /** Where in the latest lease a number is; behind its end, when it is not in it. */
  function placeIn(stan: number): number {
    return (stan - lease.first + STAN_MAX) % STAN_MAX
  }

  function isInLease(stan: number): boolean {
    return placeIn(stan) < lease.count
  }

  return {
    onLeased(taken) {
      lease = taken
      const held = cases.all().filter((of) => isOpen(of) && isInLease(of.stan))
      heldThen = [...heldThen.filter(isOpen), ...held]
    },
    onLeft({ stan }) {
      if (stan < last) world.note('numbers wrapped')
      last = stan
      const isPast = (held: Case) => !isInLease(held.stan) || placeIn(held.stan) < placeIn(stan)
      const isPassed = isInLease(stan) && heldThen.some((held) => isOpen(held) && isPast(held))
      if (isPassed) world.note('open number passed over')
    },
    onGone() {
      heldThen = []
    },
    isTaken: ({ seq, stan }) =>
      cases.all().some((of) => of.seq !== seq && of.stan === stan && isOpen(of)),
  }
}
