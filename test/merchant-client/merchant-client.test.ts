import { randomBytes } from 'node:crypto'
import ava, { type ExecutionContext } from 'ava'
import {
  type ClientParts,
  createMerchantClient,
  type MerchantClientLimits,
  type PaymentInput,
} from '#merchant-client'
import { ecKey } from '../envelope/parties.ts'
import {
  type Act,
  answer,
  type GatewaySetting,
  gatewayKeys,
  merchantEnc,
  merchantKey,
  type Script,
  startGateway,
} from './scripted-gateway.ts'

const payment: PaymentInput = {
  id: 'order-1',
  amount: { value: '1250', currency: 'USD' },
  card: { pan: '4539578763621486', expiry: '2812', entryMode: 'ecommerce', cvv2: '123' },
}
const say = (code: string): Act => ({
  kind: 'say',
  text: JSON.stringify({ type: 'refusal', code }),
})
const approve: Script = ({ id }) => answer({ type: 'payment.answer', id, outcome: 'approved' })
/** One after the other: handshakes at once would run into one another's timeouts. */
const test = ava.serial
const KINDS = ['framed-tls', 'https'] as const

interface Setting extends Partial<GatewaySetting> {
  readonly limits?: Partial<MerchantClientLimits>
  readonly signingKeyPem?: string
}

/** A client against a scripted gateway; its pauses are noted and not waited for. */
async function meet(t: ExecutionContext, setting: Setting, script: Script) {
  const gateway = await startGateway(t, { kind: 'framed-tls', ...setting }, script)
  const pausesMs: number[] = []
  const client = createMerchantClient({
    gateway: gateway.address,
    gatewayKeys,
    merchant: 'acme',
    signingKeyPem: setting.signingKeyPem ?? merchantKey.pem,
    decryptionKeyPem: merchantEnc.pem,
    limits: { connections: 1, timeoutMs: TIMEOUT_MS, ...setting.limits },
    parts: hurried(pausesMs),
  })
  t.teardown(() => client.close())
  return { client, gateway, pausesMs }
}

/** What no trusted answer to the sale of {@link payment} leaves. */
const lost = (reason: string) => ({ kind: 'unreachable', reason, id: payment.id })

const TIMEOUT_MS = 5_000
/** For a gateway that is silent on purpose. */
const SOON_MS = 250

/** Real time for what a timeout needs; every other delay is a pause, which ends at once. */
function hurried(pausesMs: number[]): ClientParts {
  return {
    clock: {
      nowMs: () => Date.UTC(2026, 10, 23, 1, 2, 3, 4),
      elapsedMs: () => performance.now(),
      after(delayMs, act) {
        const isPause = delayMs !== TIMEOUT_MS && delayMs !== SOON_MS
        if (isPause) pausesMs.push(delayMs)
        const timer = setTimeout(act, isPause ? 0 : delayMs)
        return () => clearTimeout(timer)
      },
    },
    random: { bytes: (count) => randomBytes(count), integer: (from) => from },
  }
}

