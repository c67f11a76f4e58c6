import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folder } from './made-folder.ts'
import { runCli } from './run-cli.ts'

const COMMANDS = [
  ['init'],
  ['start'],
  ['demo'],
  ['emulate', 'host'],
  ['merchant', 'add'],
  ['merchant', 'list'],
  ['send'],
  ['inquire'],
  ['capture'],
  ['reverse'],
  ['payments'],
  ['decode'],
  ['encode'],
  ['doctor'],
  ['spec', 'import'],
  ['spec', 'export'],
  ['spec', 'check'],
  ['spec', 'diff'],
  ['spec', 'types'],
]

for (const words of COMMANDS) {
  test(`${words.join(' ')} explains itself with an example`, async (t) => {
    const { code, out } = await runCli([...words, '--help'])
    t.is(code, 0)
    t.regex(
      out,
      new RegExp(`Examples?:[\\s\\S]*sallyport ${words.join(' ')}|sallyport ${words[0]}`),
    )
    if (words[0] !== 'demo') t.true(out.includes('--json'))
  })
}

/** Of those that need no file of the reader's own and no gateway. */
const RUNNABLE = [
  ['decode'],
  ['doctor'],
  ['spec', 'export'],
  ['spec', 'check'],
  ['spec', 'types'],
  ['spec', 'diff'],
]

for (const words of RUNNABLE) {
  test(`the examples of ${words.join(' ')} work when they are copied`, async (t) => {
    const { out } = await runCli([...words, '--help'])
    const examples = [...out.replaceAll('\\\n', '').matchAll(/^ {2}sallyport (.*)$/gm)]
      .map(([, line = '']) => line.replace(/ {3,}[a-z].*/, '').split(/ +/))
      .filter((line) => !/my-host|old\/|<|\.hex/.test(line.join(' ')))
    t.true(examples.length > 0)
    for (const example of examples) {
      const out = example.indexOf('--out')
      const { code, err } = await runCli(out < 0 ? example : example.slice(0, out))
      t.is(code, example.includes('--diff') || words.includes('diff') ? 1 : 0, err)
    }
  })
}

test('a command that does not exist is wrong use', async (t) => {
  const { code, err } = await runCli(['conjure'])
  t.is(code, 2)
  t.regex(err, /unknown command/)
})

test('a gateway without a configuration says how to make one', async (t) => {
  const { code, err } = await runCli(['start', '--config', '/nowhere/sallyport.json'])
  t.is(code, 3)
  t.regex(err, /sallyport init/)
})

test('a configuration that is no JSON is told in a sentence', async (t) => {
  const file = join(folder(t), 'sallyport.json')
  writeFileSync(file, '{"environment": "sandbox" "host": {}}')
  const { code, err } = await runCli(['start', '--config', file])
  t.is(code, 3)
  t.regex(err, /\(file\): a comma is missing at character 26/)
})

test('SALLYPORT_CONFIG names the configuration', async (t) => {
  const environment = { SALLYPORT_CONFIG: '/nowhere/else.json' }
  const { err } = await runCli(['merchant', 'list'], { environment })
  t.regex(err, /\/nowhere\/else\.json/)
})
