import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { type PostgresServer, type ServerOptions, startPostgres } from './server.ts'

/** A server of a test's own, which it may kill. */
export async function privateServer(
  t: ExecutionContext,
  options: Omit<ServerOptions, 'folder'> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-postgres-own-'))
  const server = await startPostgres({ ...options, folder })
  t.teardown(async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return server
}
