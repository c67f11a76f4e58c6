import type { ExecutionContext } from 'ava'
import type { Message } from '#iso8583'
import { type LogFacts, type Random, silentLog } from '#platform'
import type { HostWay } from '../../src/communication/dialling.ts'
import type { Stray } from '../../src/communication/exchanges.ts'
import { type HostLinkLimits, openHostLink } from '../../src/communication/host-link.ts'
import type { LinkProfile } from '../../src/communication/link-profile.ts'
import { createFakeClock } from '../fakes/clock.ts'
import { dialect, profile } from './meridian.ts'
import { type HostEnd, type Script, startScriptedHost } from './scripted-host.ts'
import { until } from './until.ts'

const LIMITS: HostLinkLimits = {
  windowRequests: 4,
  waitingRequestsMax: 2,
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

export function stansOf(messages: readonly Message[]): number[] {
  return messages.map((it) => Number(it.fields['11']))
}
