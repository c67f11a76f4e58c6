import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readSandboxPans } from '../src/emulated-host.ts'
import { ProfileError } from '../src/spec-files.ts'

test('the cards of every sandbox are known, so that production can refuse them', (t) => {
  const pans = readSandboxPans()
  t.true(pans.has('4539578763621486'))
  t.true(pans.size > 10)
})

test('the cards of a host’s own are of them, and a list that cannot be used is told by line', (t) => {
  const specs = mkdtempSync(join(tmpdir(), 'sallyport-specs-'))
  t.teardown(() => rmSync(specs, { recursive: true }))
  const own = join(specs, 'hosts', 'harbour', 'cards.json')
  mkdirSync(join(specs, 'hosts', 'harbour'), { recursive: true })
  cpSync('specs/sandbox-cards.json', join(specs, 'sandbox-cards.json'))
  const card = { pan: '4000000000000002', balance: '1', expiry: '3012' }
  writeFileSync(own, JSON.stringify({ cards: [card] }))
  t.is(readSandboxPans(specs).size, readSandboxPans().size + 1)
  writeFileSync(own, '{"cards": [{"pan": "1"}]}')
  const error = t.throws(() => readSandboxPans(specs), { instanceOf: ProfileError })
  t.is(error?.file, own)
  t.regex(error?.message ?? '', /cards\.json:1:\d+ \/cards\/0\/pan: /)
  writeFileSync(own, '{')
  t.throws(() => readSandboxPans(specs), { instanceOf: ProfileError })
})
