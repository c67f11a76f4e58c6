import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'

/**
 * A real file system of a few megabytes, which its processes alone see: it is mounted in a
 * namespace of theirs and goes with the last of them.
 */
export interface SmallDisk {
  /** Where it is, for whoever runs under {@link SmallDisk.under}. */
  readonly folder: string
  /** Runs a program on it, after `copied` files were put there. */
  readonly under: readonly string[]
  /** The same folder from outside, by a process that runs on it. */
  seenFrom(pid: number): string
}

/** @param copied files that a program finds on it */
export function smallDisk(
  t: Pick<ExecutionContext, 'teardown'>,
  megabytes: number,
  copied: readonly string[] = [],
): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-disk-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const copy = copied.map((file) => ` && cp '${file}' '${folder}'`).join('')
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs '${folder}'${copy} && exec "$@"`
  // The superuser may mount; anybody else may in a namespace of users too.
  const who = process.getuid?.() === 0 ? [] : ['--map-root-user']
  return {
    folder,
    under: ['unshare', '--mount', ...who, 'sh', '-c', mount, 'sh'],
    seenFrom: (pid) => `/proc/${pid}/root${folder}`,
  }
}
