import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type TLSSocket } from 'node:tls'
import test from 'ava'
import { createSystemClock, createSystemRandom } from '#platform'
import { createCertificates, createClientCertificate, readPrivateFile } from '#security'
import { temporaryFolder } from './folder.ts'

const clock = createSystemClock()
const random = createSystemRandom()

test('node and openssl accept the chain, for every name and for its use alone', async (t) => {
  const folder = temporaryFolder(t)
  await createCertificates(folder, { clock, random, names: ['gateway.example', '192.0.2.7'] })
  const issued = await createClientCertificate(folder, { clock, random, merchant: 'acme-books' })
  writeFileSync(`${folder}/client.crt`, issued.certificatePem)

  const authority = new X509Certificate(issued.caPem)
  const server = new X509Certificate(readFileSync(`${folder}/server.crt`))
  const client = new X509Certificate(issued.certificatePem)
  t.true(authority.ca && !server.ca && !client.ca)
  for (const it of [server, client]) {
    t.true(it.checkIssued(authority) && it.verify(authority.publicKey))
  }
  for (const name of ['localhost', 'gateway.example']) t.is(server.checkHost(name), name)
  for (const address of ['127.0.0.1', '::1', '192.0.2.7']) t.is(server.checkIP(address), address)
  t.is(server.checkHost('other.example'), undefined)
  t.is(client.subject, 'CN=acme-books')
  t.not(server.serialNumber, client.serialNumber)

  const verify = (purpose: string, name: string) =>
    spawnSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.crt', name],
      {
        cwd: folder,
      },
    ).status
  t.deepEqual([verify('sslserver', 'server.crt'), verify('sslclient', 'client.crt')], [0, 0])
  t.not(verify('sslclient', 'server.crt'), 0)
  t.not(verify('sslserver', 'client.crt'), 0)
})

test('they carry a TLS connection that proves both ends', async (t) => {
  const folder = temporaryFolder(t)
  await createCertificates(folder, { clock, random, names: [] })
  const issued = await createClientCertificate(folder, { clock, random, merchant: 'acme-books' })
  const server = createServer({
    key: readPrivateFile(`${folder}/server.key`, 'CERTIFICATE_MISSING'),
    cert: readFileSync(`${folder}/server.crt`),
    ca: issued.caPem,
    requestCert: true,
    rejectUnauthorized: true,
  })
  server.on('secureConnection', (socket) =>
    socket.end(String(socket.getPeerCertificate().subject.CN)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    ca: issued.caPem,
    cert: issued.certificatePem,
    key: issued.privateKeyPem.reveal(),
  })
  const said: Buffer[] = []
  for await (const chunk of socket) said.push(chunk)
  t.is(Buffer.concat(said).toString(), 'acme-books')
})

test('keys are for their owner alone, and nothing is overwritten', async (t) => {
  const folder = temporaryFolder(t)
  await createCertificates(folder, { clock, random, names: [] })
  for (const name of ['ca.key', 'server.key'])
    t.is(statSync(`${folder}/${name}`).mode & 0o777, 0o600)
  const again = createCertificates(folder, { clock, random, names: [] })
  await t.throwsAsync(again, { code: 'KEYRING_EXISTS' })
})

test('a client certificate needs an authority', async (t) => {
  const making = createClientCertificate(temporaryFolder(t), { clock, random, merchant: 'acme' })
  await t.throwsAsync(making, { code: 'CERTIFICATE_MISSING' })
})
