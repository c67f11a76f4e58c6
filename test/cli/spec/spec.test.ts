import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folder } from '../made-folder.ts'
import { runCli } from '../run-cli.ts'

const FIXTURES = 'test/dialects/fixtures'
const XML = `${FIXTURES}/composites.xml`

test('a packager becomes a dialect that decode takes, and the report is on standard error', async (t) => {
  const file = join(folder(t), 'dialect.json')
  const made = await runCli(['spec', 'import', '--from', 'jpos', XML, '--out', file])
  t.like(made, { code: 0, out: '' })
  t.regex(made.err, /^left-out: 3 \(line 7\): its class org\.jpos\.iso\.IFA_FLLNUM fills/m)
  t.is(JSON.parse(readFileSync(file, 'utf8')).name, 'composites')
  const hex = `303230301000000000000000${'30'.repeat(12)}`
  const { code, out } = await runCli(['decode', '--dialect', file, '--json', '--hex', hex])
  t.is(code, 0)
  t.deepEqual(JSON.parse(out).fields, { '4': '000000000000' })
})

test('a report says once what is said of several elements', async (t) => {
  const { err } = await runCli([
    'spec',
    'export',
    '--to',
    'moov',
    'test/vectors/iso87binary.dialect.json',
  ])
  t.true(err.includes('coarser: 28, 29, 30, 31, 97: its digits are carried as bytes\n'))
})

test('without a file for it the dialect is on standard output, and with --json the report too', async (t) => {
  const words = ['spec', 'import', '--from', 'moov', `${FIXTURES}/composites.moov.json`]
  const plain = await runCli([...words, '--name', 'mine'])
  t.is(JSON.parse(plain.out).name, 'mine')
  const json = await runCli([...words, '--json'])
  t.is(json.err, '')
  const { dialect, notes } = JSON.parse(json.out)
  t.is(dialect.name, 'composites')
  t.true(
    notes.some(
      (note: { path: string; kind: string }) => note.kind === 'left-out' && note.path === '5',
    ),
  )
})

test('a file that is there is not replaced', async (t) => {
  const file = join(folder(t), 'dialect.json')
  writeFileSync(file, 'work')
  for (const words of [
    ['import', '--from', 'jpos', XML],
    ['export', '--to', 'jpos', 'meridian'],
    ['types', 'meridian'],
  ]) {
    t.is((await runCli(['spec', ...words, '--out', file])).code, 1)
  }
  t.is(readFileSync(file, 'utf8'), 'work')
})

test('a file that is none of the format is refused by its place', async (t) => {
  const file = join(folder(t), 'bad.xml')
  writeFileSync(file, '<isopackager>\n  <isofield id="&x;"/></isopackager>')
  const plain = await runCli(['spec', 'import', '--from', 'jpos', file])
  t.is(plain.code, 1)
  t.true(plain.err.startsWith(`${file}:2:19: SYNTAX_INVALID: `), plain.err)
  const json = await runCli(['spec', 'import', '--from', 'jpos', file, '--json'])
  t.like(JSON.parse(json.out), { error: { code: 'SYNTAX_INVALID', line: 2, column: 19 } })
  t.is((await runCli(['spec', 'import', '--from', 'jpos', 'nowhere.xml'])).code, 3)
})

test('a host and an edition are taken out by name, and come back', async (t) => {
  const made = folder(t)
  for (const [name, format] of [
    ['meridian', 'jpos'],
    ['1987-binary', 'moov'],
  ] as const) {
    const file = join(made, name)
    t.is((await runCli(['spec', 'export', '--to', format, name, '--out', file])).code, 0)
    t.is((await runCli(['spec', 'import', '--from', format, file])).code, 0)
  }
})

test('diff exits with 0 for the same and 1 for another, and says where', async (t) => {
  t.like(await runCli(['spec', 'diff', 'meridian', 'specs/hosts/meridian/dialect.json']), {
    code: 0,
    out: '',
  })
  const { code, out } = await runCli(['spec', 'diff', '1987-ascii', '1987-binary'])
  t.is(code, 1)
  t.true(out.startsWith('~ mti  Message type\n    encoding: ascii -> bcd\n'))
  const json = await runCli(['spec', 'diff', '1987-ascii', '1987-binary', '--json'])
  t.is(JSON.parse(json.out)[0].path, 'mti')
})

test('types are written for a host by name', async (t) => {
  const file = join(folder(t), 'meridian.ts')
  t.is((await runCli(['spec', 'types', 'meridian', '--out', file])).code, 0)
  t.true(existsSync(file))
  t.regex(
    (await runCli(['spec', 'types', '1987-ascii'])).out,
    /export type Dialect1987AsciiMessage = \{/,
  )
})

test('a format that is not known is a fault of the command line', async (t) => {
  t.is((await runCli(['spec', 'import', '--from', 'xml', XML])).code, 2)
  t.is((await runCli(['spec', 'export', 'meridian'])).code, 2)
})

test('diff puts meanings last, a line a table, and shows each when it is asked', async (t) => {
  const { out } = await runCli(['spec', 'diff', '1987-ascii', 'meridian'])
  const lines = out.trim().split('\n')
  const first = lines.findIndex((line) => line.includes(': meanings '))
  t.true(first > 0)
  t.true(lines.slice(first).every((line) => /: meanings \S+: \d+ (new|gone|changed)/.test(line)))
  t.true(lines.includes('~ mti  Message type: meanings 0-1: 2 gone'))
  const whole = await runCli(['spec', 'diff', '1987-ascii', 'meridian', '--meanings'])
  t.regex(whole.out, /~ mti {2}Message type\n {4}meanings 0-1 8: national is gone\n/)
})
