import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { runCli } from './run-cli.ts'

const FIXTURES = 'test/dialects/fixtures'
const XML = `${FIXTURES}/composites.xml`

function folder(t: { teardown(act: () => void): void }): string {
  const made = mkdtempSync(join(tmpdir(), 'sallyport-spec-'))
  t.teardown(() => rmSync(made, { recursive: true }))
  return made
}

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

test('check finds nothing wrong with what is shipped', async (t) => {
  for (const name of ['specs/hosts/meridian', 'meridian', '1987-ascii']) {
    const { code, out } = await runCli(['spec', 'check', name])
    t.is(code, 0, out)
    t.regex(out, /can be used/)
  }
})

test('check says every fault with file, line and column, and exits with 1', async (t) => {
  const file = join(folder(t), 'dialect.json')
  const faulty = `{
  "name": "x", "mti": { "encoding": "utf8" }, "bitmap": { "encoding": "hex", "count": 1 },
  "fields": {
    "4": { "name": "Amount", "content": "n", "encoding": "ascii", "length": 0 }
  }
}`
  writeFileSync(file, faulty)
  const { code, out } = await runCli(['spec', 'check', file])
  t.is(code, 1)
  t.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => line.replace(/:[^:]*$/, '')),
    [`${file}:2:25 /mti/encoding`, `${file}:4:67 /fields/4/length`],
  )
  const json = await runCli(['spec', 'check', file, '--json'])
  t.is(JSON.parse(json.out)[0].faults.length, 2)
})

test('check tells a fault of the mapping or the link in a host’s folder by its file', async (t) => {
  for (const [name, old, other] of [
    ['mapping.json', '"host": "meridian"', '"host": "another"'],
    ['link.json', '"header"', '"heading"'],
  ] as const) {
    const host = join(folder(t), 'meridian')
    cpSync('specs/hosts/meridian', host, { recursive: true })
    const text = readFileSync(join(host, name), 'utf8')
    t.true(text.includes(old))
    writeFileSync(join(host, name), text.replace(old, other))
    const { code, out } = await runCli(['spec', 'check', host])
    t.is(code, 1)
    t.true(out.includes(`${join(host, name)}:`), out)
  }
})

const UNREADABLE: readonly [string, string | undefined, RegExp][] = [
  ['that is not there', undefined, /cannot be read/],
  ['that is no JSON', '{', /is no JSON/],
  ['that nests a hundred thousand deep', '['.repeat(100_000), /nests deeper than 64/],
  ['of more bytes than the limit', ' '.repeat(4_194_305), /larger than 4194304 bytes/],
]

for (const [what, text, reason] of UNREADABLE) {
  test(`check refuses a file ${what}`, async (t) => {
    const file = join(folder(t), 'dialect.json')
    if (text !== undefined) writeFileSync(file, text)
    const { code, out } = await runCli(['spec', 'check', file])
    t.is(code, 1)
    t.regex(out, reason)
    t.is((await runCli(['spec', 'types', file])).code, 3)
  })
}

test('warnings are told and do not count as faults', async (t) => {
  const file = join(folder(t), 'dialect.json')
  const element = { name: 'PAN', content: 'n', encoding: 'ascii', length: 16 }
  const dialect = { name: 'x', mti: { encoding: 'ascii' }, bitmap: { encoding: 'hex', count: 1 } }
  writeFileSync(file, JSON.stringify({ ...dialect, fields: { '2': element } }))
  const { code, out } = await runCli(['spec', 'check', file])
  t.is(code, 0)
  t.regex(out, /\/fields\/2: warning: holds the card number and has no mask/)
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
