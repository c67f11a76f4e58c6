import type { ExecutionContext } from 'ava'
import type { MerchantClient } from '#merchant-client'
import { until } from '../communication/until.ts'
import { createSeeded } from '../fakes/seeded.ts'
import { type GatewayProcess, HOST_LINES } from '../flows/gateway-under-test.ts'
import type { LinkTimes } from '../flows/site.ts'
import { openProxy, type Poison, type TcpProxy } from '../proxy/proxy.ts'
import { calm } from './calm.ts'
import { type Installation, install } from './installation.ts'
import { createShop, PLAN, type Shop } from './shop.ts'

/** A gateway with a bad line to its host and another to its merchants. */
export interface Between {
  readonly installation: Installation
  readonly gateway: GatewayProcess
  readonly hostLine: TcpProxy
  readonly merchantLine: TcpProxy
  readonly shop: Shop
  /** A merchant with one connection, through its line. */
  client(): MerchantClient
}

/** @param seed what the lines and the merchants take their chances from */
export async function openBetween(
  t: ExecutionContext,
  seed: number,
  times: LinkTimes = {},
): Promise<Between> {
  const random = createSeeded(seed)
  const lines: TcpProxy[] = []
  const open = async (target: number): Promise<TcpProxy> => {
    const line = await openProxy({ target, random })
    lines.push(line)
    return line
  }
  const clients: MerchantClient[] = []
  const installation = await install({
    ...times,
    between: async (hostPort) => (await open(hostPort)).port,
  })
  t.teardown(async () => {
    for (const client of clients) client.close()
    await installation.close()
    for (const line of lines) await line.close()
  })
  const gateway = await installation.start()
  const merchantLine = await open(gateway.framedPort)
  const [hostLine = merchantLine] = lines
  return {
    installation,
    gateway,
    hostLine,
    merchantLine,
    shop: createShop(random),
    client() {
      const limits = { connections: 1, timeoutMs: 2_000 }
      const client = gateway.client({ port: merchantLine.port, limits })
      clients.push(client)
      return client
    },
  }
}

/** Once the lines are well again, all must agree. */
export async function checkCalm(t: ExecutionContext, { installation, hostLine, shop }: Between) {
  hostLine.poison({})
  const { ends, faults } = await calm(installation, shop)
  t.log(ends)
  t.deepEqual(faults, [])
  return ends
}

/**
 * Run one sale while the lines are so, and nothing else is under way. @returns how it was told, or
 * nothing when it was not
 */
export async function saleThrough(
  between: Between,
  client: MerchantClient,
  poison: { readonly host?: Poison; readonly merchant?: Poison },
): Promise<unknown> {
  const { shop, hostLine, merchantLine } = between
  await untilQuiet(between)
  hostLine.poison(poison.host ?? {})
  merchantLine.poison(poison.merchant ?? {})
  await shop.run(client, PLAN.sale)
  hostLine.poison({})
  merchantLine.poison({})
  return shop.errands.at(-1)?.last?.['outcome']
}

/** Both lines are up, and nothing is under way. */
export async function untilQuiet({ installation, gateway }: Between): Promise<void> {
  const count = (event: string) => gateway.stderr().split(`"message":"${event}"`).length - 1
  const linesUp = () => count('host-signed-on') - count('host-line-lost')
  const isQuiet = () => {
    const { payments, owed } = installation.unsettled()
    return payments + owed === 0 && linesUp() === HOST_LINES
  }
  await until(isQuiet, 'both lines up and nothing open', 10_000)
}
