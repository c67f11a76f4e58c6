import { type Readable, Writable } from 'node:stream'

/** What a command sees of the world; a test gives it another. */
export interface Outside {
  readonly out: Writable
  readonly err: Writable
  readonly input: Readable
  readonly environment: NodeJS.ProcessEnv
  /** Call `act` once when the operator asks the program to stop (SIGTERM, SIGINT). */
  onStopSignal(act: () => void): void
}

/** One line for the reader of standard output. */
export function say(outside: Outside, line = ''): void {
  outside.out.write(`${line}\n`)
}

/** One line for the operator. */
export function complain(outside: Outside, line: string): void {
  outside.err.write(`${line}\n`)
}

/** The same outside, but what is said to the reader is dropped; complaints stay. */
export function quiet(outside: Outside): Outside {
  return { ...outside, out: new Writable({ write: (_chunk, _encoding, done) => done() }) }
}
