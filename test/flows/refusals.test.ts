import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createMerchantClient, type MerchantClient } from '#merchant-client'
import { connectFramed } from '../communication/framed-client.ts'
import { type GatewayUnderTest, newPayment, openGatewayUnderTest } from './gateway-under-test.ts'
import { MERCHANT } from './site.ts'

let under: GatewayUnderTest
let client: MerchantClient

test.before(async () => {
  under = await openGatewayUnderTest()
  client = under.gateway.client()
})
test.after.always(async () => {
  client?.close()
  await under?.close()
})

const json = (request: object) =>
  JSON.stringify({
    type: 'payment.sale',
    merchant: MERCHANT,
    time: new Date().toISOString(),
    ...newPayment(),
    ...request,
  })

/** Requests of a known merchant that are refused, and what for. */
const REFUSED: readonly (readonly [string, () => string, { code: string; field?: string }])[] = [
  ['a kind that there is not', () => json({ type: 'payment.donate' }), { code: 'TYPE_UNKNOWN' }],
  ['text that is no JSON', () => '{"type":"payment.sale",', { code: 'JSON_MALFORMED' }],
  ['JSON that is no object', () => '["payment.sale"]', { code: 'JSON_MALFORMED' }],
  [
    'a member given twice',
    () => json({}).replace('{', '{"type":"echo",'),
    { code: 'JSON_MALFORMED' },
  ],
  ['a member too many', () => json({ tip: '1' }), { code: 'FIELD_UNKNOWN', field: 'tip' }],
  [
    'a member missing',
    () => json({ amount: undefined }),
    { code: 'FIELD_MISSING', field: 'amount' },
  ],
  [
    'a card number without its check digit',
    () => json({ card: { pan: '4539578763621487', expiry: '3012', entryMode: 'moto' } }),
    { code: 'FIELD_INVALID', field: 'card.pan' },
  ],
  [
    'another merchant’s name',
    () => json({ merchant: 'M-2002' }),
    { code: 'MERCHANT_MISMATCH', field: 'merchant' },
  ],
  [
    'a terminal of nobody',
    () => json({ terminal: 'T9999999' }),
    { code: 'TERMINAL_UNKNOWN', field: 'terminal' },
  ],
  [
    'a currency that was not agreed',
    () => json({ amount: { value: '1', currency: 'EUR' } }),
    { code: 'CURRENCY_NOT_ACCEPTED', field: 'amount.currency' },
  ],
  [
    'an old request',
    () => json({ time: '2020-01-01T00:00:00Z' }),
    { code: 'TIME_OUTSIDE_WINDOW', field: 'time' },
  ],
  [
    'an expired card',
    () => json({ card: { pan: '4539578763621486', expiry: '2001', entryMode: 'moto' } }),
    { code: 'CARD_EXPIRED', field: 'card.expiry' },
  ],
]

for (const [what, request, refusal] of REFUSED) {
  test.serial(`${what} is refused with ${refusal.code}, and no trace is left of it`, async (t) => {
    const text = request()
    const result = await client.send(text)
    t.like(result, { kind: 'refused', ...refusal })
    t.false(JSON.stringify(result).includes('4539578763621'))
    const id = /"id":"([^"]+)"/.exec(text)?.[1]
    if (id) t.like(await client.inquire(id), { kind: 'refused', code: 'PAYMENT_NOT_FOUND' })
  })
}

test.serial(
  'whoever has not proved who they are hears the same bytes whatever the cause',
  async (t) => {
    const { token } = client.seal(json({}))
    const text = token.toString('latin1')
    const parts = text.split('.')
    const changed = (part: number) =>
      parts.map((it, index) => (index === part ? `${it.slice(0, -2)}AA` : it)).join('.')
    const tokens: Readonly<Record<string, string>> = {
      'a merchant that is not registered': strangersToken(),
      'a damaged header': changed(0),
      'a damaged content key': changed(1),
      'a damaged initialization vector': changed(2),
      'a damaged text': changed(3),
      'a damaged tag': changed(4),
      'four parts': parts.slice(1).join('.'),
      'no token': 'hello',
      'a plain request': json({}),
    }
    const ca = readFileSync(join(under.site.folder, 'tls/ca.crt'))
    const line = await connectFramed({ port: under.gateway.framedPort, ca })
    t.teardown(() => line.socket.destroy())
    const heard = new Set<string>()
    for (const [index, bad] of Object.values(tokens).entries()) {
      line.send(index, bad)
      const answer = await line.next()
      t.is(answer.correlation, index)
      heard.add(answer.text)
    }
    t.deepEqual([...heard], ['{"type":"refusal","code":"REFUSED"}'])
    t.is((await client.echo()).kind, 'echo')
  },
)

function strangersToken(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const text = (file: string) => readFileSync(join(under.site.folder, file), 'utf8')
  const stranger = createMerchantClient({
    gateway: { kind: 'framed-tls', host: '127.0.0.1', port: under.gateway.framedPort },
    gatewayKeys: JSON.parse(text('keys/public.json')),
    merchant: MERCHANT,
    signingKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
  return stranger.seal(json({})).token.toString('latin1')
}

test.serial('a length that no frame may have ends the connection without a word', async (t) => {
  const ca = readFileSync(join(under.site.folder, 'tls/ca.crt'))
  for (const length of [0, 4, 65_537, 0xffffffff]) {
    const line = await connectFramed({ port: under.gateway.framedPort, ca })
    const head = Buffer.alloc(8)
    head.writeUInt32BE(length)
    line.socket.write(head)
    await line.closed
    await t.throwsAsync(line.next(), { message: 'closed' }, `${length} bytes`)
  }
})

test.serial('nothing that was refused reached the host', (t) => {
  t.deepEqual(under.exchangesOf('1'), [])
  const said = under.gateway.stdout() + under.gateway.stderr()
  t.false(said.includes('4539578763621'))
})