for (const kind of KINDS) {
  for (const answerEncryption of ['registered-key', 'request-key'] as const) {
    test(`a sale over ${kind} with answers to the ${answerEncryption} is approved`, async (t) => {
      const seen: unknown[] = []
      const { client } = await meet(t, { kind, answerEncryption }, (request, turn) => {
        seen.push(request)
        return approve(request, turn)
      })
      const result = await client.sale(payment)
      t.like(result, { kind: 'approved', id: 'order-1', answer: { outcome: 'approved' } })
      const head = { type: 'payment.sale', merchant: 'acme', time: '2026-11-23T01:02:03.004Z' }
      t.deepEqual(seen, [{ ...head, ...payment }])
    })
  }

  test(`${kind}: messages sent at once share connections, each with its own answer`, async (t) => {
    const { client, gateway } = await meet(
      t,
      { kind, limits: { connections: 2 } },
      async (request) => {
        const n = Number(String(request['id']).slice(2))
        await new Promise((resolve) => setTimeout(resolve, 20 - n))
        return answer({ type: 'payment.answer', id: request['id'], outcome: 'declined', n })
      },
    )
    const sent = Array.from({ length: 20 }, (_, n) => client.sale({ ...payment, id: `n-${n}` }))
    for (const [n, result] of (await Promise.all(sent)).entries()) {
      t.like(result, { kind: 'declined', answer: { n } })
    }
    t.is(gateway.connections(), 2)
  })

  test(`${kind}: after a cut connection the same token is sent on another`, async (t) => {
    const { client, gateway } = await meet(t, { kind }, (request, turn) =>
      turn < 3 ? { kind: 'cut' } : approve(request, turn),
    )
    t.like(await client.sale(payment), { kind: 'approved' })
    t.is(gateway.tokens.length, 3)
    t.is(new Set(gateway.tokens).size, 1)
    t.is(gateway.connections(), 3)
  })

  test(`${kind}: after the last attempt a lost connection is unreachable`, async (t) => {
    const { client, gateway } = await meet(t, { kind, limits: { attemptsMax: 2 } }, () => ({
      kind: 'cut',
    }))
    t.deepEqual(await client.sale(payment), lost('connection-lost'))
    t.is(gateway.tokens.length, 2)
  })

  test(`${kind}: silence ends in a timeout and a fresh connection`, async (t) => {
    const limits = { attemptsMax: 2, timeoutMs: SOON_MS }
    const { client, gateway } = await meet(t, { kind, limits }, () => ({ kind: 'silence' }))
    t.deepEqual(await client.sale(payment), lost('timeout'))
    t.is(gateway.connections(), 2)
  })

  test(`${kind}: a busy gateway is asked again when it said or little later, with the same id`, async (t) => {
    const busy = '{"type":"refusal","code":"BUSY","retryAfterMs":70}'
    const { client, gateway, pausesMs } = await meet(t, { kind }, (request, turn) =>
      turn < 2 ? { kind: 'say', text: busy } : approve(request, turn),
    )
    t.like(await client.sale(payment), { kind: 'approved' })
    t.is(pausesMs.length, 1)
    for (const ms of pausesMs) t.true(ms >= 70 && ms <= 88, `${ms}`)
    t.is(gateway.tokens.length, 2)
  })

  test(`${kind}: questions have a connection of their own`, async (t) => {
    const { client, gateway } = await meet(t, { kind, limits: { connections: 1 } }, approve)
    t.like(await client.sale(payment), { kind: 'approved' })
    t.like(await client.sale(payment), { kind: 'approved' })
    t.is(gateway.connections(), 1)
    t.like(await client.inquire(payment.id), { kind: 'approved' })
    t.like(await client.send('{"type":"payment.inquire","id":"raw"}'), { kind: 'approved' })
    t.is(gateway.connections(), 2)
  })

  test(`${kind}: a gateway that failed is asked again with the same id`, async (t) => {
    const { client, gateway } = await meet(t, { kind }, (request, turn) =>
      turn < 2 ? say('FAILED') : approve(request, turn),
    )
    t.like(await client.sale(payment), { kind: 'approved' })
    t.is(gateway.tokens.length, 2)
  })

  test(`${kind}: an answer over the limit is not read`, async (t) => {
    const limits = { answerBytesMax: 600, attemptsMax: 1 }
    const { client } = await meet(t, { kind, limits }, ({ id }) =>
      answer({ type: 'payment.answer', id, outcome: 'approved', filler: 'x'.repeat(900) }),
    )
    t.deepEqual(await client.sale(payment), lost('connection-lost'))
  })

  test(`${kind}: nothing is sent after close`, async (t) => {
    const { client, gateway } = await meet(t, { kind }, () => ({ kind: 'silence' }))
    const waiting = client.sale(payment)
    setImmediate(() => client.close())
    t.deepEqual(await waiting, lost('closed'))
    t.deepEqual(await client.sale(payment), lost('closed'))
    t.true(gateway.tokens.length <= 1)
  })
}

for (const outcome of ['approved', 'partial', 'declined', 'unknown', 'failed', 'pending']) {
  test(`an outcome ${outcome} is a result of that kind`, async (t) => {
    const { client } = await meet(t, {}, ({ id }) =>
      answer({ type: 'payment.answer', id, outcome }),
    )
    t.like(await client.authorize(payment), { kind: outcome, id: 'order-1' })
  })
}

test('pauses double from attempt to attempt up to their limit', async (t) => {
  const limits = { attemptsMax: 6, backOffMs: 100, backOffMsMax: 400 }
  const { client, pausesMs } = await meet(t, { limits }, () => ({
    kind: 'say',
    text: '{"type":"refusal","code":"BUSY"}',
  }))
  t.like(await client.sale(payment), { kind: 'refused', code: 'BUSY' })
  t.deepEqual(pausesMs, [50, 100, 200, 200, 200])
})

