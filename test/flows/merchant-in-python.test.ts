import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import test from 'ava'
import { type GatewayUnderTest, GOOD_CARD, openGatewayUnderTest } from './gateway-under-test.ts'

/**
 * A merchant's client in another language, on another JOSE library, from specs/protocol.md alone.
 */
const CLIENT = 'test/oracles/merchant.py'

let under: GatewayUnderTest
let python: string

test.before(async () => {
  python = pythonWithJose()
  under = await openGatewayUnderTest()
})
test.after.always(() => under?.close())

function pythonWithJose(): string {
  const found = ['python3', '/usr/bin/python3'].find(
    (it) => spawnSync(it, ['-c', 'import jwcrypto'], { cwd: '/' }).status === 0,
  )
  if (found) return found
  throw new Error('python3 with jwcrypto is needed for this test: apt-get install python3-jwcrypto')
}

const keysOf = (merchant: string) => join(under.site.folder, 'merchants', merchant)

/** Have the client make its keys, and register their public halves as the bank would. */
async function register(merchant: string, algorithm: string, answers: string): Promise<void> {
  const made = spawnSync(python, [CLIENT, 'keys', keysOf(merchant), algorithm], {
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(made.stderr)
  const { code, printed } = await under.site.command(
    ...['merchant', 'add', '--config', under.site.configFile, '--id', merchant],
    ...['--name', 'Python Books', '--city', 'Boston', '--country', 'US', '--category', '5942'],
    ...['--terminal', 'T0000002', '--currency', 'USD', '--answers', answers, '--json'],
    ...['--signing-key', join(keysOf(merchant), 'signing.pem')],
    ...(answers === 'registered-key'
      ? ['--encryption-key', join(keysOf(merchant), 'encryption.pem')]
      : []),
  )
  if (code !== 0) throw new Error(printed)
}

/** Send requests one after the other over one connection. @returns the answers */
async function send(merchant: string, over: string, requests: readonly object[]) {
  const { framedPort, httpsPort } = under.gateway
  const child = spawn(python, [
    ...[CLIENT, 'send', '--folder', keysOf(merchant), '--merchant', merchant, '--over', over],
    ...['--ca', join(under.site.folder, 'tls/ca.crt'), '--framed-port', String(framedPort)],
    ...['--https-port', String(httpsPort)],
  ])
  child.stdin.end(requests.map((it) => `${JSON.stringify(it)}\n`).join(''))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const answers = out.split('\n').filter((line) => line !== '')
  if (answers.length !== requests.length) throw new Error(err)
  return answers.map((line) => JSON.parse(line))
}

const MERCHANTS = [
  ['M-PS256', 'PS256', 'request-key'],
  ['M-ES256', 'ES256', 'registered-key'],
] as const

for (const [merchant, algorithm, answers] of MERCHANTS) {
  test.serial(`a client in Python pays over every way in: ${algorithm}, ${answers}`, async (t) => {
    await register(merchant, algorithm, answers)
    let waiting = await send(merchant, 'https', [{ type: 'echo', id: 'hello' }])
    for (let tries = 0; waiting[0].type === 'refusal' && tries < 20; tries++) {
      t.deepEqual(waiting, [{ type: 'refusal', code: 'REFUSED' }])
      waiting = await send(merchant, 'https', [{ type: 'echo', id: 'hello' }])
    }
    t.is(waiting[0].type, 'echo.answer')

    for (const [index, over] of ['framed', 'https', 'openssl'].entries()) {
      const id = `py-${over}`
      const value = `${algorithm === 'PS256' ? 41 : 42}00${index}`
      const sale = { type: 'payment.sale', id, amount: { value, currency: 'USD' }, card: GOOD_CARD }
      const [sold, again, inquired, refused] = await send(merchant, over, [
        sale,
        sale,
        { type: 'payment.inquire', id: 'ask', payment: id },
        { ...sale, amount: { value: '1', currency: 'USD' } },
      ])
      t.like(sold, { type: 'payment.answer', id, outcome: 'approved', card: '453957******1486' })
      t.deepEqual(again, sold)
      t.deepEqual(inquired, { ...sold, id: 'ask', payment: id })
      t.like(refused, { type: 'error', id, error: { code: 'ID_CONFLICT' } })
      const booked = under.exchangesOf(value)
      t.like(booked, [{ arrivals: 1, effect: 'posted', rrn: sold.rrn, terminal: 'T0000002' }])
    }
  })
}
