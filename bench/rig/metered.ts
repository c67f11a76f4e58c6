import { obey } from './child.ts'
import { type MeterOrders, usage } from './meter.ts'

// Preloaded (`--import`) into a process that is measured but is not ours: it answers what it has
// used, and does not stay for that.
obey({ usage } satisfies MeterOrders)
process.channel?.unref()