test('a gateway that failed every time leaves the outcome unknown', async (t) => {
  const { client, gateway } = await meet(t, { limits: { attemptsMax: 2 } }, () => say('FAILED'))
  t.deepEqual(await client.sale(payment), lost('gateway-failed'))
  t.is(gateway.tokens.length, 2)
})

const error = (code: string) => answer({ type: 'error', error: { code, reason: 'so' } })
const NOT_THE_ATTEMPT_THAT_WAS_LOST: readonly (readonly [string, Act])[] = [
  ['BUSY in clear', say('BUSY')],
  ['REFUSED in clear', say('REFUSED')],
  ['BUSY', error('BUSY')],
  ['DRAINING', error('DRAINING')],
  ['HOST_UNAVAILABLE', error('HOST_UNAVAILABLE')],
  ['MERCHANT_INACTIVE', error('MERCHANT_INACTIVE')],
  ['a code not known yet', error('NEW_CODE')],
]

for (const [title, refusal] of NOT_THE_ATTEMPT_THAT_WAS_LOST) {
  test(`${title} after a lost attempt does not say that no money moved`, async (t) => {
    const { client, gateway } = await meet(t, { limits: { attemptsMax: 3 } }, (_, turn) =>
      turn === 1 ? { kind: 'cut' } : refusal,
    )
    t.deepEqual(await client.sale(payment), lost('connection-lost'))
    t.true(gateway.tokens.length > 1)
  })
}

for (const code of ['FIELD_INVALID', 'ID_CONFLICT', 'PAYMENT_NOT_FOUND']) {
  test(`${code} refuses the lost attempt as well`, async (t) => {
    const { client } = await meet(t, {}, (_, turn) => (turn === 1 ? say('FAILED') : error(code)))
    t.like(await client.sale(payment), { kind: 'refused', code })
  })
}

test('an answer after a lost attempt is the answer', async (t) => {
  const { client } = await meet(t, {}, (request, turn) => {
    if (turn === 1) return { kind: 'cut' }
    return turn === 2 ? say('BUSY') : approve(request, turn)
  })
  t.like(await client.sale(payment), { kind: 'approved', id: 'order-1' })
})

test('without an answer the id that the SDK made is told, and none where there is none', async (t) => {
  const limits = { attemptsMax: 1 }
  const seen: unknown[] = []
  const { client } = await meet(t, { limits }, ({ id }) => {
    seen.push(id)
    return { kind: 'cut' }
  })
  const result = await client.echo()
  t.deepEqual(result, { ...lost('connection-lost'), id: String(seen[0]) })
  const nameless = await client.send('{"type":"echo"}')
  t.deepEqual(nameless, { kind: 'unreachable', reason: 'connection-lost' })
})

test('a refusal after authentication names code, field and reason', async (t) => {
  const fault = { code: 'FIELD_INVALID', field: 'card.expiry', reason: 'four digits' }
  const { client, gateway } = await meet(t, {}, ({ id }) =>
    answer({ type: 'error', id, error: fault }),
  )
  t.deepEqual(await client.sale(payment), { kind: 'refused', ...fault })
  t.is(gateway.tokens.length, 1)
})

test('a busy refusal after authentication is tried again too', async (t) => {
  const busy = { code: 'BUSY', reason: 'full', retryAfterMs: 30 }
  const { client, pausesMs } = await meet(t, {}, (request, turn) =>
    turn < 2 ? answer({ type: 'error', error: busy }) : approve(request, turn),
  )
  t.like(await client.sale(payment), { kind: 'approved' })
  t.is(pausesMs.length, 1)
  for (const ms of pausesMs) t.true(ms >= 30 && ms <= 38, `${ms}`)
})

test('a wait of the limit is waited, a longer one is the caller’s to decide', async (t) => {
  const busy = (retryAfterMs: number) =>
    `{"type":"refusal","code":"BUSY","retryAfterMs":${retryAfterMs}}`
  const { client, gateway, pausesMs } = await meet(
    t,
    { limits: { retryAfterMsMax: 40 } },
    (_request, turn) => ({ kind: 'say', text: busy(turn === 1 ? 40 : 41) }),
  )
  t.like(await client.sale(payment), { kind: 'refused', code: 'BUSY', retryAfterMs: 41 })
  t.is(gateway.tokens.length, 2)
  t.is(pausesMs.length, 1)
})

