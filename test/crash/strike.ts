import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createSeeded } from '../fakes/seeded.ts'
import type { LaunchedGateway } from '../flows/gateway-under-test.ts'
import type { Unsettled } from '../flows/journal.ts'
import type { RunOptions } from '../flows/running.ts'
import type { Site } from '../flows/site.ts'
import { type CalmReport, calm } from './calm.ts'
import type { Errand } from './errand.ts'
import { type Installation, install } from './installation.ts'
import { createShop, PLAN, type Shop } from './shop.ts'

/** One call of the gateway's process that goes wrong. */
export interface Blow {
  readonly call: Call
  /** Counted from 1, in each thread for itself. */
  readonly nth: number
  /** The process is killed in the place of the call; or the call fails, with `+` and all after. */
  readonly by: 'SIGKILL' | 'EIO' | 'ENOSPC' | 'ENOSPC+'
}

/** `sync` and `store-write`: of the journal and its log; `write`: to anything, sockets too. */
export type Call = 'sync' | 'store-write' | 'write'

export interface Strike {
  /** What the gateway was at; absent when its run was over before. */
  readonly phase: Phase | undefined
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined
  /** Payments whose verdict a merchant was told after a call had failed. */
  readonly toldAfter: readonly string[]
  readonly calm: CalmReport
}

export type Phase = 'opening' | 'working' | 'closing'

/**
 * Run the same few payments against a gateway that is struck at one of its calls; then start it
 * again unharmed, and let everything settle.
 */
export async function strike(blow: Blow, options: RunOptions = {}): Promise<Strike> {
  const installation = await install()
  try {
    await installation.host.start()
    const trace = join(installation.site.folder, 'trace')
    const under = [...straceWords(blow, installation.site), '-o', trace]
    const gateway = installation.launch({ ...options, under })
    const shop = createShop(createSeeded(blow.nth))
    const scenario = await runScenario(gateway, shop, installation)
    const exitCode = await gateway.exited
    const endedAtMs = Date.now()
    await installation.gateway.kill()
    const wasKilled = blow.by === 'SIGKILL' && exitCode === undefined
    const struckAtMs = wasKilled ? endedAtMs : failureIn(trace)
    return {
      phase: phaseOf(struckAtMs, scenario),
      exitCode,
      toldAfter: verdictsAfter(struckAtMs ?? endedAtMs, shop),
      calm: await calm(installation, shop),
    }
  } finally {
    await installation.close()
  }
}

const CALLS: Readonly<Record<Call, string>> = {
  sync: 'fsync,fdatasync',
  'store-write': 'pwrite64',
  write: 'write,writev,sendto,sendmsg',
}

const INJECTIONS: Readonly<Record<Blow['by'], { readonly injection: string; readonly all?: '+' }>> =
  {
    SIGKILL: { injection: 'signal=SIGKILL' },
    EIO: { injection: 'error=EIO' },
    ENOSPC: { injection: 'error=ENOSPC' },
    'ENOSPC+': { injection: 'error=ENOSPC', all: '+' },
  }

function straceWords({ call, nth, by }: Blow, { journalFile }: Site): string[] {
  const files = call === 'write' ? [] : ['-P', journalFile, '-P', `${journalFile}-wal`]
  const { injection, all = '' } = INJECTIONS[by]
  // strace stops only at these calls when it is asked to, but then it delivers no signal.
  const quickly = by === 'SIGKILL' ? [] : ['--seccomp-bpf']
  return [
    ...['strace', '-D', '-f', ...quickly, '-qq', '-ttt', ...files],
    ...['-e', `trace=${CALLS[call]}`],
    ...['-e', `inject=${CALLS[call]}:${injection}:when=${nth}${all}`],
  ]
}

/** When a call was made to fail, in wall time. */
function failureIn(trace: string): number | undefined {
  const lines = existsSync(trace) ? readFileSync(trace, 'utf8').split('\n') : []
  const failed = lines.find((line) => line.endsWith('(INJECTED)'))
  const seconds = /\d+\.\d+/.exec(failed ?? '')?.[0]
  return seconds === undefined ? undefined : Number(seconds) * 1000
}

/**
 * Of what owes a reversal the host is told beside the merchant, so the call that failed may have
 * been for that.
 */
function verdictsAfter(atMs: number, { errands }: Shop): string[] {
  const after = errands.filter(({ heardAtMs }) => heardAtMs > atMs)
  const outcomeOf = (errand: Errand) => String(errand.last?.['outcome'])
  return after.filter((it) => !['unknown', 'reversing'].includes(outcomeOf(it))).map(({ id }) => id)
}

/** How far a run came by itself, in wall time; what it did not come to is absent. */
interface Scenario {
  readonly listenedAtMs?: number
  readonly endedAtMs?: number
}

function phaseOf(
  struckAtMs: number | undefined,
  { listenedAtMs = Infinity, endedAtMs = Infinity }: Scenario,
): Phase | undefined {
  if (struckAtMs === undefined) return undefined
  if (struckAtMs < listenedAtMs) return 'opening'
  return struckAtMs < endedAtMs ? 'working' : 'closing'
}

/** Each waits until the one before is settled, so that all that happens is of one payment. */
const PLANS = [PLAN.sale, PLAN.authorization, PLAN.silent, PLAN.sale, PLAN.reversed, PLAN.declined]

async function runScenario(
  gateway: LaunchedGateway,
  shop: Shop,
  { unsettled }: Installation,
): Promise<Scenario> {
  const listening = await gateway.untilListening().catch(() => undefined)
  if (listening === undefined) return {}
  const listenedAtMs = Date.now()
  await listening.untilLogged('host-signed-on').catch(() => {})
  const client = listening.client()
  const isWell = await runPlans()
  client.close()
  const endedAtMs = Date.now()
  // A gateway whose store has failed is about to stop itself.
  if (!isWell) await Promise.race([gateway.exited, wait(STOPS_ITSELF_MS)])
  if (gateway.isRunning()) await gateway.stop()
  return isWell ? { listenedAtMs, endedAtMs } : { listenedAtMs }

  async function runPlans(): Promise<boolean> {
    for (const plan of PLANS) {
      if (!(await shop.run(client, plan))) return false
      const untilMs = performance.now() + SETTLES_MS_MAX
      while (isOpen(unsettled())) {
        if (!gateway.isRunning() || performance.now() > untilMs) return false
        await wait(10)
      }
    }
    return true
  }
}

const SETTLES_MS_MAX = 8_000
const STOPS_ITSELF_MS = 2_000

function isOpen({ payments, owed }: Unsettled): boolean {
  return payments + owed > 0
}
