import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import test from 'ava'

const SOURCES = globSync('src/**/*.ts').sort()
const CODE = [
  ...SOURCES,
  ...globSync('test/**/*.ts'),
  ...globSync('{bench,examples}/**/*.ts'),
].sort()
const TRACKED = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(file))

/** A pattern that must not occur in src, what to use instead, and the files that may. */
const BANNED: readonly { pattern: RegExp; instead: string; except?: RegExp }[] = [
  {
    pattern: /\bDate\.|new Date\b|\bperformance\.|\bset(Timeout|Interval)\(|Math\.random/,
    instead: 'Clock and Random of #platform',
    except: /^src\/(platform\/|cli\/|merchant-client\/system\.ts)/,
  },
  { pattern: /process\.env/, instead: 'config.ts', except: /^src\/(config|main)\.ts/ },
  { pattern: /console\.(log|error|warn)/, instead: 'the log, or the command line’s output' },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, instead: 'an issue' },
  { pattern: /\bas any\b|: any\b|<any>/, instead: 'a type, or unknown and a parser' },
  { pattern: /@ts-(ignore|expect-error|nocheck)|biome-ignore/, instead: 'code that needs none' },
  { pattern: /SALTLEN_AUTO|RSA_PSS_SALTLEN_AUTO/, instead: 'saltLength 32 (security, row PSS)' },
]

test('there is code to look at', (t) => {
  t.true(SOURCES.length > 20)
})

test('the top level of the repository is the one that the documentation shows', (t) => {
  const shown = new Set(TRACKED.map((file) => file.split('/')[0]))
  const allowed = [
    '.ci .gitignore .npmrc README.md ARCHITECTURE.md CHANGELOG.md package.json package-lock.json',
    'tsconfig.json biome.json knip.json ava.config.js src specs keys test bench examples',
  ].flatMap((names) => names.split(' '))
  t.deepEqual(
    [...shown].filter((name) => name !== undefined && !allowed.includes(name)),
    [],
  )
})

for (const { pattern, instead, except } of BANNED) {
  test(`instead of ${pattern.source}, src uses ${instead}`, (t) => {
    const offenders = SOURCES.filter((file) => !except?.test(file)).filter((file) =>
      pattern.test(readFileSync(file, 'utf8')),
    )
    t.deepEqual(offenders, [])
  })
}

test('no line of code or comment is longer than 100 columns', (t) => {
  const long = CODE.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) =>
        [...line].length > 100 && !UNBREAKABLE.test(line) ? [`${file}:${index + 1}`] : [],
      ),
  )
  t.deepEqual(long, [])
})

/** Addresses, keys, and the titles of tests, which are claims in one string. */
const UNBREAKABLE = /:\/\/|^\s*test(\.\w+)?\(|[\w-]{90}/

test('every room has a face that opens with a docblock', (t) => {
  for (const entry of readdirSync('src', { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'cli') continue
    const face = readFileSync(`src/${entry.name}/index.ts`, 'utf8')
    t.true(face.startsWith('/**'), `src/${entry.name}/index.ts`)
  }
})

test('the code map of ARCHITECTURE.md names every room', (t) => {
  const map = readFileSync('ARCHITECTURE.md', 'utf8')
  for (const entry of readdirSync('src', { withFileTypes: true })) {
    if (entry.isDirectory()) t.true(map.includes(`\`${entry.name}/\``), entry.name)
  }
})

test('every production dependency has its reason in ARCHITECTURE.md and an exact version', (t) => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const text = readFileSync('ARCHITECTURE.md', 'utf8')
  for (const [name, version] of Object.entries<string>(dependencies)) {
    t.true(text.includes(`\`${name}\``), `${name} has no reason`)
    t.regex(version, /^\d+\.\d+\.\d+$/, `${name} is not pinned`)
  }
})

test('functions are at most 70 lines', (t) => {
  t.deepEqual(
    SOURCES.flatMap((file) => longFunctions(read(file)).map((long) => `${file}: ${long}`)),
    [],
  )
})

test('no file names a registry or a path of the machine it was written on', (t) => {
  const text = /registry\.npmjs|deb\.debian|pypi\.org|\/work\/|\/root\//
  const looked = TRACKED.filter((file) => /\.(ts|md|json|js|sh|py)$|run$/.test(file))
  t.true(looked.length > 30)
  const offenders = looked.filter((file) => file !== 'test/tidy.test.ts' && text.test(read(file)))
  t.deepEqual(offenders, [])
})

test('no private key is in the repository but the test keys under keys/test', (t) => {
  const marker = new RegExp(`BEGIN (RSA |EC |ENCRYPTED )?${'PRIVATE'} KEY`)
  const looked = TRACKED.filter((file) => !file.startsWith('keys/test/'))
  t.deepEqual(
    looked.filter((file) => marker.test(read(file))),
    [],
  )
})

test('every markdown file has exactly one title', (t) => {
  for (const file of TRACKED.filter((it) => it.endsWith('.md'))) {
    const prose = read(file).replace(/```[\s\S]*?```/g, '')
    t.is(prose.match(/^# /gm)?.length, 1, file)
  }
})

function read(file: string): string {
  return readFileSync(file, 'utf8')
}

/** Top-level and nested `function` declarations, by the indentation of their closing brace. */
function longFunctions(source: string): string[] {
  const lines = source.split('\n')
  return lines.flatMap((line, start) => {
    const match = /^(\s*)(?:export )?(?:async )?function\*? (\w+)/.exec(line)
    if (!match) return []
    const end = lines.indexOf(`${match[1]}}`, start)
    return end - start + 1 > 70 ? [`${match[2]} is ${end - start + 1} lines`] : []
  })
}