test('a gateway that does not know the key refuses, once', async (t) => {
  const { client, gateway } = await meet(t, { signingKeyPem: ecKey().pem }, approve)
  t.like(await client.sale(payment), { kind: 'refused', code: 'REFUSED' })
  t.is(gateway.tokens.length, 1)
})

test('echo, inquire, capture and send carry what they are asked to', async (t) => {
  const seen: Record<string, unknown>[] = []
  const { client } = await meet(t, {}, (request, turn) => {
    seen.push(request)
    const { type, id } = request
    return type === 'echo'
      ? answer({ type: 'echo.answer', id, time: 'now' })
      : approve(request, turn)
  })
  t.like(await client.echo(), { kind: 'echo', time: 'now' })
  t.like(await client.inquire('order-1'), { kind: 'approved' })
  t.like(await client.send('{"type":"payment.sale","id":"raw"}'), { kind: 'approved', id: 'raw' })
  t.like(seen[1], { type: 'payment.inquire', payment: 'order-1', merchant: 'acme' })
  t.not(seen[0]?.['id'], seen[1]?.['id'])
  await client.capture('order-1')
  await client.capture('order-1', { value: '900', currency: 'USD' })
  t.like(seen[3], { type: 'payment.capture', payment: 'order-1' })
  t.false('amount' in (seen[3] ?? {}))
  t.like(seen[4], { amount: { value: '900', currency: 'USD' } })
})

const STRANGE: Record<string, [object, string]> = {
  'another id': [{ type: 'payment.answer', id: 'x', outcome: 'approved' }, 'answer-mismatched'],
  'an outcome that is none': [{ type: 'payment.answer', outcome: 'paid' }, 'answer-unreadable'],
  'a type that is none': [{ type: 'surprise' }, 'answer-unreadable'],
  'an error without a code': [{ type: 'error', error: {} }, 'answer-unreadable'],
  'a list': [[], 'answer-unreadable'],
}

for (const [title, [json, reason]] of Object.entries(STRANGE)) {
  test(`an answer with ${title} is not taken for an outcome`, async (t) => {
    const { client } = await meet(t, {}, () => answer(json))
    t.deepEqual(await client.sale(payment), lost(reason))
  })
}

for (const text of ['{', '{}', 'garbage', 'a.b.c.d.e', '']) {
  test(`in clear ${JSON.stringify(text)} is no answer`, async (t) => {
    const { client } = await meet(t, {}, () => ({ kind: 'say', text }))
    t.deepEqual(await client.sale(payment), lost('answer-unreadable'))
  })
}

test('what is sealed beforehand is sent as it is', async (t) => {
  const { client, gateway } = await meet(t, {}, approve)
  const sealed = ['a', 'b'].map((id) => client.seal(`{"type":"payment.sale","id":"${id}"}`))
  t.deepEqual(gateway.tokens, [])
  for (const message of sealed) t.like(await client.sendSealed(message), { id: message.id ?? '' })
  t.deepEqual(
    gateway.tokens,
    sealed.map(({ token }) => token.toString()),
  )
})

test('a content key serves as many messages as allowed, then another is taken', async (t) => {
  const limits = { contentKeyReuse: { messagesMax: 2, minutesMax: 5 } }
  const { client } = await meet(t, { limits }, approve)
  const kids = Array.from({ length: 4 }, () => client.seal('{}').contentKey.kid)
  t.deepEqual(
    kids.map((kid) => kids.indexOf(kid)),
    [0, 0, 2, 2],
  )
})

test('one message more than may be in flight is not sent', async (t) => {
  const limits = { inFlightMax: 2, attemptsMax: 1, timeoutMs: SOON_MS }
  const { client, gateway } = await meet(t, { limits }, () => ({ kind: 'silence' }))
  const results = await Promise.all([1, 2, 3].map((n) => client.sale({ ...payment, id: `${n}` })))
  t.deepEqual(
    results.map((result) => 'reason' in result && result.reason === 'too-many-in-flight'),
    [false, false, true],
  )
  t.is(gateway.tokens.length, 2)
})

test('a gateway whose certificate is not trusted is never sent a message', async (t) => {
  const { gateway } = await meet(t, {}, approve)
  const { ca: _, ...address } = gateway.address
  const client = createMerchantClient({
    gateway: address,
    gatewayKeys,
    merchant: 'acme',
    signingKeyPem: merchantKey.pem,
    limits: { attemptsMax: 1 },
  })
  t.like(await client.echo(), { kind: 'unreachable', reason: 'connection-lost' })
  t.deepEqual(gateway.tokens, [])
  client.close()
})
