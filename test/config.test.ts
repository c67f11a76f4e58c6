import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ConfigError, readConfig } from '../src/config.ts'

const LEAST = {
  environment: 'sandbox',
  acquirer: { institution: '12345', country: '840' },
  host: { profile: 'meridian', connect: [{ port: 7000 }] },
}

function fileOf(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sallyport-config-')), 'sallyport.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

function faultsOf(content: unknown, environment: NodeJS.ProcessEnv = {}): string[] {
  try {
    readConfig(fileOf(content), environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map((it) => it.path)
  }
}

test('the least configuration is completed by defaults, made absolute and frozen', (t) => {
  const file = fileOf(LEAST)
  const config = readConfig(file, {})
  t.is(config.listeners.framed.port, 8443)
  t.is(config.host.connect?.[0]?.address, '127.0.0.1')
  t.is(config.storeFile, file.replace('sallyport.json', 'journal.db'))
  t.true(Object.isFrozen(config.listeners.limits))
})

test('a relative profile is taken from the folder of the file, a name is not a path', (t) => {
  const profileOf = (profile: string) => {
    const file = fileOf({ ...LEAST, host: { ...LEAST.host, profile } })
    return readConfig(file, {}).host.profile.replace(file.replace('/sallyport.json', ''), 'FOLDER')
  }
  t.is(profileOf('banks/harbour'), 'FOLDER/banks/harbour')
  t.is(profileOf('./harbour'), 'FOLDER/harbour')
  t.is(profileOf('/opt/harbour'), '/opt/harbour')
  t.is(profileOf('meridian'), 'meridian')
})

test('an environment variable overrides the file, as text or as number by the schema', (t) => {
  const config = readConfig(fileOf(LEAST), {
    SALLYPORT_LISTENERS_FRAMED_PORT: '99',
    SALLYPORT_ACQUIRER_COUNTRY: '586',
    SALLYPORT_HOST_CONNECT: '[{"port":1},{"port":2}]',
    OTHER: 'ignored',
  })
  t.is(config.listeners.framed.port, 99)
  t.is(config.acquirer.country, '586')
  t.deepEqual(
    config.host.connect?.map((it) => it.port),
    [1, 2],
  )
})

test('all faults are reported at once, each with its path', (t) => {
  const content = {
    ...LEAST,
    environment: 'staging',
    host: { profile: 'meridian', connect: [{ port: 70000 }], colour: 'red', tls: { keyFile: 'k' } },
    drainMs: -1,
  }
  t.deepEqual(faultsOf(content, { SALLYPORT_FOO: '1' }).sort(), [
    'SALLYPORT_FOO',
    'drainMs',
    'environment',
    'host',
    'host.connect.0.port',
    'host.tls',
    'host.tls',
  ])
})

const FAULTY: readonly [string, unknown, string][] = [
  ['text that is not JSON', '{"environment":', '(file)'],
  ['a list', [], '(file)'],
  ['both connect and listen', { ...LEAST, host: { ...LEAST.host, listen: { port: 1 } } }, 'host'],
  ['neither connect nor listen', { ...LEAST, host: { profile: 'meridian' } }, 'host'],
  [
    'the emulated host in production',
    { ...LEAST, environment: 'production', host: { ...LEAST.host, emulated: true } },
    'host.emulated',
  ],
  [
    'PINs in memory that nobody has signed for, in production',
    { ...LEAST, environment: 'production', hsm: { kind: 'software' } },
    'hsm.accepted',
  ],
  [
    'a signature without a day',
    { ...LEAST, hsm: { kind: 'software', accepted: { by: 'A. Bode', on: 'today' } } },
    'hsm.accepted.on',
  ],
  ['an HSM of no kind', { ...LEAST, hsm: {} }, 'hsm'],
  [
    'a certificate for the host without its key',
    { ...LEAST, host: { ...LEAST.host, tls: { caFile: 'a', certificateFile: 'b' } } },
    'host.tls',
  ],
  [
    'a wait that is told at most and is less than the least',
    { ...LEAST, requests: { retryAfterMs: 31_000 } },
    'requests.retryAfterMaxMs',
  ],
  [
    'a queue of the journal that could fill up with the requests let in',
    { ...LEAST, listeners: { requestsInFlightMax: 4_097 } },
    'store.queueActsMax',
  ],
]

const database = (postgres: object, over: object = {}) => ({
  ...LEAST,
  ...over,
  store: { postgres: { url: 'postgres://gate@db.bank.example/journal', ...postgres } },
})

const FAULTY_DATABASES: readonly [string, unknown, string][] = [
  ['no address', database({ url: 'journal.db' }), 'store.postgres.url'],
  ['an address with a password', database({ url: 'postgres://a:b@c/d' }), 'store.postgres.url'],
  [
    'a password beside its file',
    database({ password: 'a', passwordFile: 'b' }),
    'store.postgres.password',
  ],
  [
    'a database over the network without TLS in production',
    database({}, { environment: 'production' }),
    'store.postgres.tls',
  ],
  [
    'a certificate for the database without its key',
    database({ tls: { caFile: 'a', certificateFile: 'b' } }),
    'store.postgres.tls',
  ],
  ['a name with a space', database({ node: 'the first' }), 'store.postgres.node'],
  [
    'a death sooner than three signs of life',
    database({ limits: { beatMs: 5_001, deadAfterMs: 15_000 } }),
    'store.postgres.limits.deadAfterMs',
  ],
  [
    'a death sooner than two statements',
    database({ limits: { statementTimeoutMs: 7_501, deadAfterMs: 15_000 } }),
    'store.postgres.limits.deadAfterMs',
  ],
]

for (const [what, content, path] of FAULTY_DATABASES) {
  test(`${what} is refused at ${path}`, (t) => t.deepEqual(faultsOf(content), [path]))
}

test('a database is configured by its address alone, in the file or in the environment', (t) => {
  const url = 'postgres://gate@db.bank.example/journal'
  const inFile = readConfig(fileOf(database({})), {}).store.postgres
  const inEnvironment = readConfig(fileOf(LEAST), { SALLYPORT_STORE_POSTGRES_URL: url })
  t.deepEqual(inEnvironment.store.postgres, inFile)
  t.like(inFile, { url, node: 'main', limits: { beatMs: 1_000, deadAfterMs: 15_000 } })
  t.is(readConfig(fileOf(LEAST), {}).store.postgres, undefined)
})

test('the files of a database are found from the folder of the configuration', (t) => {
  const tls = { caFile: 'tls/db.crt', certificateFile: 'a.crt', keyFile: 'a.key' }
  const file = fileOf(database({ passwordFile: 'db.password', tls }))
  const { postgres } = readConfig(file, {}).store
  const folder = file.replace('/sallyport.json', '')
  t.is(postgres?.passwordFile, `${folder}/db.password`)
  t.deepEqual(postgres?.tls, {
    caFile: `${folder}/tls/db.crt`,
    certificateFile: `${folder}/a.crt`,
    keyFile: `${folder}/a.key`,
  })
})

for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
  test(`production needs no TLS to a database at ${host}`, (t) => {
    const url = `postgres://gate@${host}/journal`
    t.deepEqual(faultsOf(database({ url }, { environment: 'production' })), [])
  })
}

test('a death as soon as its bounds allow is taken', (t) => {
  const limits = { beatMs: 1_000, statementTimeoutMs: 1_500, deadAfterMs: 3_000 }
  t.deepEqual(faultsOf(database({ limits })), [])
})

for (const [what, content, path] of FAULTY) {
  test(`${what} is refused at ${path}`, (t) => t.true(faultsOf(content).includes(path)))
}

test('a variable that does not fit its member is refused by the member’s path', (t) => {
  t.deepEqual(faultsOf(LEAST, { SALLYPORT_DRAIN_MS: 'soon' }), ['drainMs'])
})

test('a file that is not there says how to make one', (t) => {
  const error = t.throws(() => readConfig('/nowhere/sallyport.json', {}), {
    instanceOf: ConfigError,
  })
  t.regex(error?.message ?? '', /sallyport init/)
})
