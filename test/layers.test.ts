import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import test from 'ava'

/**
 * Who may import whom. The first list is rooms (by face), the second what of Node and of npm.
 * A new arrow between rooms is a decision: change it here, and say why in the commit.
 */
const TABLE: Readonly<Record<string, { rooms: readonly string[]; outside: readonly string[] }>> = {
  domain: { rooms: [], outside: [] },
  iso8583: { rooms: [], outside: ['node:buffer', 'binary-parser'] },
  dialects: { rooms: ['iso8583'], outside: ['sax'] },
  ledger: { rooms: ['domain'], outside: [] },
  platform: { rooms: [], outside: ['node:crypto', 'node:stream', 'winston'] },
  envelope: { rooms: [], outside: ['node:buffer', 'node:crypto', 'node:worker_threads'] },
  security: {
    rooms: ['domain', 'platform'],
    outside: ['node:buffer', 'node:crypto', 'node:fs', 'node:path', 'node-forge'],
  },
  processing: { rooms: ['domain', 'iso8583'], outside: ['ajv', 'jsonc-parser'] },
  admission: { rooms: ['platform'], outside: [] },
  control: { rooms: ['domain', 'iso8583', 'platform', 'admission', 'processing'], outside: [] },
  communication: {
    rooms: ['domain', 'iso8583', 'platform', 'admission'],
    outside: ['node:buffer', 'node:net', 'node:tls', 'node:https', 'node:http', 'node:stream'],
  },
  store: {
    rooms: ['domain', 'platform', 'ledger'],
    outside: [
      ...['node:sqlite', 'node:worker_threads', 'node:crypto', 'node:fs', 'node:path', 'node:tls'],
      'pg',
    ],
  },
  'merchant-client': {
    rooms: ['domain', 'envelope'],
    outside: ['node:buffer', 'node:tls', 'node:https', 'node:http', 'node:crypto'],
  },
  'host-emulator': {
    rooms: ['iso8583', 'platform'],
    outside: ['node:buffer', 'node:net', 'node:tls', 'node:sqlite', 'node:crypto'],
  },
}

/** The composition root and the command line see every face and all of Node. */
const ROOT = [
  'main.ts',
  'gateway.ts',
  'gateway-files.ts',
  'config.ts',
  'spec-files.ts',
  'host-profile.ts',
  'fee-plan-file.ts',
  'emulated-host.ts',
  'host-side.ts',
  'journal-anchors.ts',
  'journal-port.ts',
  'evidence.ts',
  'hsm.ts',
  'live-pin-keys.ts',
  'pin-desk.ts',
  'in-charge.ts',
  'cli',
]

const FILES = globSync('src/**/*.ts').sort()

const IMPORT = /^\s*(?:import|export)\s(?:[^'"]*?\sfrom\s)?'([^']+)'/gm

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(IMPORT)].map((match) => match[1] ?? '')
}

function roomOf(file: string): string {
  return file.split('/')[1] ?? ''
}

test('there are files to look at, and imports in them', (t) => {
  t.true(FILES.length > 20)
  t.true(FILES.flatMap(importsOf).length > 50)
})

test('every folder of src has a row in the table', (t) => {
  const folders = new Set(FILES.filter((file) => file.split('/').length > 2).map(roomOf))
  t.deepEqual([...folders].sort(), [...Object.keys(TABLE), 'cli'].sort())
})

for (const [room, { rooms, outside }] of Object.entries(TABLE)) {
  const allowed = [...rooms.map((name) => `#${name}`), ...outside]
  test(`${room} imports only ${allowed.join(', ') || 'itself'}`, (t) => {
    for (const file of FILES.filter((it) => roomOf(it) === room)) {
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith('.')) {
          const target = normalize(join(dirname(file), specifier))
          t.true(target.startsWith(`src/${room}/`), `${file} reaches ${target} behind its face`)
        } else {
          const named = allowed.some((it) => specifier === it || specifier.startsWith(`${it}/`))
          t.true(named, `${file} imports ${specifier}`)
        }
      }
    }
  })
}

test('the root and the command line reach rooms by their faces alone', (t) => {
  for (const file of FILES.filter((it) => ROOT.includes(roomOf(it)))) {
    for (const specifier of importsOf(file).filter((it) => it.startsWith('.'))) {
      const target = normalize(join(dirname(file), specifier))
      t.true(ROOT.includes(roomOf(target)), `${file} reaches ${target} behind its face`)
    }
  }
})

test('inside processing, only cryptography touches node:crypto', (t) => {
  const users = FILES.filter((it) => importsOf(it).includes('node:crypto'))
  const strays = users.filter((it) => roomOf(it) === 'processing' && !it.includes('/cryptography/'))
  t.deepEqual(strays, [])
})
