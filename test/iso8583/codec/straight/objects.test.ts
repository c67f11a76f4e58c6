/** Objects of generated code, whatever the runtime thinks of them. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'
import { dialectOf } from '../../dialects.ts'

const run = promisify(execFile)

/** Marking without end, and a young generation that is always at its largest. */
const FLAGS = [
  '--allow-natives-syntax',
  '--stress-incremental-marking',
  '--min-semi-space-size=1',
  '--max-semi-space-size=1',
]

test('what is read is born young even where the objects of plain literals are born old', async (t) => {
  const child = new URL('./born-old.ts', import.meta.url).pathname
  const { stdout } = await run(process.execPath, [...FLAGS, child], { timeout: 60_000 })
  const { read, routed, written } = JSON.parse(stdout)
  t.deepEqual({ read, routed }, { read: 0, routed: 0 })
  t.true(written, 'the circumstances are those that it is about')
})

test('parts have their order whether their keys are words or numbers', (t) => {
  const keys = ['b', '10', '2', '0', '01', 'a']
  const parts = keys.map((key) => ({ key, name: 'x', content: 'n', length: 1 }))
  const composite = { kind: 'positional', parts }
  const dialect = dialectOf({ name: 'x', length: keys.length, composite })
  const bytes = Buffer.from('02004000000000000000123456')
  const first = JSON.stringify(dialect.unpack(bytes))
  for (let round = 0; round < 40; round += 1) dialect.unpack(bytes)
  t.is(JSON.stringify(dialect.unpack(bytes)), first)
})
