import type { ExecutionContext } from 'ava'
import type { Message } from '#iso8583'
import { type LogFacts, type Random, silentLog } from '#platform'
import type { HostWay } from '../../../src/communication/host/dialling.ts'
import type { Stray } from '../../../src/communication/host/exchanges.ts'
import type { HostReply } from '../../../src/communication/host/line.ts'
import {
  type HostLink,
  type HostLinkLimits,
  openHostLink,
} from '../../../src/communication/host/link.ts'
import type { LinkProfile } from '../../../src/communication/host/link-profile.ts'
import type { KeyHolder } from '../../../src/communication/host/macs/key-holder.ts'
import type { Reservation } from '../../../src/communication/host/reservation.ts'
import { createFakeClock } from '../../fakes/clock.ts'
import { until } from '../until.ts'
import { dialect, profile } from './meridian.ts'
import { type HostEnd, type Script, startScriptedHost } from './scripted-host.ts'

const LIMITS: HostLinkLimits = {
  windowRequests: 4,
  owedRequestsMax: 2,
  answeredKeysMax: 100,
  connectTimeoutMs: 5000,
  frameTimeoutMs: 10_000,
  reconnectDelayMinMs: 1000,
  reconnectDelayMaxMs: 8000,
}

export interface Given {
  readonly way?: HostWay
  readonly limits?: Partial<HostLinkLimits>
  readonly profile?: LinkProfile
  readonly keys?: KeyHolder
}

/** Always the least: the shortest back-off, the first trace number. */
const leastRandom: Random = { bytes: (count) => new Uint8Array(count), integer: (from) => from }

/** A link on a clock that stands still, and what it reported. */
export async function openLink(t: ExecutionContext, way: HostWay, given: Given = {}) {
  const clock = createFakeClock()
  const strays: Stray[] = []
  const cutovers: string[] = []
  const logged: string[] = []
  const note = (event: string, _facts?: LogFacts) => {
    logged.push(event)
  }
  const link = await openHostLink({
    dialect,
    profile: given.profile ?? profile,
    way,
    ...(given.keys === undefined ? {} : { keys: given.keys }),
    limits: { ...LIMITS, ...given.limits },
    clock,
    random: leastRandom,
    log: { ...silentLog, info: note, warn: note, error: note },
    onStray: (stray) => strays.push(stray),
    onCutover: (date) => cutovers.push(date),
  })
  t.teardown(() => link.close())
  return { link, clock, strays, cutovers, logged }
}

/** A link with `connections` lines to a scripted host, all signed on. */
export async function openSignedOn(
  t: ExecutionContext,
  given: Given & { readonly connections?: number; readonly script?: Script } = {},
) {
  const connections = given.connections ?? 1
  const host = await startScriptedHost(given.script)
  t.teardown(host.close)
  const endpoints = [{ address: '127.0.0.1', port: host.port }]
  const opened = await openLink(t, { kind: 'connect', endpoints, connections }, given)
  const ends: HostEnd[] = []
  for (let count = 1; count <= connections; count += 1) ends.push(await host.end(count))
  const [end] = ends
  if (end === undefined) throw new Error('no connection was asked for')
  await until(() => opened.link.counters().linesReady === connections, 'all lines signed on')
  return { ...opened, host, end, ends }
}

/** Ask in a place reserved for it, or say why there is none. */
export function ask(
  link: HostLink,
  message: Message,
): Promise<HostReply | Exclude<Reservation, { kind: 'reserved' }>> {
  const place = link.reserve()
  return place.kind === 'reserved' ? place.ask(message) : Promise.resolve(place)
}

/** What a reservation would be told now. */
export function roomIn(link: HostLink): Reservation['kind'] {
  const place = link.reserve()
  if (place.kind === 'reserved') place.release()
  return place.kind
}

export function stansOf(messages: readonly Message[]): number[] {
  return messages.map((it) => Number(it.fields['11']))
}
