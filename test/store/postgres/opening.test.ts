import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { createSystemClock } from '#platform'
import {
  openPaymentReader,
  openRegistry,
  openStore,
  openWorkDesk,
  type PostgresPlace,
  type StoreErrorCode,
} from '#store'
import { makeCertificates } from '../../communication/certificates.ts'
import { privateServer } from '../../postgres/private.ts'
import { inDatabase } from '../../postgres/server.ts'
import { freshDatabase } from '../../postgres/shared.ts'
import { intent, merchant, openSample } from '../sample.ts'

const clock = createSystemClock()

/** @param words what the refusal says */
async function checkRefused(
  t: ExecutionContext,
  place: PostgresPlace,
  [code, words = /./]: readonly [StoreErrorCode, RegExp?],
) {
  await t.throwsAsync(openStore(place, { clock, onFault: () => {} }), { code, message: words })
}

const run = ({ port, database }: PostgresPlace, sql: string) => inDatabase(port, database, sql)

test('a store is made where there is none, in a schema of its own', async (t) => {
  const place = await freshDatabase()
  await run(place, 'CREATE TABLE nodes (somebody text); CREATE TABLE public.payments (theirs text)')
  const store = await openSample(t, { place })
  t.is((await store.begin(intent(1))).kind, 'begun')
})

test('of two that make it at once both find it made', async (t) => {
  const place = await freshDatabase()
  const [a, b] = await Promise.all([
    openSample(t, { place }),
    openSample(t, { place: { ...place, node: 'south' } }),
  ])
  await a.putMerchant(merchant, 'ada')
  t.is((await b.merchants()).version, 1)
})

test('a schema of another program is refused', async (t) => {
  const place = await freshDatabase()
  await run(place, 'CREATE SCHEMA sallyport; CREATE TABLE sallyport.boats (name text)')
  await checkRefused(t, place, ['STORE_FOREIGN'])
})

test('a store of a newer program is refused, and one of an older to be read', async (t) => {
  const place = await freshDatabase()
  await (await openRegistry(place, { clock })).close()
  await run(place, 'UPDATE sallyport.store SET version = version + 1')
  await checkRefused(t, place, ['STORE_TOO_NEW'])
  await run(place, 'UPDATE sallyport.store SET version = version - 2')
  await t.throwsAsync(openPaymentReader(place, { clock }), { code: 'STORE_TOO_OLD' })
})

test('a store of an older program is brought up to date by whoever writes', async (t) => {
  const place = await freshDatabase()
  const folder = new URL('../../../src/store/postgres/migrations/', import.meta.url)
  const first = readFileSync(new URL('0001-journal.sql', folder), 'utf8')
  const made = `CREATE SCHEMA sallyport; SET search_path = sallyport; ${first}`
  await run(place, `${made}; UPDATE store SET version = 1`)
  await (await openRegistry(place, { clock })).close()
  await (await openPaymentReader(place, { clock })).close()
  t.is((await openSample(t, { place })).isInCharge(), true)
})

test('a database without a store is not given one by whoever only reads', async (t) => {
  const place = await freshDatabase()
  const reading = () => openPaymentReader(place, { clock })
  await t.throwsAsync(reading, { code: 'STORE_UNREADABLE' })
  await t.throwsAsync(reading, { code: 'STORE_UNREADABLE' })
})

test('a database that is not there, or not to be reached, is said to be so', async (t) => {
  const place = await freshDatabase()
  const missing = { ...place, database: 'nowhere' }
  await checkRefused(t, missing, ['STORE_UNREACHABLE', /no such database/])
  await checkRefused(t, { ...place, port: 1 }, ['STORE_UNREACHABLE', /ECONNREFUSED/])
  for (const open of [openRegistry, openWorkDesk, openPaymentReader]) {
    await t.throwsAsync(open(missing, { clock }), { code: 'STORE_UNREACHABLE' })
  }
})

test('a database in another encoding is refused', async (t) => {
  const place = await freshDatabase()
  const latin = `${place.database}_latin`
  await run(place, `CREATE DATABASE ${latin} ENCODING 'LATIN1' TEMPLATE template0`)
  await checkRefused(t, { ...place, database: latin }, ['STORE_UNFIT', /UTF8/])
})

for (const setting of ['fsync=off', 'full_page_writes=off']) {
  test(`a server with ${setting} is refused: it would lose what it has committed`, async (t) => {
    const server = await privateServer(t, { settings: [setting] })
    const place = server.place('postgres')
    await checkRefused(t, place, ['STORE_NOT_DURABLE', new RegExp(setting.replace('=', ' '))])
  })
}

test('a database that would commit without a sync is told otherwise', async (t) => {
  const place = await freshDatabase()
  // Each connection reads its setting back, and would be refused with this one.
  await run(place, `ALTER DATABASE ${place.database} SET synchronous_commit = off`)
  const store = await openSample(t, { place })
  t.is((await store.begin(intent(1))).kind, 'begun')
})

test('a server that only reads, as one that stands by, is not taken', async (t) => {
  const place = await freshDatabase()
  await run(place, `ALTER DATABASE ${place.database} SET default_transaction_read_only = on`)
  await checkRefused(t, place, ['STORE_UNREACHABLE', /stands by/])
})

test('a password and TLS are as good as they must be', async (t) => {
  const { caPem, serverPem, keyPem, strangerPem, clientPem } = makeCertificates()
  const server = await privateServer(t, {
    settings: ['ssl=on', 'ssl_ca_file=ca.crt'],
    files: { 'server.crt': serverPem, 'server.key': keyPem.reveal(), 'ca.crt': caPem },
    access: [
      'hostssl journal gate 127.0.0.1/32 scram-sha-256',
      'hostssl journal merchant 127.0.0.1/32 cert',
      'host all gate 127.0.0.1/32 reject',
    ],
  })
  await server.createDatabase('journal')
  for (const sql of [
    `CREATE ROLE gate LOGIN PASSWORD 'open sesame'`,
    'CREATE ROLE merchant LOGIN IN ROLE gate',
    'GRANT CREATE ON DATABASE journal TO gate',
  ]) {
    await inDatabase(server.port, 'journal', sql)
  }
  const tls = { ca: caPem }
  const gate = { ...server.place('journal'), user: 'gate', password: 'open sesame' }
  await (await openSample(t, { place: { ...gate, tls } })).close()
  await (
    await openSample(t, { place: { ...gate, tls: { ...tls, serverName: 'localhost' } } })
  ).close()
  const { password: _, ...silent } = gate
  const own = { cert: clientPem, key: keyPem.reveal() }
  const certified = { ...silent, user: 'merchant', tls: { ...tls, ...own } }
  await (await openSample(t, { place: certified })).close()
  for (const [place, words] of [
    [{ ...gate, tls, password: 'guess' }, /password is wrong/],
    [{ ...silent, tls }, /password/],
    [{ ...certified, tls }, /not let in/],
    [gate, /not let in/],
    [{ ...gate, tls: { ca: strangerPem } }, /SIGNED|VERIFY|ISSUER/],
    [{ ...gate, tls: { ...tls, serverName: 'db.bank.example' } }, /ALTNAME/],
  ] as const) {
    await checkRefused(t, place, ['STORE_UNREACHABLE', words])
  }
})
