/** A process that sweeps as many seeds as it is asked for over its channel, again and again. */
import type { Portion, PortionDone } from './jobs.ts'
import { sweep } from './sweep.ts'

const FAILURES_MAX = 10
let before: NodeJS.CpuUsage = { user: 0, system: 0 }

process.on('message', ({ from, seeds }: Portion) => {
  void sweep({ from, seeds, failuresMax: FAILURES_MAX }).then((swept) => {
    const now = process.cpuUsage()
    const processorMs = (now.user + now.system - before.user - before.system) / 1_000
    before = now
    const done: PortionDone = { ...swept, processorMs }
    process.send?.(done)
  })
})
