import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import {
  EDITIONS,
  editionFileOf,
  hostNames,
  profileFrom,
  readDialect,
  readHostProfile,
  readLink,
  readMapping,
  readMessages,
} from '../src/host-profile.ts'
import { ProfileError } from '../src/spec-files.ts'

const MERIDIAN = 'specs/hosts/meridian'
const messages = readMessages()

/** A copy of the reference host's folder with one file rewritten. */
function changed(file: string, rewrite: (text: string) => string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'sallyport-profile-')), 'meridian')
  cpSync(MERIDIAN, folder, { recursive: true })
  writeFileSync(join(folder, file), rewrite(readFileSync(join(folder, file), 'utf8')))
  return folder
}

function faultsOf(folder: string) {
  try {
    readHostProfile(folder, messages)
    return []
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return error.faults
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a host is its folder: the reference host by name, a copy of it by path', (t) => {
  t.is(readHostProfile('meridian', messages).name, 'meridian')
  t.deepEqual(faultsOf(changed('mapping.json', (text) => text)), [])
})

test('every edition of the standard is a dialect by its name, and none is left out', (t) => {
  const files = readdirSync('specs/editions').filter((file) => file.endsWith('.json'))
  t.deepEqual(
    files.sort(),
    EDITIONS.map((name) => `${name}.json`),
  )
  for (const name of EDITIONS) t.is(readDialect(editionFileOf(name)).name, name)
})

/** What is broken, in which file, and what the line that is blamed says. */
const FAULTS: readonly [string, string, (text: string) => string, RegExp][] = [
  [
    'a mapping of a host by another name',
    'mapping.json',
    (text) => text.replace('"host": "meridian"', '"host": "other"'),
    /"host": "other"/,
  ],
  [
    'a mapping from a member that no request has',
    'mapping.json',
    (text) => text.replace('"from": "request.card.pan"', '"from": "request.card.pam"'),
    /card\.pam/,
  ],
  [
    'a mapping to an element that the dialect lacks',
    'mapping.json',
    (text) => text.replace('"48.92"', '"48.93"'),
    /48\.93/,
  ],
  [
    'a dialect with a content class that does not exist',
    'dialect.json',
    (text) => text.replace('"content": "n"', '"content": "q"'),
    /"content": "q"/,
  ],
  [
    'a link that matches by an element that does not exist',
    'link.json',
    (text) => text.replace('["11", "7", "41"]', '["11", "7", "141"]'),
    /141/,
  ],
]

/** Keys of the reference host that its mapping speaks against, and what is said of them. */
const KEYS: readonly [string, string, string, RegExp][] = [
  [
    'a key of an approval code, which no request has',
    '["11", "7", "41"]',
    '["11", "7", "38"]',
    /only in the answer of payment.authorize, only in the answer of payment.sale/,
  ],
  [
    'a key that two requests share',
    '["11", "7", "41"]',
    '["41"]',
    /must have the trace number, 11/,
  ],
  [
    'a key that answers do not repeat',
    '["11", "7", "41"]',
    '["11", "7", "22"]',
    /element 22 is not echoed, always, in the answer of payment.authorize/,
  ],
  [
    'a key that a partial approval changes',
    '["11", "7", "41"]',
    '["11", "7", "4"]',
    /not echoed, always/,
  ],
  [
    'a trace number that two requests may share, an element being absent',
    '["7", "32"]',
    '["7", "38"]',
    /element 38 is not mandatory in each request of payment.authorize, payment.sale/,
  ],
]

for (const [what, before, after, reason] of KEYS) {
  test(`${what} is refused in link.json, where it stands`, (t) => {
    const folder = changed('link.json', (text) => text.replace(before, after))
    const lines = readFileSync(join(folder, 'link.json'), 'utf8').split('\n')
    const [fault, ...others] = faultsOf(folder)
    t.deepEqual(others, [])
    t.true(lines[(fault?.line ?? 0) - 1]?.includes(after))
    t.regex(fault?.reason ?? '', reason)
  })
}

test('a key may have what neither a request nor its answer has', (t) => {
  t.deepEqual(
    faultsOf(changed('link.json', (text) => text.replace('"7", "41"]', '"7", "24"]'))),
    [],
  )
})

test('keys are held to a mapping with all faults told, and to none where it has faults', (t) => {
  const folder = changed('link.json', (text) =>
    text
      .replace('["11", "7", "41"]', '["38", "22"]')
      .replace('"frameBytesMax": 4096', '"frameBytesMax": 70'),
  )
  const dialect = readDialect(join(folder, 'dialect.json'))
  const mapping = readMapping(folder, dialect, messages)
  const error = t.throws(() => readLink(folder, dialect, mapping), { instanceOf: ProfileError })
  t.deepEqual(
    error.faults.map(({ path }) => path),
    ['/matchKey', '/matchKey/0', '/matchKey/1', '/frameBytesMax'],
  )
  const alone = t.throws(() => readLink(folder, dialect, undefined), { instanceOf: ProfileError })
  t.is(alone.faults[0]?.path, '/matchKey')
  rmSync(folder, { recursive: true, force: true })
})

for (const [what, file, rewrite, line] of FAULTS) {
  test(`${what} is refused with file, line and reason`, (t) => {
    const folder = changed(file, rewrite)
    const lines = readFileSync(join(folder, file), 'utf8').split('\n')
    const faults = faultsOf(folder)
    t.true(faults.length > 0)
    t.true(faults.some((fault) => line.test(lines[fault.line - 1] ?? '')))
    for (const fault of faults) t.true(fault.reason.length > 10)
  })
}

test('text that is not JSON is refused where it stops being JSON', (t) => {
  const [fault] = faultsOf(
    changed('link.json', (text) => text.replace('"matchKey":', '"matchKey"')),
  )
  t.true((fault?.line ?? 0) > 1)
  t.regex(fault?.reason ?? '', /JSON/)
})

test('a file that is missing is named', (t) => {
  const error = t.throws(() => readHostProfile('/nowhere/at-all', messages), {
    instanceOf: ProfileError,
  })
  t.regex(error?.message ?? '', /at-all\/dialect\.json/)
  t.is(error?.file, '/nowhere/at-all/dialect.json')
})

test('the hosts are the folders of specs/hosts, and no file there', (t) => {
  t.true(readdirSync('specs/hosts').includes('README.md'))
  t.deepEqual([...hostNames()].sort(), ['borealis', 'kestrel', 'meridian', 'pampas'])
})

test('the path of a profile is taken from the folder that names it, a name stays a name', (t) => {
  t.is(profileFrom('/etc/bank', './harbour'), '/etc/bank/harbour')
  t.is(profileFrom('/etc/bank', '/opt/harbour'), '/opt/harbour')
  t.is(profileFrom('/etc/bank', 'meridian'), 'meridian')
})
