import test, { type ExecutionContext } from 'ava'
import {
  defaultEnvelopeLimits,
  type EnvelopeError,
  type EnvelopeKeys,
  type EnvelopeLimits,
  type OpenedResult,
  openEnvelopes,
} from '#envelope'
import type { Envelopes } from '../../src/control/ports.ts'
import { ecKey, handClock, keysFor, registered, senderOf } from './parties.ts'

const acme = ecKey()
const zenith = ecKey()
const keys = keysFor(registered('acme', [acme]), registered('zenith', [zenith]))
const json = '{"type":"echo","id":"é"}'

interface Setting {
  readonly workers?: number
  readonly limits?: Partial<EnvelopeLimits>
  readonly keys?: EnvelopeKeys
}

async function start(t: ExecutionContext, setting: Setting = {}) {
  const clock = handClock()
  const lost: EnvelopeError[] = []
  const envelopes = await openEnvelopes({
    keys: setting.keys ?? keys,
    workers: setting.workers ?? 1,
    limits: { ...defaultEnvelopeLimits, ...setting.limits },
    clock,
    onLost: (error) => lost.push(error),
  })
  t.teardown(() => envelopes.close())
  return { envelopes, clock, lost }
}

function replyOf(opened: OpenedResult): object {
  if (!('reply' in opened)) throw new Error(opened.kind)
  return opened.reply
}

test("it is control's port", async (t) => {
  const { envelopes } = await start(t)
  const port: Envelopes = envelopes
  t.is((await port.open(Buffer.from('x'))).kind, 'unreadable')
})

test('many requests at once each get their own answer, whichever thread took them', async (t) => {
  const { envelopes } = await start(t, { workers: 2 })
  const senders = [acme, zenith].map((key) =>
    senderOf(key, { reuse: { messagesMax: 3, minutesMax: 9 } }),
  )
  const asked = Array.from({ length: 60 }, async (_, index) => {
    const sender = senders[index % 2]
    if (!sender) return
    const { token, contentKey } = sender.seal(`{"n":${index}}`)
    const opened = await envelopes.open(token)
    t.like(opened, {
      kind: 'opened',
      merchant: index % 2 ? 'zenith' : 'acme',
      json: `{"n":${index}}`,
    })
    const answer = await envelopes.seal(replyOf(opened), `{"told":${index}}`)
    t.is(sender.open(answer, contentKey), `{"told":${index}}`)
  })
  await Promise.all(asked)
  t.is(envelopes.waiting(), 0)
})

test('a content key is found again in whichever thread unwrapped it', async (t) => {
  const { envelopes } = await start(t, { workers: 2, limits: { contentKeyMessagesMax: 3 } })
  const { seal } = senderOf(acme)
  const kinds: string[] = []
  for (let index = 0; index < 4; index++) kinds.push((await envelopes.open(seal(json).token)).kind)
  t.deepEqual(kinds, ['opened', 'opened', 'opened', 'unreadable'])
})

test('unreadable and malformed requests come back as such', async (t) => {
  const { envelopes } = await start(t)
  const { seal, open } = senderOf(acme)
  t.deepEqual(await envelopes.open(Buffer.from('a.b.c.d.e')), { kind: 'unreadable' })
  t.deepEqual(await envelopes.open(new Uint8Array(0)), { kind: 'unreadable' })
  const { token, contentKey } = seal('{"a":1,"a":2}')
  const opened = await envelopes.open(token)
  t.like(opened, {
    kind: 'malformed',
    merchant: 'acme',
    reason: 'a member is given twice at a',
  })
  t.is(open(await envelopes.seal(replyOf(opened), '{}'), contentKey), '{}')
})

test('a reply is good for one answer', async (t) => {
  const { envelopes } = await start(t)
  const reply = replyOf(await envelopes.open(senderOf(acme).seal(json).token))
  await envelopes.seal(reply, '{}')
  await t.throwsAsync(envelopes.seal(reply, '{}'), { code: 'REPLY_GONE' })
  await t.throwsAsync(envelopes.seal({}, '{}'), { code: 'REPLY_GONE' })
})

test('a discarded reply cannot be sealed and takes no room', async (t) => {
  const { envelopes } = await start(t, { limits: { repliesMax: 1 } })
  const { seal } = senderOf(acme)
  const reply = replyOf(await envelopes.open(seal(json).token))
  t.is((await envelopes.open(seal(json).token)).kind, 'busy')
  envelopes.discard(reply)
  t.is((await envelopes.open(seal(json).token)).kind, 'opened')
  await t.throwsAsync(envelopes.seal(reply, '{}'), { code: 'REPLY_GONE' })
})

test('a reply that nobody seals is forgotten after its minutes, not before', async (t) => {
  const { envelopes, clock } = await start(t, { limits: { repliesMax: 1, replyMinutesMax: 2 } })
  const { seal } = senderOf(acme)
  const reply = replyOf(await envelopes.open(seal(json).token))
  clock.advance(120_000)
  t.is((await envelopes.open(seal(json).token)).kind, 'busy')
  clock.advance(1)
  t.is((await envelopes.open(seal(json).token)).kind, 'opened')
  await t.throwsAsync(envelopes.seal(reply, '{}'), { code: 'REPLY_GONE' })
})

test('one request more than the queue holds is busy, and room comes back', async (t) => {
  const { envelopes } = await start(t, { limits: { queueMessagesMax: 3 } })
  const { seal } = senderOf(acme)
  const four = Array.from({ length: 4 }, () => envelopes.open(seal(json).token))
  t.deepEqual(
    (await Promise.all(four)).map(({ kind }) => kind),
    ['opened', 'opened', 'opened', 'busy'],
  )
  t.is((await envelopes.open(seal(json).token)).kind, 'opened')
})

test('keys are replaced in every thread without a restart', async (t) => {
  const { envelopes } = await start(t, { workers: 2 })
  const { seal } = senderOf(acme, { reuse: { messagesMax: 1, minutesMax: 1 } })
  const kinds = async () => {
    const opened = Array.from({ length: 8 }, () => envelopes.open(seal(json).token))
    return new Set((await Promise.all(opened)).map(({ kind }) => kind))
  }
  t.deepEqual(await kinds(), new Set(['opened']))
  await envelopes.replaceKeys(keysFor(registered('acme', [acme], { active: false })))
  t.deepEqual(await kinds(), new Set(['unreadable']))
  const twice = keysFor(registered('a', [acme]), registered('b', [acme]))
  await t.throwsAsync(envelopes.replaceKeys(twice), { code: 'KEY_REFUSED' })
  await envelopes.replaceKeys(keys)
  t.deepEqual(await kinds(), new Set(['opened']))
})

test('bad keys are refused at the start', async (t) => {
  await t.throwsAsync(start(t, { keys: { gateway: [], merchants: [] } }), { code: 'KEY_REFUSED' })
})

test('after close everything is refused, what waited too', async (t) => {
  const { envelopes, lost } = await start(t)
  const waiting = envelopes.open(senderOf(acme).seal(json).token)
  await Promise.all([t.throwsAsync(waiting, { code: 'CLOSED' }), envelopes.close()])
  await t.throwsAsync(envelopes.open(Buffer.from('x')), { code: 'CLOSED' })
  await t.throwsAsync(envelopes.seal({}, '{}'), { code: 'CLOSED' })
  await t.throwsAsync(envelopes.replaceKeys(keys), { code: 'CLOSED' })
  t.deepEqual(lost, [])
})
