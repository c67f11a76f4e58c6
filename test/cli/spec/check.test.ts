import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { folder } from '../made-folder.ts'
import { runCli } from '../run-cli.ts'

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

/** A copy of the reference host, its files rewritten. */
function hostWith(
  t: { teardown(act: () => void): void },
  files: Readonly<Record<string, (text: string) => string>>,
): string {
  const host = join(folder(t), 'meridian')
  cpSync('specs/hosts/meridian', host, { recursive: true })
  for (const [name, rewrite] of Object.entries(files)) {
    const text = readFileSync(join(host, name), 'utf8')
    const other = rewrite(text)
    if (other === text) throw new Error(`${name} was to be changed`)
    writeFileSync(join(host, name), other)
  }
  return host
}

const cards = (pan: string) => JSON.stringify({ cards: [{ pan, balance: '1', expiry: '3012' }] })

test('check tells the faults of all files of a host, each by its place', async (t) => {
  const host = hostWith(t, {
    'mapping.json': (text) => text.replace('"host": "meridian"', '"host": "another"'),
    'link.json': (text) => text.replace('"header"', '"heading"'),
    'conduct.json': (text) => text.replace('"48.92"', '"48.93"'),
  })
  writeFileSync(join(host, 'cards.json'), cards('1'))
  const { code, out } = await runCli(['spec', 'check', host])
  t.is(code, 1)
  t.regex(out, /meridian\/dialect\.json can be used/)
  for (const place of ['mapping', 'link', 'conduct', 'cards']) {
    t.regex(out, new RegExp(`^${join(host, place)}\\.json:\\d+:\\d+ /`, 'm'))
  }
  const json = JSON.parse((await runCli(['spec', 'check', host, '--json'])).out)
  t.is(json.length, 5)
  t.is(json.filter((it: { faults: unknown[] }) => it.faults.length > 0).length, 4)
  t.false(out.includes('"1"'))
})

/** A code that meridian's two characters of response code have no room for. */
const LONG_CODE = JSON.stringify({
  cards: [
    {
      ...{ pan: '4111111111111111', balance: '1', expiry: '3012' },
      fault: { kind: 'answer-code', code: '116' },
    },
  ],
})

for (const conduct of ['its own', 'derived']) {
  test(`cards that a host cannot answer by its conduct, ${conduct}, are told`, async (t) => {
    const host = hostWith(t, {})
    if (conduct === 'derived') rmSync(join(host, 'conduct.json'))
    writeFileSync(join(host, 'cards.json'), LONG_CODE)
    const { code, out } = await runCli(['spec', 'check', host])
    t.is(code, 1)
    t.regex(out, /cards\.json:1:\d+ \/cards\/0\/fault\/code: /)
    t.is(out.match(/can be used/g)?.length, conduct === 'derived' ? 3 : 4)
  })
}

test('where the conduct cannot be known, cards are read without it', async (t) => {
  const host = hostWith(t, { 'mapping.json': () => '{}' })
  rmSync(join(host, 'conduct.json'))
  writeFileSync(join(host, 'cards.json'), LONG_CODE)
  const { out } = await runCli(['spec', 'check', host])
  t.regex(out, /cards\.json can be used/)
})

test('behind a faulty dialect the other files are read as far as they go without it', async (t) => {
  const host = hostWith(t, {
    'dialect.json': (text) => text.replace('"content": "n"', '"content": "q"'),
    'mapping.json': (text) => text.replace('"host":', '"host"'),
  })
  writeFileSync(join(host, 'cards.json'), cards('1'))
  const { code, out } = await runCli(['spec', 'check', host])
  t.is(code, 1)
  t.regex(out, /dialect\.json:\d+:\d+ \/fields/)
  t.regex(out, /mapping\.json:\d+:\d+ \(file\): is no JSON/)
  t.regex(out, /cards\.json:1:\d+ \/cards\/0\/pan/)
  t.regex(out, /link\.json is JSON; what it says of the dialect was not checked/)
})

test('a file that a host lacks is told', async (t) => {
  const host = hostWith(t, {})
  rmSync(join(host, 'link.json'))
  const { code, out } = await runCli(['spec', 'check', host])
  t.is(code, 1)
  t.true(out.includes(`${join(host, 'link.json')}:1:1 (file): is missing`), out)
})

test('a name that is nothing known is told as such', async (t) => {
  const known = /nowhere:1:1 \(file\): is no file, no folder, no host and no edition/
  const checked = await runCli(['spec', 'check', 'nowhere'])
  t.is(checked.code, 1)
  t.regex(checked.out, known)
  const typed = await runCli(['spec', 'types', 'nowhere'])
  t.is(typed.code, 3)
  t.regex(typed.err, known)
})

test('a dialect that begins with a byte order mark is read, its places as an editor counts', async (t) => {
  const file = join(folder(t), 'dialect.json')
  writeFileSync(file, `\uFEFF${readFileSync('specs/editions/1987-ascii.json', 'utf8')}`)
  t.is((await runCli(['spec', 'check', file])).code, 0)
  writeFileSync(file, '\uFEFF{"name":}')
  t.regex((await runCli(['spec', 'check', file])).out, /:1:9 /)
})

const UNREADABLE: readonly [string, string | undefined, RegExp][] = [
  ['that is not there', undefined, /is no file/],
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

test('a setting that is nearly one is told with the one that was meant', async (t) => {
  const host = hostWith(t, {
    'mapping.json': (text) => text.replace('"responseCodes"', '"responsCodes"'),
    'link.json': (text) => text.replace('"header"', '"heder"'),
    'conduct.json': (text) => text.replace('"payments"', '"payment"'),
  })
  const { out } = await runCli(['spec', 'check', host])
  t.regex(out, /\/responsCodes: .*; did you mean responseCodes\?/)
  t.regex(out, /\/heder: .*; did you mean header\?/)
  t.regex(out, /\/payment: .*; did you mean payments\?/)
  const faulty = hostWith(t, {
    'dialect.json': (text) => text.replace('"content"', '"contnt"'),
  })
  const checked = await runCli(['spec', 'check', faulty])
  t.regex(checked.out, /is not a setting here; did you mean content\? Known are name/)
  t.regex((await runCli(['spec', 'types', faulty])).err, /did you mean content\?/)
})

test('what is no JSON is told in a sentence', async (t) => {
  const file = join(folder(t), 'dialect.json')
  writeFileSync(file, '{"name": "x" "title": "y"}')
  const { out } = await runCli(['spec', 'check', file])
  t.is(out, `${file}:1:14 (file): is no JSON: a comma is missing\n`)
  t.regex((await runCli(['spec', 'types', file])).err, /is no JSON: a comma is missing/)
})

test('another file of a host is named as what it is, with its folder', async (t) => {
  for (const [name, kind] of [
    ['mapping', 'mapping'],
    ['link', 'link'],
    ['conduct', 'conduct'],
  ]) {
    const { code, out } = await runCli(['spec', 'check', `specs/hosts/meridian/${name}.json`])
    t.is(code, 1)
    t.is(out.split('\n').length, 2)
    t.true(
      out.includes(`is a ${kind}; check its folder: sallyport spec check specs/hosts/meridian/`),
    )
  }
})
