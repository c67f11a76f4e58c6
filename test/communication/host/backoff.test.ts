import test from 'ava'
import { backoffMs } from '../../../src/communication/host/backoff.ts'

const BOUNDS = { reconnectDelayMinMs: 100, reconnectDelayMaxMs: 1000 }
const CASES: readonly [failures: number, leastMs: number, mostMs: number][] = [
  [0, 50, 100],
  [1, 100, 200],
  [3, 400, 800],
  [4, 500, 1000],
  [5, 500, 1000],
  [1_000_000, 500, 1000],
]

for (const [failures, leastMs, mostMs] of CASES) {
  test(`after ${failures} failures the wait is ${leastMs} to ${mostMs} ms, by chance`, (t) => {
    const least = { bytes: () => new Uint8Array(), integer: (from: number) => from }
    const most = { bytes: () => new Uint8Array(), integer: (_: number, below: number) => below - 1 }
    t.is(backoffMs(failures, BOUNDS, least), leastMs)
    t.is(backoffMs(failures, BOUNDS, most), mostMs)
  })
}
