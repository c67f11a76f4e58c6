import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { PostgresPlace } from '../../src/store/postgres/place.ts'
import { inDatabase } from './server.ts'

const SUPERVISOR = new URL('./supervisor.ts', import.meta.url).pathname

let databases = 0

/** A database of its own on the one server of this run of the tests. */
export async function freshDatabase(): Promise<PostgresPlace> {
  const port = await sharedPort()
  const database = `test_${process.pid}_${++databases}`
  await inDatabase(port, 'postgres', `CREATE DATABASE ${database}`)
  return { host: '127.0.0.1', port, user: 'postgres', database, node: 'main' }
}

/** The first file of a run that asks has the server started; the others wait for it. */
async function sharedPort(): Promise<number> {
  // All files of a run are children of one process.
  const folder = join(tmpdir(), `sallyport-postgres-${process.ppid}`)
  if (isFirst(folder)) {
    mkdirSync(join(folder, 'server'))
    const words = [SUPERVISOR, folder, String(process.ppid)]
    const supervisor = spawn(process.execPath, words, { stdio: 'ignore', detached: true })
    supervisor.unref()
    writeFileSync(join(folder, 'supervisor.pid'), String(supervisor.pid))
  }
  const said = join(folder, 'said')
  while (!existsSync(said)) await wait(10)
  const port = Number(readFileSync(said, 'utf8'))
  if (Number.isNaN(port)) throw new Error(`the PostgreSQL server ${readFileSync(said, 'utf8')}`)
  return port
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o755 })
    return true
  } catch {
    return false
  }
}
