import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of a test's own, which goes with it. */
export function folder(t: { teardown(act: () => void): void }): string {
  const made = mkdtempSync(join(tmpdir(), 'sallyport-spec-'))
  t.teardown(() => rmSync(made, { recursive: true }))
  return made
}
