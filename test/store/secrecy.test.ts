import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { Pan } from '#domain'
import { createSystemRandom } from '#platform'
import { createVault } from '../../src/security/vault.ts'
import { approved, bytes, intent, openSample, storeFile } from './sample.ts'

const DIGITS = '4539578763621486'
const CVV2 = '90731'

test('no file of a store holds a card number or a card verification value in clear', async (t) => {
  const file = storeFile(t)
  await storeOnePayment(t, file)
  t.deepEqual(filesHolding(dirname(file), [DIGITS, CVV2]), [])
})

test('the search finds a card number that is planted', async (t) => {
  const file = storeFile(t)
  await storeOnePayment(t, file)
  const database = new DatabaseSync(file)
  const stray = `INSERT INTO strays (kind, host, mti, at_ms, sealed_image)
    VALUES ('late', 'meridian', '0210', 1, ?)`
  database.prepare(stray).run(Buffer.from(`{"2":"${DIGITS}"}`))
  t.not(filesHolding(dirname(file), [DIGITS]).length, 0)
  database.close()
})

/** As the gateway does it, with the store left open so that its log is searched too. */
async function storeOnePayment(t: Parameters<typeof openSample>[0], file: string): Promise<void> {
  const pan = Pan.parse(DIGITS)
  if (pan === undefined) throw new Error('the sample is a card number')
  const key = { id: '00000001', secret: bytes(32, 1) }
  const vault = createVault(
    { sealing: key, opening: [key], panHash: bytes(32, 2), fingerprint: bytes(32, 3) },
    createSystemRandom(),
  )
  const store = await openSample(t, { file })
  const image = Buffer.from(JSON.stringify({ '2': pan.reveal(), '4': '000000001250' }))
  const payment = intent(1, {
    panMasked: pan.masked,
    panHash: vault.panHash(pan),
    fingerprint: vault.fingerprint(`content with ${DIGITS}`),
    sealedImage: vault.sealImage(image, 'acme-books order-1'),
  })
  await store.begin(payment)
  await store.conclude(payment.merchant, payment.id, approved)
  const found = await store.find(payment.merchant, payment.id)
  t.deepEqual(vault.openImage(found?.sealedImage ?? bytes(0, 0), 'acme-books order-1'), image)
}

function filesHolding(folder: string, secrets: readonly string[]): string[] {
  const names = readdirSync(folder)
  if (names.length < 3) throw new Error('the search must see the store, its log and its lock')
  return names.filter((name) => {
    const content = readFileSync(join(folder, name))
    return secrets.some((secret) => content.includes(secret))
  })
}
