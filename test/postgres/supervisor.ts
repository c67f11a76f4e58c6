/**
 * A process beside a run of the tests: it starts the run's one server, sweeps what killed runs have
 * left, and ends with the run, however that ends.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setInterval as every } from 'node:timers/promises'
import { startPostgres } from './server.ts'

const [folder = '', runPid = '0'] = process.argv.slice(2)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function pidIn(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10)
  } catch {
    return undefined
  }
}

/** A supervisor that was killed has left its server running. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith('sallyport-postgres-')) continue
    const left = join(tmpdir(), name)
    const supervisor = pidIn(join(left, 'supervisor.pid'))
    if (left === folder || supervisor === undefined || isAlive(supervisor)) continue
    const server = pidIn(join(left, 'server/data/postmaster.pid'))
    if (server !== undefined && isAlive(server)) process.kill(-server, 'SIGKILL')
    rmSync(left, { recursive: true, force: true })
  }
}

function say(word: string): void {
  writeFileSync(join(folder, 'said.new'), word)
  renameSync(join(folder, 'said.new'), join(folder, 'said'))
}

try {
  sweep()
  const server = await startPostgres({ folder: join(folder, 'server') })
  say(String(server.port))
  for await (const _ of every(250)) if (!isAlive(Number(runPid))) break
  await server.stop()
} catch (error) {
  say(`failed: ${error}`)
  for await (const _ of every(250)) if (!isAlive(Number(runPid))) break
}
rmSync(folder, { recursive: true, force: true })
