import test from 'ava'
import { postgresAddressOf } from '#store'

const ADDRESSES: Readonly<Record<string, object>> = {
  'postgres://gate@db.bank.example/journal': {
    host: 'db.bank.example',
    port: 5432,
    database: 'journal',
    user: 'gate',
  },
  'postgresql://gate@10.1.2.3:6543/journal': {
    host: '10.1.2.3',
    port: 6543,
    database: 'journal',
    user: 'gate',
  },
  'postgres://gate@[::1]:6543/journal': {
    host: '::1',
    port: 6543,
    database: 'journal',
    user: 'gate',
  },
  'postgres://gate@/journal?host=/var/run/postgresql': {
    host: '/var/run/postgresql',
    port: 5432,
    database: 'journal',
    user: 'gate',
  },
  'postgres://the%20gate@db/a%2Fb': { host: 'db', port: 5432, database: 'a/b', user: 'the gate' },
}
for (const [text, address] of Object.entries(ADDRESSES)) {
  test(`${text} is an address`, (t) => {
    t.deepEqual(postgresAddressOf(text), address)
  })
}

const FAULTS: Readonly<Record<string, RegExp>> = {
  '': /must be/,
  'journal.db': /must be/,
  'mysql://gate@db/journal': /must be/,
  'postgres://gate:secret@db/journal': /password/,
  'postgres://gate:@db/journal': /password/,
  'postgres://db/journal': /must be/,
  'postgres://gate@db': /must be/,
  'postgres://gate@db/': /must be/,
  'postgres://gate@/journal': /must be/,
  'postgres://gate@db/journal?sslmode=disable': /must be/,
  'postgres://gate@db:123456/journal': /must be/,
  'postgres://gate@db/a%E0%A4%A': /must be/,
}
for (const [text, reason] of Object.entries(FAULTS)) {
  test(`${text || 'no text'} is no address`, (t) => {
    t.regex(String(postgresAddressOf(text)), reason)
  })
}

test('what is wrong with an address is said without its password', (t) => {
  t.notRegex(String(postgresAddressOf('postgres://gate:secret@db/journal')), /secret/)
})
