import { setTimeout as wait } from 'node:timers/promises'
import type { Seeded } from '../fakes/seeded.ts'
import type { RunOptions } from '../flows/running.ts'
import type { Installation } from './installation.ts'
import type { Shop } from './shop.ts'

export interface KillPlan {
  /** How often the gateway is killed. */
  readonly times: number
  /** Messages in flight at any moment. */
  readonly inFlight: number
  /** The longest that a gateway lives after its first answer, milliseconds. */
  readonly lifeMsMax: number
  readonly random: Seeded
  /** How the gateway is run. */
  readonly gateway?: RunOptions
  readonly onKill?: (kills: number) => void
}

/** How often each was killed. */
export interface Kills {
  readonly gateway: number
  readonly host: number
  /** Both in the same moment; they are counted above too. */
  readonly together: number
}

/**
 * Kill the gateway again and again under load, and at times the host, alone or in the same moment.
 *
 * What a kill takes away the shop asks again at the next gateway, as merchants would.
 */
export async function killRounds(
  installation: Installation,
  shop: Shop,
  plan: KillPlan,
): Promise<Kills> {
  const { random } = plan
  const kills = { gateway: 0, host: 0, together: 0 }
  const live = () => wait(random.below(plan.lifeMsMax + 1))

  while (kills.gateway < plan.times) {
    const gateway = await installation.start(plan.gateway)
    const client = gateway.client()
    const opening = shop.open(client, plan)
    await opening.firstAnswer
    await live()
    if (random.oneIn(HOST_EVERY)) {
      await installation.host.kill()
      kills.host += 1
      await installation.host.start()
      await live()
    }
    const victims = [installation.gateway]
    if (random.oneIn(HOST_EVERY)) {
      victims.push(installation.host)
      kills.host += 1
      kills.together += 1
    }
    opening.close()
    await Promise.all(victims.map((victim) => victim.kill()))
    await opening.closed
    client.close()
    kills.gateway += 1
    plan.onKill?.(kills.gateway)
  }
  return kills
}

/** The host is killed in one of so many lives of a gateway, and at the end of as many. */
const HOST_EVERY = 8
