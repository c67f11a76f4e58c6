import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { memberOf, newPayment, startGateway, startHost } from '../flows/gateway-under-test.ts'
import type { RunOptions } from '../flows/running.ts'
import { makeSite } from '../flows/site.ts'
import { planted } from './planted.ts'

// A kill cannot reveal a missing sync: the kernel keeps what was written. Only counting them can.

const PAYMENTS = 20
/** One payment after the other shares its commits with nobody: begun, then concluded. */
const GROUPS = 2 * PAYMENTS

test.before(() => {
  for (const program of ['strace', 'eatmydata']) {
    if (spawnSync('which', [program]).status !== 0) {
      throw new Error(`${program} is needed for this test: apt-get install ${program}`)
    }
  }
})

/** How often the gateway's process asks the disk to keep what was written, for so many payments. */
async function syncsOfPayments(t: ExecutionContext, options: RunOptions = {}): Promise<number> {
  const site = await makeSite()
  const host = await startHost(site)
  const trace = join(site.folder, 'trace')
  const strace = ['strace', '-D', '-f', '--seccomp-bpf', '-qq', '-e', 'trace=fsync,fdatasync']
  const gateway = await startGateway(site, host.port, {
    ...options,
    under: [...strace, '-o', trace, ...(options.under ?? [])],
  })
  const client = gateway.client()
  t.teardown(async () => {
    client.close()
    await Promise.all([gateway.kill(), host.kill()])
    site.remove()
  })
  const count = () => readFileSync(trace, 'utf8').match(/f(data)?sync\(\d+.*= 0$/gm)?.length ?? 0
  await client.echo()
  const before = count()
  for (let index = 0; index < PAYMENTS; index++) {
    const result = await client.sale(newPayment())
    if (memberOf(result, 'outcome') !== 'approved') throw new Error(JSON.stringify(result))
  }
  return count() - before
}

test.serial('each commit group of a gateway is synced before its merchants hear', async (t) => {
  const syncs = await syncsOfPayments(t)
  t.true(syncs >= GROUPS, `${syncs} syncs of ${GROUPS} groups`)
})

test.serial('the count shows when a library swallows the syncs', async (t) => {
  const syncs = await syncsOfPayments(t, { under: ['eatmydata'] })
  t.true(syncs < GROUPS, `${syncs} syncs of ${GROUPS} groups`)
})

test.serial('the count shows when the journal is synced at checkpoints only', async (t) => {
  const syncs = await syncsOfPayments(t, planted('normal-sync'))
  t.true(syncs < GROUPS, `${syncs} syncs of ${GROUPS} groups`)
})
