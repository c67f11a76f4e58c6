/**
 * Look for anything that is lost or done twice, for as long as it takes; the exit code is 1 when
 * something was.
 *
 * `npm run sweep -- --times 1000` kills the gateway so often under load, and at times the host.
 * `npm run sweep -- --calls` strikes it at each of its calls in turn, until a run comes to its end:
 * `--call sync --by EIO` at those alone, `--from 5 --every 3` at some of them.
 */
import { parseArgs } from 'node:util'
import { createSeeded } from '../fakes/seeded.ts'
import { calm } from './calm.ts'
import { install } from './installation.ts'
import { killRounds } from './kill-rounds.ts'
import { createShop } from './shop.ts'
import { type Blow, strike } from './strike.ts'
import { strikeFaults } from './strike-faults.ts'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '100' },
    'in-flight': { type: 'string', default: '64' },
    'life-ms-max': { type: 'string', default: '400' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    calls: { type: 'boolean', default: false },
    call: { type: 'string' },
    by: { type: 'string' },
    from: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
  },
})

/** With `--calls`: at what, and by what. */
const BLOWS: readonly Omit<Blow, 'nth'>[] = [
  { call: 'sync', by: 'SIGKILL' },
  { call: 'sync', by: 'EIO' },
  { call: 'store-write', by: 'SIGKILL' },
  { call: 'store-write', by: 'EIO' },
  { call: 'store-write', by: 'ENOSPC' },
  { call: 'store-write', by: 'ENOSPC+' },
  { call: 'write', by: 'SIGKILL' },
]

const isWell = values.calls ? await sweepCalls() : await sweepKills()
process.exitCode = isWell ? 0 : 1

async function sweepKills(): Promise<boolean> {
  const seed = Number(values.seed)
  process.stderr.write(`seed ${seed}\n`)
  const beganMs = performance.now()
  const random = createSeeded(seed)
  const installation = await install()
  const shop = createShop(random)
  const kills = await killRounds(installation, shop, {
    times: Number(values.times),
    inFlight: Number(values['in-flight']),
    lifeMsMax: Number(values['life-ms-max']),
    random,
    onKill(count) {
      if (count % 10 !== 0) return
      process.stderr.write(`${count} kills, ${shop.errands.length} payments, ${shop.lost} lost\n`)
    },
  })
  const payments = shop.errands.length
  const told = shop.errands.filter(({ last }) => last !== undefined).length
  const report = await calm(installation, shop)
  await installation.close()
  const seconds = Math.round((performance.now() - beganMs) / 1000)
  say({ seed, kills, payments, told, lostMessages: shop.lost, ...report, seconds })
  return report.faults.length === 0
}

async function sweepCalls(): Promise<boolean> {
  const isWanted = ({ call, by }: Omit<Blow, 'nth'>) =>
    call === (values.call ?? call) && by === (values.by ?? by)
  let isWell = true
  for (const kind of BLOWS.filter(isWanted)) isWell = (await sweepOne(kind)) && isWell
  return isWell
}

async function sweepOne(kind: Omit<Blow, 'nth'>): Promise<boolean> {
  const faults: string[] = []
  let struck = 0
  for (let nth = Number(values.from); ; nth += Number(values.every)) {
    const blow = { ...kind, nth }
    const run = await strike(blow)
    faults.push(...strikeFaults(blow, run))
    process.stderr.write(`${kind.by} at ${kind.call} ${nth}: ${run.phase ?? 'not reached'}\n`)
    if (run.phase === undefined) break
    struck += 1
  }
  say({ ...kind, struck, faults })
  return faults.length === 0
}

function say(report: object): void {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}
