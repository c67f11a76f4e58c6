/**
 * Kill the gateway many times under load and look for anything that was lost or done twice:
 * `node test/flows/crash-sweep.ts --times 100`. Exit code 1 when there was.
 */
import { parseArgs } from 'node:util'
import { crashRounds } from './crash-rounds.ts'
import { startHost } from './gateway-under-test.ts'
import { makeSite } from './site.ts'

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '100' },
    'in-flight': { type: 'string', default: '64' },
    'life-ms-max': { type: 'string', default: '400' },
  },
})

const site = await makeSite()
const host = await startHost(site)
const report = await crashRounds(site, host, {
  times: Number(values.times),
  inFlight: Number(values['in-flight']),
  lifeMsMax: Number(values['life-ms-max']),
  onKill: (kills, lost) => {
    if (kills % 10 === 0) process.stderr.write(`${kills} kills, ${lost} messages lost\n`)
  },
})
await host.kill()
site.remove()
process.stdout.write(`${JSON.stringify({ kills: Number(values.times), ...report })}\n`)
process.exitCode = report.faults.length === 0 ? 0 : 1
