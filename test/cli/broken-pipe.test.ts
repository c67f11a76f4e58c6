import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import test from 'ava'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname
const { hex } = JSON.parse(
  readFileSync('specs/hosts/meridian/transcripts/03-sale-approved.json', 'utf8'),
).steps[0]

test('a reader that goes away ends no command with a stack trace', async (t) => {
  const words = [MAIN, 'decode', '--host', 'meridian', '--jsonl']
  const child = spawn(process.execPath, words, { stdio: 'pipe' })
  const err: Buffer[] = []
  child.stderr.on('data', (chunk) => err.push(chunk))
  const ended = once(child, 'exit')
  child.stdout.once('data', () => child.stdout.destroy())
  child.stdin.on('error', () => {})
  for (let line = 0; line < 5_000; line++) child.stdin.write(`${hex}\n`)
  child.stdin.end()
  const [code] = await ended
  t.is(code, 0)
  t.false(Buffer.concat(err).toString().includes('EPIPE'))
})
