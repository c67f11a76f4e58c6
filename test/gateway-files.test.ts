import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ConfigError, readConfig } from '../src/config.ts'
import { hostWayOf, listenerTlsOf, storePlaceOf } from '../src/gateway-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-files-'))

function put(name: string, mode = 0o600): string {
  writeFileSync(join(folder, name), `content of ${name}`)
  chmodSync(join(folder, name), mode)
  return name
}

function configOf(change: { host?: object; listeners?: object; store?: object }) {
  const file = join(folder, 'sallyport.json')
  const whole = {
    environment: 'sandbox',
    acquirer: { institution: '12345', country: '840' },
    host: { profile: 'meridian', ...change.host },
    listeners: { certificateFile: 'server.crt', keyFile: 'server.key', ...change.listeners },
    store: change.store ?? {},
  }
  writeFileSync(file, JSON.stringify(whole))
  return readConfig(file, {})
}

for (const name of ['ca.crt', 'gateway.crt', 'server.crt']) put(name, 0o644)
for (const name of ['gateway.key', 'server.key']) put(name)
const TLS = { caFile: 'ca.crt', certificateFile: 'gateway.crt', keyFile: 'gateway.key' }

test('a host that is dialled over TLS is believed by its CA and shown our certificate', (t) => {
  const connect = [{ port: 1 }, { address: '::1', port: 2 }]
  const { host } = configOf({ host: { connect, tls: { ...TLS, serverName: 'core' } } })
  const way = hostWayOf(host)
  if (way.kind !== 'connect') return t.fail()
  t.deepEqual(way.endpoints, [
    { address: '127.0.0.1', port: 1 },
    { address: '::1', port: 2 },
  ])
  t.is(way.tls?.caPem, 'content of ca.crt')
  t.is(way.tls?.serverName, 'core')
  t.is(way.tls?.client?.keyPem.reveal(), 'content of gateway.key')
})

test('a host that dials us over TLS meets our certificate', (t) => {
  const way = hostWayOf(configOf({ host: { listen: { port: 7000 }, tls: TLS } }).host)
  if (way.kind !== 'listen') return t.fail()
  t.is(way.port, 7000)
  t.is(way.tls?.server.certificatePem, 'content of gateway.crt')
})

test('a host that dials us without TLS is known by the addresses it dials from', (t) => {
  const addresses = ['192.0.2.7', '2001:db8::7']
  const way = hostWayOf(configOf({ host: { listen: { port: 7000, addresses } } }).host)
  if (way.kind !== 'listen') return t.fail()
  t.deepEqual(way.addresses, addresses)
})

for (const addresses of [undefined, [], ['host.example'], ['192.0.2.0/24'], [7]]) {
  const given = JSON.stringify(addresses) ?? 'nothing'
  test(`${given} is no list of addresses for a host that dials us without TLS`, (t) => {
    const listen = { port: 7000, ...(addresses && { addresses }) }
    const error = t.throws(() => configOf({ host: { listen } }), { instanceOf: ConfigError })
    const [path = ''] = (error?.faults ?? []).map((it) => it.path)
    t.true(path.startsWith('host.listen.addresses'), path)
  })
}

test('a host without TLS needs no files', (t) => {
  t.false('tls' in hostWayOf(configOf({ host: { connect: [{ port: 1 }] } }).host))
})

test('clients are asked for certificates only when the configuration says so', (t) => {
  const host = { connect: [{ port: 1 }] }
  t.false('clients' in listenerTlsOf(configOf({ host }).listeners))
  const listeners = { clientCertificates: 'required', clientCaFile: 'ca.crt' }
  t.deepEqual(listenerTlsOf(configOf({ host, listeners }).listeners).clients, {
    caPem: 'content of ca.crt',
    certificates: 'required',
  })
})

test('a private key that others may read is refused', (t) => {
  put('open.key', 0o644)
  const { listeners } = configOf({
    host: { connect: [{ port: 1 }] },
    listeners: { keyFile: 'open.key' },
  })
  t.throws(() => listenerTlsOf(listeners), { code: 'KEY_FILE_EXPOSED' })
})

const DIALLING = { host: { connect: [{ port: 1 }] } }

function placeOf(postgres: object) {
  const url = 'postgres://gate@db.bank.example:6543/journal'
  return storePlaceOf(configOf({ ...DIALLING, store: { postgres: { url, ...postgres } } }))
}

test('the store is a file unless a database is configured', (t) => {
  t.is(storePlaceOf(configOf(DIALLING)), join(folder, 'journal.db'))
  t.deepEqual(placeOf({}), {
    ...{ host: 'db.bank.example', port: 6543, database: 'journal', user: 'gate' },
    node: 'main',
  })
})

test('a database has its password from a file of its own, and its TLS from others', (t) => {
  writeFileSync(join(folder, 'db.password'), 'open sesame\n', { mode: 0o600 })
  t.like(
    placeOf({ node: 'north', passwordFile: 'db.password', tls: { ...TLS, serverName: 'db' } }),
    {
      node: 'north',
      password: 'open sesame',
      tls: {
        ca: 'content of ca.crt',
        cert: 'content of gateway.crt',
        key: 'content of gateway.key',
        serverName: 'db',
      },
    },
  )
  t.like(placeOf({ password: 'as given' }), { password: 'as given' })
})

test('a password file that others may read, or that is not there, is refused', (t) => {
  put('open.password', 0o644)
  t.throws(() => placeOf({ passwordFile: 'open.password' }), { code: 'KEY_FILE_EXPOSED' })
  t.throws(() => placeOf({ passwordFile: 'no.password' }), { code: 'PASSWORD_MISSING' })
})
