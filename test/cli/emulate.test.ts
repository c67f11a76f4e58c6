import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import test from 'ava'
import { runProgram } from '../../src/cli/program.ts'

/** Run `sallyport emulate host` until it listens, and stop it. */
async function emulate(...words: string[]) {
  const out = new PassThrough()
  const err = new PassThrough()
  const free = ['--listen', '127.0.0.1:0', '--book', ':memory:']
  const code = await runProgram(['emulate', 'host', ...free, ...words], {
    out,
    err,
    input: Readable.from([]),
    environment: {},
    onStopSignal: (stop) => setImmediate(stop),
  })
  return { code, out: String(out.read() ?? ''), err: String(err.read() ?? '') }
}

/** A host’s folder like meridian’s, with some files rewritten; undefined leaves one out. */
function folderWith(files: Readonly<Record<string, ((text: string) => string) | undefined>>) {
  const folder = join(mkdtempSync(join(tmpdir(), 'emulate-')), 'meridian')
  cpSync('specs/hosts/meridian', folder, { recursive: true })
  for (const [name, rewrite] of Object.entries(files)) {
    const file = join(folder, name)
    if (rewrite === undefined) rmSync(file)
    else writeFileSync(file, rewrite(readFileSync(file, 'utf8')))
  }
  return folder
}

test('a host with a conduct of its own acts by it, and says so', async (t) => {
  const { code, out } = await emulate()
  t.is(code, 0)
  t.regex(out, /^Host on port \d+\nConduct: its own, from conduct\.json\n$/)
})

test('how long a key lives is a whole number of seconds', async (t) => {
  t.is((await emulate('--key-life', '60', '--profile', 'kestrel')).code, 0)
  for (const life of ['0', '1.5', 'soon', '1000000']) {
    const { code, err } = await emulate('--key-life', life)
    t.is(code, 2, life)
    t.regex(err, /^--key-life must be a whole number of seconds/)
  }
})

test('a host with MACs wants a list of cards that has the key to send its keys under', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'emulate-'))
  const cards = join(folder, 'cards.json')
  writeFileSync(cards, '{ "cards": [] }')
  const { code, err } = await emulate('--profile', 'kestrel', '--cards', cards)
  t.is(code, 3)
  t.regex(err, /cards\.json:1:1 \/keyEncryptingKey: is missing: the host has MACs/)
  t.is((await emulate('--cards', cards)).code, 0)
})

test('a host of three files has its conduct from its mapping, and says so', async (t) => {
  const folder = folderWith({ 'conduct.json': undefined })
  const { code, out } = await emulate('--profile', folder)
  t.is(code, 0)
  t.regex(out, /^Host on port \d+\nConduct: derived from mapping\.json and link\.json; .*\n$/)
  const { out: asJson } = await emulate('--profile', folder, '--json')
  t.like(JSON.parse(asJson), { ready: true, conduct: 'derived' })
})

test('a conduct with a fault is refused with file, line and reason', async (t) => {
  const folder = folderWith({ 'conduct.json': (text) => text.replace('"48.92"', '"48.93"') })
  const { code, err } = await emulate('--profile', folder)
  t.is(code, 3)
  t.regex(err, /conduct\.json:\d+:\d+ \/payments\/0\/elements\/cvv2: .*48\.93/)
})

test('a mapping that gives no conduct is refused with its line', async (t) => {
  const noDecline = (text: string) => text.replace(/"declined": \[[^\]]*\]/, '"declined": []')
  const inMapping = folderWith({ 'conduct.json': undefined, 'mapping.json': noDecline })
  const refused = await emulate('--profile', inMapping)
  t.is(refused.code, 3)
  t.regex(refused.err, /mapping\.json:\d+:\d+ \/responseCodes\/declined: must list a code/)
})

const CARD = { pan: '4111111111111111', balance: '100', expiry: '3012' }

test('cards are the file’s that is named, else the folder’s, else the common ones', async (t) => {
  const folder = folderWith({})
  writeFileSync(join(folder, 'cards.json'), JSON.stringify({ cards: [{ ...CARD, pan: '1' }] }))
  const own = await emulate('--profile', folder)
  t.is(own.code, 3)
  t.regex(own.err, /cards\.json:1:\d+ \/cards\/0\/pan: /)
  const named = join(folder, 'named.json')
  writeFileSync(named, JSON.stringify({ cards: [CARD] }))
  t.is((await emulate('--profile', folder, '--cards', named)).code, 0)
  writeFileSync(named, '{ "cards": [')
  const broken = await emulate('--cards', named)
  t.is(broken.code, 3)
  t.regex(broken.err, /named\.json:1:/)
})

test('a card that is answered with a code that the host has no room for is refused', async (t) => {
  const file = join(folderWith({}), 'long.json')
  const fault = { kind: 'answer-code', code: '116' }
  writeFileSync(file, JSON.stringify({ cards: [{ ...CARD, fault }] }))
  const { code, err } = await emulate('--cards', file)
  t.is(code, 3)
  t.regex(err, /long\.json:1:\d+ \/cards\/0\/fault\/code: /)
})

test('a script with a fault is refused by its place', async (t) => {
  const file = join(folderWith({}), 'script.json')
  writeFileSync(file, JSON.stringify([{ fault: { kind: 'silence' } }, { fault: { kind: 'wry' } }]))
  const { code, err } = await emulate('--script', file)
  t.is(code, 3)
  t.regex(err, /script\.json:1:\d+ \/1\/fault\/kind: /)
})

test('a host or an address that cannot be had is told in a sentence', async (t) => {
  const unknown = await emulate('--profile', 'fjord')
  t.is(unknown.code, 3)
  t.regex(unknown.err, /^no host is called fjord; known are /)
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { code, err } = await emulate('--listen', `127.0.0.1:${port}`)
  taken.close()
  t.is(code, 3)
  t.is(err.trim().split('\n').at(-1), `127.0.0.1:${port} is in use by another program`)
  const bookless = await emulate('--book', '/nowhere/book.db')
  t.is(bookless.code, 3)
  t.regex(bookless.err, /a database file cannot be opened/)
})
