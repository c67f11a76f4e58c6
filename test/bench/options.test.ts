import test from 'ava'
import { parseOptions, UsageError } from '../../bench/options.ts'

const DEFAULTS = {
  question: 'gateway',
  json: false,
  quick: false,
  payments: undefined,
  runs: undefined,
  inFlight: undefined,
  connections: 4,
  seconds: undefined,
  keys: undefined,
  bits: 2048,
  algorithm: undefined,
  folder: undefined,
}

test('a question alone leaves every choice to it', (t) => {
  t.like(parseOptions(['gateway']), DEFAULTS)
})

test('options are read wherever they stand', (t) => {
  const words = ['--json', 'gateway', '--keys', 'fresh', '--bits', '3072', '--in-flight', '16']
  const expected = { ...DEFAULTS, json: true, keys: 'fresh', bits: 3072, inFlight: 16 }
  t.like(parseOptions(words), expected)
})

for (const words of [
  [],
  ['gateway', 'memory'],
  ['gateway', '--runs', '0'],
  ['burst', '--seconds', '0'],
  ['gateway', '--payments', '1e3x'],
  ['gateway', '--bits', '1024'],
  ['gateway', '--keys', 'both'],
  ['gateway', '--loud'],
]) {
  test(`the command line "${words.join(' ')}" is refused`, (t) => {
    t.throws(() => parseOptions(words), { instanceOf: UsageError })
  })
}
