import { PassThrough, Readable } from 'node:stream'
import { runProgram } from '../../src/cli/program.ts'

export interface CliRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Run `sallyport` in this process with what a shell would give it. */
export async function runCli(
  words: readonly string[],
  given: {
    readonly input?: string | Buffer
    readonly environment?: NodeJS.ProcessEnv
    /** Standard output is a terminal. */
    readonly isTTY?: true
  } = {},
): Promise<CliRun> {
  const out = Object.assign(new PassThrough(), given.isTTY ? { isTTY: true } : {})
  const err = new PassThrough()
  const code = await runProgram(words, {
    out,
    err,
    input: Readable.from([given.input ?? '']),
    environment: given.environment ?? {},
    onStopSignal() {},
  })
  return { code, out: textIn(out), err: textIn(err) }
}

function textIn(stream: PassThrough): string {
  return String(stream.read() ?? '')
}
