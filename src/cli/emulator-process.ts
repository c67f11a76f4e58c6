import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** An emulated host in a process of its own. */
export interface EmulatorProcess {
  readonly port: number
  stop(): Promise<void>
}

export interface EmulatorProcessOptions {
  readonly profile: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly bookFile: string
}

/** Start `sallyport emulate host` and wait until it listens. */
export async function startEmulatorProcess(
  options: EmulatorProcessOptions,
): Promise<EmulatorProcess> {
  const main = new URL('../main.ts', import.meta.url).pathname
  const words = [
    ...['emulate', 'host', '--json', '--profile', options.profile],
    ...['--listen', `127.0.0.1:${options.port}`, '--book', options.bookFile],
  ]
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = JSON.parse(line) as { port: number }
    child.stdout.resume()
    return { port, stop }
  }
  throw new Error('the emulated host ended before it listened')
}
