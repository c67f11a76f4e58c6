import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

const CHILD = new URL('./child.ts', import.meta.url).pathname

/** Start test/store/child.ts on `file`; `lines` reads what it has said by then. */
export function startChild(file: string, args: readonly string[]) {
  writeFileSync(`${file}-said`, '')
  const child = spawn(process.execPath, [CHILD, file, ...args], { stdio: 'inherit' })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const lines = () => linesOf(file)
  return {
    child,
    ended,
    lines,
    /** Resolves when it has said `count` lines that begin so. */
    async said(beginning: string, count = 1): Promise<void> {
      while (lines().filter((it) => it.startsWith(beginning)).length < count) {
        if (child.exitCode !== null) throw new Error(`the child ended with ${lines().join()}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
  }
}

/** Run test/store/child.ts on `file` to its end under another program. */
export function runUnder(program: readonly string[], file: string, args: readonly string[]) {
  const [command = '', ...leading] = program
  const { status } = spawnSync(command, [...leading, process.execPath, CHILD, file, ...args], {
    stdio: 'inherit',
    timeout: 30_000,
  })
  return { lines: linesOf(file), status }
}

export function isInstalled(command: string): boolean {
  return spawnSync(command, ['--version']).error === undefined
}

const linesOf = (file: string) => readFileSync(`${file}-said`, 'utf8').trim().split('\n')
