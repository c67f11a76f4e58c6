import {
  closeSync,
  fdatasyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where and with what a figure was measured. */
export interface Circumstances {
  readonly commandLine: string
  readonly versions: Readonly<Record<string, string | undefined>>
  readonly cores: number
  readonly cpu: string
  readonly platform: string
  /** Median time to append 4 KiB to a file of the data folder and sync it, microseconds. */
  readonly syncUs: number
}

export function circumstances(folder = tmpdir()): Circumstances {
  const { version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  const { node, openssl, sqlite, v8 } = process.versions
  return {
    commandLine: ['node', 'bench/main.ts', ...process.argv.slice(2)].join(' '),
    versions: { sallyport: version, node, v8, openssl, sqlite },
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    platform: `${process.platform} ${process.arch}`,
    syncUs: syncTimeUs(folder),
  }
}

/** What a group commit cannot be faster than; near zero, the folder is not on a disk. */
function syncTimeUs(parent: string): number {
  const folder = mkdtempSync(join(parent, 'sallyport-sync-'))
  const file = openSync(join(folder, 'file'), 'w')
  const page = Buffer.alloc(4_096)
  const times = Array.from({ length: 64 }, (_, index) => {
    const sinceMs = performance.now()
    writeSync(file, page, 0, page.length, index * page.length)
    fdatasyncSync(file)
    return performance.now() - sinceMs
  })
  closeSync(file)
  rmSync(folder, { recursive: true })
  return rounded(1_000 * median(times))
}

/** @throws RangeError when there is no value */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (lower === undefined || upper === undefined) throw new RangeError('a median of nothing')
  return (lower + upper) / 2
}

/** To three significant digits, or to the unit where that says more. */
export function rounded(value: number): number {
  return value >= 1_000 ? Math.round(value) : Number(value.toPrecision(3))
}
