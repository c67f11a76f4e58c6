import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { MerchantClient } from '#merchant-client'
import { newPayment, openGatewayUnderTest } from './gateway-under-test.ts'
import { MERCHANT } from './site.ts'

/**
 * Cards whose book has no CVV2, so that this one passes; and one that is refused by the gateway.
 */
const CVV2 = '8531'
const PANS: Readonly<Record<string, string>> = {
  approved: '4000000000000424',
  silent: '4000000000000341',
  garbage: '4000000000000432',
  'cut off': '4000000000000440',
  'answered with another trace number': '4000000000000457',
  'answered with an unknown code': '4000000000000465',
  'answered with another amount': '4000000000000473',
  lost: '4000000000000119',
  'in no book': '4242424242424242',
}
const NOT_A_PAN = '4242424242424241'

/** The ways in which digits may be written down, each as the bytes that would give them away. */
function formsOf(digits: string): ReadonlyMap<string, Buffer> {
  const ascii = Buffer.from(digits, 'latin1')
  const packed = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')
  const wide = Buffer.from(digits, 'utf16le')
  return new Map([
    ['ASCII', ascii],
    ['UTF-16LE', wide],
    ['UTF-16BE', Buffer.from(wide).swap16()],
    ['BCD', packed],
    ['hexadecimal of ASCII', Buffer.from(ascii.toString('hex'), 'latin1')],
    ...[0, 1, 2].flatMap((at): [string, Buffer][] => [
      [`base64 of ASCII, ${at} bytes in`, base64At(ascii, at)],
      [`base64 of BCD, ${at} bytes in`, base64At(packed, at)],
    ]),
  ])
}

/** The characters of base64 that depend on `bytes` alone when `at` others come before them. */
function base64At(bytes: Buffer, at: number): Buffer {
  const encoded = Buffer.concat([Buffer.alloc(at), bytes]).toString('base64')
  const from = Math.ceil((at * 8) / 6)
  return Buffer.from(encoded.slice(from, Math.floor(((at + bytes.length) * 8) / 6)), 'latin1')
}

function countOf(needle: Buffer, hay: Buffer): number {
  let count = 0
  for (let at = hay.indexOf(needle); at !== -1; at = hay.indexOf(needle, at + 1)) count += 1
  return count
}

interface Secrets {
  readonly pans: readonly string[]
  readonly cvv2: string
  /** How many payments had the CVV2. Its few digits occur by chance, but not once for each. */
  readonly cvv2Payments: number
}

/** Which secrets are in which of these texts and files, and how they are written. */
function leaksIn(places: ReadonlyMap<string, Buffer>, secrets: Secrets): string[] {
  const leaks: string[] = []
  for (const [place, bytes] of places) {
    for (const pan of secrets.pans) {
      for (const [form, needle] of formsOf(pan)) {
        if (bytes.includes(needle)) leaks.push(`${place}: a PAN in ${form}`)
      }
    }
    for (const [form, needle] of formsOf(secrets.cvv2)) {
      if (countOf(needle, bytes) >= secrets.cvv2Payments) leaks.push(`${place}: CVV2 in ${form}`)
    }
  }
  return leaks
}

/**
 * Everything that the gateway writes: what it says, and its files. The host's book is the host's.
 */
function filesOf(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder).filter((name) => name.startsWith('journal.db'))
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]))
}

const ROUNDS = 4

async function makeTrouble(client: MerchantClient): Promise<void> {
  const payments = Object.values(PANS).map((pan) =>
    newPayment({ card: { pan, expiry: '3012', entryMode: 'ecommerce', cvv2: CVV2 } }),
  )
  const told = await Promise.all(payments.map((payment) => client.sale(payment)))
  if (told.some(({ kind }) => kind === 'refused')) throw new Error(JSON.stringify(told))
  const card = { pan: NOT_A_PAN, expiry: '3012', entryMode: 'ecommerce', cvv2: CVV2 } as const
  await client.sale(newPayment({ card }))
  await client.send(`{"type":"payment.sale","merchant":"${MERCHANT}","card":{"pan":"${NOT_A_PAN}",`)
  await client.send(JSON.stringify({ type: 'payment.sale', id: NOT_A_PAN, [NOT_A_PAN]: CVV2 }))
  await client.inquire(payments[0]?.id ?? '')
}

test('no card number or CVV2 in clear is in the journal, its log, or anything that is said', async (t) => {
  const under = await openGatewayUnderTest({ answerTimeoutMs: 400 })
  t.teardown(() => under.close())
  const client = under.gateway.client()
  for (let round = 0; round < ROUNDS; round++) {
    await makeTrouble(client)
    // Lines that the faulty cards broke come back.
    const lost = under.gateway.stderr().split('"host-line-lost"').length - 1
    await under.gateway.untilLogged('host-signed-on', 2 + lost)
  }
  client.close()
  const beside = filesOf(under.site.folder)
  await under.gateway.kill()

  const said = under.gateway.stdout() + under.gateway.stderr()
  const places = new Map([
    ...[...beside].map(([name, bytes]) => [`${name} while it runs`, bytes] as const),
    ...filesOf(under.site.folder),
    ['what the gateway said', Buffer.from(said)],
    ['what the host said', Buffer.from(under.host.stdout() + under.host.stderr())],
  ])
  t.true(places.has('journal.db-wal') && said.includes('host-message-unreadable'))
  const pans = [...Object.values(PANS), NOT_A_PAN]
  const secrets = { pans, cvv2: CVV2, cvv2Payments: ROUNDS * pans.length }
  t.deepEqual(leaksIn(places, secrets), [])
})

test('the search finds a card number and a CVV2 in every form, wherever they are planted', (t) => {
  const pan = '4000000000000424'
  const secrets = { pans: [pan], cvv2: CVV2, cvv2Payments: 3 }
  const journal = Buffer.alloc(65_536, 'as a journal may be, '.repeat(7))
  t.deepEqual(leaksIn(new Map([['clean', journal]]), secrets), [])
  for (const [form, needle] of formsOf(pan)) {
    const planted = Buffer.from(journal)
    needle.copy(planted, 12_345)
    t.true(leaksIn(new Map([['it', planted]]), secrets).includes(`it: a PAN in ${form}`), form)
  }
  for (const [form, needle] of formsOf(CVV2)) {
    const planted = Buffer.from(journal)
    for (const at of [1, 30_000, 60_000]) needle.copy(planted, at)
    t.true(leaksIn(new Map([['it', planted]]), secrets).includes(`it: CVV2 in ${form}`), form)
  }
})
