import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { folder } from './made-folder.ts'
import { type CliRun, runCli } from './run-cli.ts'

const FIRST = '0123456789ABCDEFFEDCBA9876543210'
const SECOND = '1111111111111111222222222222222F'

interface Sandbox {
  readonly keys: string
  hostKey(words: readonly string[], input?: string): Promise<CliRun>
  file(name: string, content: string, mode?: number): string
}

/** A folder for a real host, whose key has yet to be entered. */
async function made(t: ExecutionContext, host = 'kestrel', environment = 'sandbox') {
  const at = join(folder(t), 'data')
  const { code, err } = await runCli([
    ...['init', '--folder', at, '--rsa-bits', '2048', '--host', host],
    ...['--connect', '10.1.2.3:7000', '--environment', environment],
  ])
  if (code !== 0) throw new Error(err)
  const sandbox: Sandbox = {
    keys: join(at, 'keys'),
    hostKey: ([word = '', ...words], input = '') =>
      runCli(['host-key', word, '--config', join(at, 'sallyport.json'), ...words], { input }),
    file(name, content, mode = 0o600) {
      writeFileSync(join(at, name), content, { mode })
      return join(at, name)
    },
  }
  return sandbox
}

test('two custodians enter a key from files of their own, and see check values alone', async (t) => {
  const { hostKey, file, keys } = await made(t)
  const files = [file('first', `0123 4567 89AB CDEF ${FIRST.slice(16)}\n`), file('second', SECOND)]
  const { code, out, err } = await hostKey(['add', '--component', ...files])
  t.is(code, 0, err)
  t.regex(out, /^Component 1: check value [0-9A-F]{6}\nComponent 2: check value [0-9A-F]{6}\n/)
  t.regex(out, /Key of kestrel: check value [0-9A-F]{6}\n$/)
  const [, checkValue = ''] = /Key of kestrel: check value (.*)\n/.exec(out) ?? []
  t.regex((await hostKey(['list'])).out, new RegExp(`^kestrel  tdes  check value ${checkValue}  `))
  const listed = JSON.parse((await hostKey(['list', '--json'])).out)
  t.like(listed, [{ host: 'kestrel', cipher: 'tdes', checkValue }])

  const kept = readdirSync(keys).map((name) => readFileSync(join(keys, name), 'latin1'))
  for (const text of [out, err, ...kept]) {
    t.false(text.includes(FIRST.slice(0, 16)))
    t.false(text.includes(SECOND.slice(0, 16)))
  }
})

test('components may come on standard input, a line each; the key is the same', async (t) => {
  const { hostKey } = await made(t)
  const first = await hostKey(['add', '--json'], `${FIRST}\n\n  ${SECOND}\n`)
  t.is(first.code, 0, first.err)
  const { host, checkValue, componentCheckValues } = JSON.parse(first.out)
  t.is(host, 'kestrel')
  t.is(componentCheckValues.length, 2)
  const again = ['add', '--json', '--replace', '--expect', checkValue.toLowerCase()]
  const second = await hostKey(again, `${SECOND}\n${FIRST}\n`)
  t.is(JSON.parse(second.out).checkValue, checkValue)
})

const REFUSED: readonly [
  what: string,
  words: string[],
  input: string,
  code: number,
  told: RegExp,
][] = [
  ['nothing', [], '', 1, /^a component is needed/],
  ['no hexadecimal', [], 'component', 1, /^component 1 is not 16, 24 bytes/],
  ['another check value', ['--expect', '000000'], FIRST, 1, /^its check value is/],
  ['an expected check value of three digits', ['--expect', '000'], FIRST, 2, /^--expect must be/],
  ['a file that is not there', ['--component', 'nowhere'], '', 3, /there is no nowhere/],
]

for (const [what, words, input, expected, told] of REFUSED) {
  test(`${what} is refused, and no key is entered`, async (t) => {
    const { hostKey } = await made(t)
    const { code, out, err } = await hostKey(['add', ...words], input)
    t.is(code, expected)
    t.is(out, '')
    t.regex(err, told)
    t.false(err.includes(FIRST.slice(0, 8)))
    t.is((await hostKey(['list'])).out, 'No host has a key-encrypting key here.\n')
  })
}

test('a component that others may read is refused', async (t) => {
  const { hostKey, file } = await made(t)
  const { code, err } = await hostKey(['add', '--component', file('open', FIRST, 0o644)])
  t.is(code, 3)
  t.regex(err, /mode 0644; it must be 0600 or less/)
})

test('one custodian alone enters no key in production', async (t) => {
  const { hostKey } = await made(t, 'kestrel', 'production')
  const { code, err } = await hostKey(['add'], FIRST)
  t.is(code, 1)
  t.regex(err, /production wants two components/)
  t.is((await hostKey(['add'], `${FIRST}\n${SECOND}`)).code, 0)
})

test('a host without MACs has no key to enter', async (t) => {
  const { hostKey } = await made(t, 'meridian')
  const { code, err } = await hostKey(['add'], FIRST)
  t.is(code, 1)
  t.regex(err, /^the host meridian authenticates no messages: its link\.json has no mac/)
})
