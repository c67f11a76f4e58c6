import test from 'ava'
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
  ['payments'],
  ['decode'],
  ['encode'],
  ['doctor'],
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

test('SALLYPORT_CONFIG names the configuration', async (t) => {
  const environment = { SALLYPORT_CONFIG: '/nowhere/else.json' }
  const { err } = await runCli(['merchant', 'list'], { environment })
  t.regex(err, /\/nowhere\/else\.json/)
})
