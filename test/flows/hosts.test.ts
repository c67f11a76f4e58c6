import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { KEY_ENCRYPTING } from '../hosts/kestrel-macs.ts'
import type { Host } from '../hosts/profile.ts'
import {
  exchangesOf,
  type GatewayProcess,
  memberOf,
  newPayment,
  startGatewayAlone,
  untilReversed,
  untilTold,
} from './gateway-under-test.ts'
import { openRecordingLine, type RecordingLine } from './recording-line.ts'
import { type Running, run } from './running.ts'
import { enterHostKey, makeSite, type Site, useHost } from './site.ts'

interface HostUnderTest {
  readonly site: Site
  readonly host: Running
  readonly line: RecordingLine
  readonly gateway: GatewayProcess
  close(): Promise<void>
}

/** Sandbox, emulated host and gateway, all of this profile, and a recorder on the line. */
async function openHost(profile: Host): Promise<HostUnderTest> {
  const site = await makeSite()
  const host = run([
    ...['emulate', 'host', '--json', '--profile', profile, '--listen', '127.0.0.1:0'],
    ...['--book', site.bookFile],
  ])
  const port = Number((await host.untilReady())['port'])
  const line = await openRecordingLine(port)
  useHost(site, profile)
  if (profile === 'kestrel') await enterHostKey(site, KEY_ENCRYPTING)
  const gateway = await startGatewayAlone(site, line.port)
  await gateway.untilLogged('host-signed-on', 2)
  return {
    ...{ site, host, line, gateway },
    async close() {
      await Promise.all([gateway.kill(), host.kill()])
      await line.close()
      site.remove()
    },
  }
}

const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex')
const ascii = (text: string) => Buffer.from(text, 'latin1')

const CARD = '4539578763621486'
const CARD_IN = {
  ASCII: ascii(CARD),
  EBCDIC: hex('F4F5F3F9F5F7F8F7F6F3F6F2F1F4F8F6'),
  packed: hex(CARD),
}

/** How each host's line looks: pieces of frames, written by hand; and codes that it answers. */
const LINES: Readonly<Record<Host, Line>> = {
  borealis: {
    card: 'EBCDIC',
    frames: {
      // 51 bytes, TPDU, 0800 with 7, 11, 33 and 70.
      'sign-on': hex('0033 6000170000 F0F8F0F0 8220000080000000 0400000000000000'),
      // The addresses of the request, the other way round.
      'answer to it': hex('6000000017 F0F8F1F0 8220000082000000 0400000000000000'),
      sale: hex('6000170000 F0F2F0F0 723C640188E18008 F1F6'),
    },
    codes: { declined: '51', lost: '41' },
    partial: true,
  },
  pampas: {
    card: 'packed',
    frames: {
      'sign-on': hex('0026 0800 2020010000800000 920000'),
      'answer to it': hex('0028 0810 2020010002800000 920000'),
      sale: hex('0200 723C058008C1800C 16 4539578763621486 003000'),
    },
    codes: { declined: '51', lost: '41' },
    partial: false,
  },
  kestrel: {
    card: 'ASCII',
    frames: {
      'sign-on': ascii('0072180480300100000000000000000C00000000'),
      'answer to it': ascii('1814'),
      sale: ascii('12007234254108E1880116'),
    },
    codes: { declined: '116', lost: '208' },
    partial: true,
  },
}

interface Line {
  readonly card: keyof typeof CARD_IN
  readonly frames: Readonly<Record<string, Buffer>>
  readonly codes: { readonly declined: string; readonly lost: string }
  readonly partial: boolean
}

const SHORT_CARD = { pan: '4000000000009995', expiry: '3012', entryMode: 'ecommerce' } as const
const LOST_CARD = { ...SHORT_CARD, pan: '4000000000000119' } as const
const ODD_CARD = { ...SHORT_CARD, pan: '4000000000000465' } as const

for (const profile of ['borealis', 'pampas', 'kestrel'] as const) {
  const { frames, codes, card, partial } = LINES[profile]

  test(`a gateway signs on to ${profile}, pays, increases, captures, refunds and reverses in its dialect`, async (t) => {
    const under = await openHost(profile)
    t.teardown(() => under.close())
    const client = under.gateway.client()
    t.teardown(() => client.close())

    const payment = newPayment()
    const sale = await client.sale(payment)
    t.is(sale.kind, 'approved')
    t.deepEqual(memberOf(sale, 'checks'), { cvv2: 'match' })
    t.regex(String(memberOf(sale, 'approvalCode')), /^[0-9A-Z]{6}$/)
    t.regex(String(memberOf(sale, 'settlementDate')), /^[0-9]{4}$/)
    const hold = newPayment()
    t.is((await client.authorize(hold)).kind, 'approved')
    const more = { id: `${hold.id}-more`, payment: hold.id, amount: newPayment().amount }
    t.is((await client.increment(more)).kind, 'approved')
    const taken = BigInt(hold.amount.value) + BigInt(more.amount.value) - 1n
    await client.capture(hold.id, { value: taken.toString(), currency: 'USD' })
    t.is((await untilTold(client, hold.id, 'captured')).kind, 'captured')
    t.like(exchangesOf(under.site, hold.amount.value), [
      { effect: 'captured', capturedMinor: taken },
    ])
    const back = await client.refund({ id: `${hold.id}-back`, payment: hold.id })
    t.is(back.kind, 'approved')
    t.like(exchangesOf(under.site, taken.toString()), [{ effect: 'refunded' }])
    const dear = await client.sale(newPayment({ card: SHORT_CARD }))
    t.is(dear.kind, 'declined')
    t.is(memberOf(dear, 'responseCode'), codes.declined)
    t.is(memberOf(await client.sale(newPayment({ card: LOST_CARD })), 'responseCode'), codes.lost)
    const part = await client.authorize(newPayment({ card: SHORT_CARD, acceptPartial: true }))
    t.is(part.kind, partial ? 'partial' : 'declined')
    const odd = newPayment({ card: ODD_CARD })
    t.is((await client.sale(odd)).kind, 'unknown')
    await client.reverse(payment.id)
    for (const { id, amount } of [odd, payment]) {
      t.is(memberOf(await untilReversed(client, id), 'reversal'), 'confirmed')
      t.like(exchangesOf(under.site, amount.value), [{ arrivals: 1, effect: 'reversed' }])
    }

    const capture = join(under.site.folder, 'line.pcap')
    under.line.save(capture)
    const bytes = readFileSync(capture)
    for (const [what, frame] of Object.entries(frames)) t.true(bytes.includes(frame), what)
    for (const [how, number] of Object.entries(CARD_IN)) t.is(bytes.includes(number), how === card)
  })
}
