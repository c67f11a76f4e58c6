import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'

const run = promisify(execFile)

for (const [name, items, cents, perItem, fee] of [
  ['article', 40, '10', '0.0500', '0.0250'],
  ['download', 1_000, '155', '0.0020', '0.0090'],
  ['in-app-item', 25, '487.5', '0.1600', '0.6800'],
  ['metered-stream', 360, '45', '0.0056', '0.0167'],
] as const) {
  test.serial(
    `the example ${name} runs by itself, and tells what an item of it cost`,
    async (t) => {
      const { stdout } = await run(process.execPath, ['examples/run.ts', name])
      t.true(stdout.includes(`${items} items for ${cents} cents`), stdout)
      t.true(stdout.includes(`cost per item: ${perItem} host messages`), stdout)
      t.true(stdout.includes(`for the tab, ${fee} an item`), stdout)
    },
  )
}

test('an example that there is not is refused, with the names of those that there are', async (t) => {
  const failed = await t.throwsAsync(run(process.execPath, ['examples/run.ts', 'bread']))
  t.regex(String(failed), /name one of article, download, in-app-item, metered-stream/)
})
