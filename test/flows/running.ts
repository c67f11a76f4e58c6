import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname

/** A `sallyport` in a process of its own, with all that it has said so far. */
export interface Running {
  readonly pid: number
  stdout(): string
  stderr(): string
  isRunning(): boolean
  /** The exit code, or undefined when a signal ended it. */
  readonly exited: Promise<number | undefined>
  /** The first line of standard output, as JSON. */
  untilReady(): Promise<Readonly<Record<string, unknown>>>
  /** Wait until the log has `count` lines of this event. */
  untilLogged(event: string, count?: number): Promise<void>
  /** Stop reading what it says, as a log reader that has died. */
  loseOutput(): void
  /** SIGTERM, then the exit code. */
  stop(): Promise<number | undefined>
  /** SIGKILL. */
  kill(): Promise<void>
}

export interface RunOptions {
  /** Configuration by environment. */
  readonly environment?: NodeJS.ProcessEnv
  /** A program, with its arguments, to run it under. */
  readonly under?: readonly string[]
}

const READY_WITHIN_MS = 30_000

const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})
// A run that is stopped, by its own timeout too, would else leave them behind.
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1))

/** Start `sallyport` with these words; it is killed at the latest when this process ends. */
export function run(words: readonly string[], options: RunOptions = {}): Running {
  const [command = '', ...rest] = [...(options.under ?? []), process.execPath, MAIN, ...words]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
  })
  alive.add(child)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const stdout = () => Buffer.concat(out).toString('utf8')
  const stderr = () => Buffer.concat(err).toString('utf8')
  const exited = new Promise<number | undefined>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      alive.delete(child)
      resolve(code ?? undefined)
    })
  })

  const ending = () => child.exitCode ?? child.signalCode

  async function until(isSo: () => boolean, what: string): Promise<void> {
    const endMs = Date.now() + READY_WITHIN_MS
    while (!isSo()) {
      const over = ending()
      if (over !== null || Date.now() > endMs) {
        throw new Error(`${words[0]}: no ${what} (${over ?? 'still runs'})\n${stdout()}${stderr()}`)
      }
      await wait(5)
    }
  }

  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    isRunning: () => ending() === null,
    exited,
    async untilReady() {
      await until(() => stdout().includes('\n'), 'ready line')
      return JSON.parse(stdout().slice(0, stdout().indexOf('\n')))
    },
    untilLogged: (event, count = 1) =>
      until(() => stderr().split(`"message":"${event}"`).length > count, event),
    loseOutput() {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    stop() {
      child.kill('SIGTERM')
      return exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
