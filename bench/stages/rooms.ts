import { type HostLink, openHostLink } from '#communication'
import type { Merchant } from '#domain'
import { createOpener, defaultEnvelopeLimits, type Opener } from '#envelope'
import { type Clock, createSystemClock, createSystemRandom, silentLog } from '#platform'
import { createHostFacts, type HostFacts, type Messages } from '#processing'
import type { Vault } from '#security'
import { openStore, type Store } from '#store'
import { readConfig } from '../../src/config.ts'
import { hostWayOf } from '../../src/gateway-files.ts'
import { type HostProfile, readHostProfile, readMessages } from '../../src/host-profile.ts'
import type { Site } from '../rig/site.ts'

/** The rooms of a gateway that is never put together, each with the configuration it would have. */
export interface Rooms {
  readonly clock: Clock
  readonly merchant: Merchant
  /** The envelope as each of its threads runs it. */
  readonly opener: Opener
  readonly messages: Messages
  readonly vault: Vault
  readonly profile: HostProfile
  readonly hostFacts: HostFacts
  readonly store: Store
  readonly link: HostLink
  close(): Promise<void>
}

export async function openRooms(site: Site, hostPort: number): Promise<Rooms> {
  const [clock, random] = [createSystemClock(), createSystemRandom()]
  const config = readConfig(await site.gatewaySetup(hostPort, 0), {})
  const messages = readMessages()
  const profile = readHostProfile(config.host.profile, messages)
  const store = await openStore(config.storeFile, { clock, limits: config.store, onFault: fail })
  const link = await openHostLink({
    dialect: profile.dialect,
    profile: profile.link,
    way: hostWayOf(config.host),
    limits: config.host,
    clock,
    random,
    log: silentLog,
    onStray: () => fail(new Error('the host answered what nobody asked')),
    onCutover: () => {},
  })
  if (!(await link.untilReady(READY_MS_MAX))) throw new Error('the host does not answer')
  return {
    clock,
    merchant: site.merchant,
    opener: createOpener(site.envelopeKeys, defaultEnvelopeLimits, { clock, random }),
    messages,
    vault: site.keyring.vault,
    profile,
    hostFacts: createHostFacts(profile.mapping.exchange, config.acquirer),
    store,
    link,
    async close() {
      link.close()
      await store.close()
    },
  }
}

const READY_MS_MAX = 10_000

function fail(error: Error): never {
  throw error
}
