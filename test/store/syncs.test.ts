import { readFileSync } from 'node:fs'
import test from 'ava'
import { isInstalled, runUnder } from './run-child.ts'
import { storeFile } from './sample.ts'

const COMMITS = 20

// A kill cannot reveal a missing sync: the kernel keeps what was written. Only counting them can.
test.before('strace and eatmydata are installed', () => {
  for (const name of ['strace', 'eatmydata']) {
    if (!isInstalled(name)) throw new Error(`${name} is not installed: apt-get install ${name}`)
  }
})

test('each commit of the store is synced', (t) => {
  const file = storeFile(t)
  t.true(syncsOf(file, 'serial') >= 2 * COMMITS)
})

test('what only reads is not synced', (t) => {
  t.true(syncsOf(storeFile(t), 'look') < COMMITS)
})

test('the count of syncs tells a full sync from a normal one', (t) => {
  t.true(syncsOf(storeFile(t), 'full') >= COMMITS)
  t.true(syncsOf(storeFile(t), 'normal') < COMMITS)
})

test('the count of syncs tells when they are swallowed', (t) => {
  t.true(syncsOf(storeFile(t), 'serial', ['eatmydata']) < COMMITS)
})

function syncsOf(file: string, mode: string, under: readonly string[] = []): number {
  const trace = `${file}-trace`
  const strace = [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-e',
    'trace=fsync,fdatasync',
    '-o',
    trace,
  ]
  const { status } = runUnder([...strace, ...under], file, [mode, '0', String(COMMITS)])
  if (status !== 0) throw new Error(`the child ended with ${status}`)
  return readFileSync(trace, 'utf8').match(/f(data)?sync\(.*= 0$/gm)?.length ?? 0
}

test('a sync that fails breaks the store: nothing more is acknowledged', async (t) => {
  const file = storeFile(t)
  const failing = ['-e', 'trace=fsync,fdatasync', '-e', 'inject=fsync,fdatasync:error=EIO:when=20+']
  const strace = ['strace', '-f', '-qq', '-o', `${file}-trace`, ...failing]
  const { lines, status } = runUnder(strace, file, ['serial', '0', '50'])
  t.is(status, 1)
  t.deepEqual(lines.slice(-2), ['fault STORE_IO', 'STORE_IO'])
  t.true(lines.filter((it) => it.startsWith('begun')).length < 20)
})
