/** What a process has used so far. */
export interface Usage {
  /** User and system time of all its threads, microseconds. */
  readonly cpuUs: number
  readonly residentBytes: number
}

export interface MeterOrders {
  readonly usage: () => Usage
  readonly [order: string]: (given: never) => unknown
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuUs: user + system, residentBytes: process.memoryUsage.rss() }
}
