import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { MerchantResult } from '#merchant-client'
import { connectFramed, type FramedClient } from '../communication/framed-client.ts'
import {
  type GatewayProcess,
  type HostOptions,
  memberOf,
  newPayment,
  startGateway,
  startHost,
} from './gateway-under-test.ts'
import { addMerchant, MERCHANT, makeSite, type Site } from './site.ts'

const NEIGHBOUR = 'M-2002'

interface Scene {
  readonly site: Site
  readonly gateway: GatewayProcess
}

/** A gateway with two merchants, of which one is going to send too much. */
async function open(
  t: ExecutionContext,
  options: HostOptions & { readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<Scene> {
  const site = await makeSite()
  await addMerchant(site, NEIGHBOUR)
  const host = await startHost(site, options)
  const gateway = await startGateway(site, host.port, options)
  t.teardown(async () => {
    await Promise.all([gateway.kill(), host.kill()])
    site.remove()
  })
  return { site, gateway }
}

/** Requests sealed beforehand, so that they can all be sent at once. */
function sealSales({ gateway }: Scene, count: number): string[] {
  const client = gateway.client()
  const time = new Date().toISOString()
  const tokens = Array.from({ length: count }, () => {
    const request = { type: 'payment.sale', merchant: MERCHANT, time, ...newPayment() }
    return client.seal(JSON.stringify(request)).token.toString('latin1')
  })
  client.close()
  return tokens
}

async function connect(t: ExecutionContext, { site, gateway }: Scene): Promise<FramedClient> {
  const ca = readFileSync(join(site.folder, 'tls/ca.crt'))
  const line = await connectFramed({ port: gateway.framedPort, ca })
  t.teardown(() => line.socket.destroy())
  return line
}

test('of two merchants the one that floods is refused, in order, and the other is served', async (t) => {
  const scene = await open(t)
  const tokens = sealSales(scene, 3_000)
  const flood = await connect(t, scene)
  const [neighbour, own] = [
    scene.gateway.client({ merchant: NEIGHBOUR }),
    scene.gateway.client({ merchant: MERCHANT }),
  ]
  t.teardown(() => {
    neighbour.close()
    own.close()
  })
  await Promise.all([neighbour.echo(), own.echo()])

  for (const [correlation, token] of tokens.entries()) flood.send(correlation, token)
  const served: Promise<MerchantResult>[] = []
  for (let times = 0; times < 20; times += 1) {
    served.push(neighbour.sale(newPayment()), own.echo())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const refused: number[] = []
  for (let answers = 0; answers < tokens.length; answers += 1) {
    const { correlation, text } = await flood.next()
    if (!text.startsWith('{')) continue
    refused.push(correlation)
    const refusal = JSON.parse(text)
    t.like(refusal, { type: 'refusal', code: 'BUSY' })
    t.true(refusal.retryAfterMs >= 1_000 && refusal.retryAfterMs <= 30_000)
  }
  t.true(refused.length > 100, `${refused.length} of ${tokens.length} were refused`)
  t.true(refused.length < tokens.length - 200, `${refused.length} of ${tokens.length}`)
  t.deepEqual(
    refused,
    refused.toSorted((a, b) => a - b),
  )
  for (const { kind } of await Promise.all(served)) t.true(kind === 'approved' || kind === 'echo')
  await scene.gateway.untilLogged('messages-turned-away')
  t.is(await scene.gateway.stop(), 0)
  const last = scene.gateway
    .stderr()
    .split('\n')
    .find((it) => it.includes('"gateway-stopped"'))
  t.like(JSON.parse(last ?? '{}').framed, { requestsBusy: refused.length, requestsInFlight: 0 })
})

test('a merchant whose payments fill the host’s window keeps out neither others nor questions', async (t) => {
  const SLOW = '777700'
  const scene = await open(t, {
    script: [{ amount: SLOW, fault: { kind: 'delay', delayMs: 3_000 } }],
    environment: { SALLYPORT_HOST_WINDOW_REQUESTS: '16' },
  })
  const flood = scene.gateway.client({ limits: { inFlightMax: 10_000 } })
  const neighbour = scene.gateway.client({ merchant: NEIGHBOUR })
  t.teardown(() => {
    flood.close()
    neighbour.close()
  })
  const amount = { value: SLOW, currency: 'USD' }
  const payments = Array.from({ length: 30 }, () => newPayment({ amount }))
  const told = payments.map((payment) => flood.sale(payment))
  await scene.gateway.untilLogged('requests-turned-away')

  t.is((await neighbour.sale(newPayment())).kind, 'approved')
  const asked = await Promise.all(payments.map(({ id }) => flood.inquire(id)))
  t.is(asked.filter((it) => it.kind === 'pending').length, 14)
  t.is(asked.filter((it) => it.kind === 'refused' && it.code === 'PAYMENT_NOT_FOUND').length, 16)

  const results = await Promise.all(told)
  t.is(results.filter((it) => memberOf(it, 'outcome') === 'approved').length, 14)
  for (const it of results.filter((result) => result.kind === 'refused')) {
    t.is(it.code, 'BUSY')
    t.true((it.retryAfterMs ?? 0) >= 1_000)
  }
  t.is((await flood.sale(newPayment())).kind, 'approved')
})
