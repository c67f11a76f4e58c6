import test from 'ava'
import fc from 'fast-check'
import {
  createOpener,
  defaultEnvelopeLimits,
  EnvelopeError,
  type EnvelopeLimits,
  type OpenedToken,
  type Reply,
} from '#envelope'
import { forge } from './forge.ts'
import {
  ecKey,
  gatewayEnc,
  gatewaySig,
  handClock,
  keysFor,
  registered,
  rsaKey,
  senderOf,
  systemRandom,
} from './parties.ts'

const acme = ecKey()
const acmeRsa = rsaKey('sig', 3072)
const acmeEnc = rsaKey('enc')
const zenith = ecKey()
const json = '{"type":"echo","id":"é-1"}'

function setUp(limits: Partial<EnvelopeLimits> = {}, clock = handClock()) {
  const keys = keysFor(registered('acme', [acme, acmeRsa]), registered('zenith', [zenith]))
  return createOpener(
    keys,
    { ...defaultEnvelopeLimits, ...limits },
    { clock, random: systemRandom },
  )
}

function replyOf(opened: OpenedToken): Reply {
  if (opened.kind === 'unreadable') throw new Error('unreadable')
  return opened.reply
}

test('a request is opened with its merchant and its JSON untouched', (t) => {
  const opener = setUp()
  for (const key of [acme, acmeRsa]) {
    const opened = opener.open(senderOf(key).seal(json).token)
    t.like(opened, { kind: 'opened', merchant: 'acme', json })
  }
})

test("an answer under the request's key opens for who asked, and for nobody else", (t) => {
  const opener = setUp()
  const sender = senderOf(acme)
  const { token, contentKey } = sender.seal(json)
  const answer = opener.seal(replyOf(opener.open(token)), '{"ok":true}')
  t.is(sender.open(answer, contentKey), '{"ok":true}')
  const others = [
    () => sender.open(answer, senderOf(acme).seal(json).contentKey),
    () => senderOf(acmeRsa).open(answer, contentKey),
    () => sender.open(token, contentKey),
  ]
  for (const open of others)
    t.throws(open, { instanceOf: EnvelopeError, code: 'ANSWER_UNREADABLE' })
})

test('an answer to a registered key opens with it, and with no other', (t) => {
  const keys = keysFor(registered('acme', [acme, acmeEnc]))
  const parts = { clock: handClock(), random: systemRandom }
  const opener = createOpener(keys, defaultEnvelopeLimits, parts)
  const sender = senderOf(acme, {}, acmeEnc)
  const { token, contentKey } = sender.seal(json)
  const answer = opener.seal(replyOf(opener.open(token)), '{"ok":true}')
  t.is(sender.open(answer, contentKey), '{"ok":true}')
  const others = [senderOf(acme, {}, rsaKey('enc')), senderOf(acme)]
  for (const { open } of others)
    t.throws(() => open(answer, contentKey), { code: 'ANSWER_UNREADABLE' })
})

test('any one bit flipped in an answer makes it unreadable', (t) => {
  const opener = setUp()
  const sender = senderOf(acme)
  const { token, contentKey } = sender.seal(json)
  const answer = opener.seal(replyOf(opener.open(token)), '{"ok":true}')
  fc.assert(
    fc.property(fc.nat(answer.length - 1), fc.nat(7), (at, bit) => {
      const flipped = Buffer.from(answer)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
      t.throws(() => sender.open(flipped, contentKey), { code: 'ANSWER_UNREADABLE' })
    }),
  )
})

test('whatever JSON goes in comes out, both ways', (t) => {
  const opener = setUp()
  const sender = senderOf(acme)
  const documents = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 60 }), {
    maxKeys: 20,
  })
  fc.assert(
    fc.property(documents, documents, (asked, told) => {
      const { token, contentKey } = sender.seal(JSON.stringify(asked))
      const opened = opener.open(token)
      t.like(opened, { kind: 'opened', json: JSON.stringify(asked) })
      const answer = opener.seal(replyOf(opened), JSON.stringify(told))
      t.is(sender.open(answer, contentKey), JSON.stringify(told))
    }),
    { numRuns: 40 },
  )
})

test('what is signed but not I-JSON is malformed, and can be answered', (t) => {
  const opener = setUp()
  const cases: [string | Uint8Array, RegExp][] = [
    ['{"a":1,"a":2}', /^a member is given twice at a$/],
    [Buffer.from([0xff]), /^not UTF-8$/],
    ['', /^a value is missing/],
    [JSON.stringify({ a: 1.5 }), /^a number that is not an integer at a$/],
  ]
  for (const [payload, reason] of cases) {
    const opened = opener.open(forge(acme, { payload }))
    t.like(opened, { kind: 'malformed', merchant: 'acme' })
    t.regex('reason' in opened ? opened.reason : '', reason)
    t.true(opener.seal(replyOf(opened), '{}').length > 0)
  }
})

test('a payload at the limit is read and one byte over it is malformed', (t) => {
  const payload = JSON.stringify({ a: 'x'.repeat(80) })
  const exact = setUp({ payloadBytesMax: payload.length })
  const tighter = setUp({ payloadBytesMax: payload.length - 1 })
  t.is(exact.open(forge(acme, { payload })).kind, 'opened')
  t.like(tighter.open(forge(acme, { payload })), {
    kind: 'malformed',
    reason: `longer than ${payload.length - 1} bytes`,
  })
})

test('a content key used again costs one RSA operation in all', (t) => {
  const opener = setUp()
  const { seal } = senderOf(acme)
  const costs = Array.from({ length: 4 }, () => opener.open(seal(json).token))
  t.deepEqual(
    costs.map((opened) => 'unwrapped' in opened && opened.unwrapped),
    [true, false, false, false],
  )
})

test('a content key carries as many messages as the limit says and not one more', (t) => {
  const opener = setUp({ contentKeyMessagesMax: 3 })
  const { seal } = senderOf(acme)
  const kinds = Array.from({ length: 5 }, () => opener.open(seal(json).token).kind)
  t.deepEqual(kinds, ['opened', 'opened', 'opened', 'unreadable', 'unreadable'])
})

test('a content key is good to its last minute and not a millisecond longer', (t) => {
  const clock = handClock()
  const opener = setUp({ contentKeyMinutesMax: 5 }, clock)
  const { seal } = senderOf(acme)
  opener.open(seal(json).token)
  clock.advance(5 * 60_000)
  t.is(opener.open(seal(json).token).kind, 'opened')
  clock.advance(1)
  t.is(opener.open(seal(json).token).kind, 'unreadable')
})

test('a content key belongs to the merchant that first proved itself with it', (t) => {
  const opener = setUp()
  const contentKey = Buffer.alloc(32, 7)
  const wrapped = forge(acme, { contentKey }).toString().split('.')[1] ?? ''
  const same = { contentKey, encryptedKey: () => Buffer.from(wrapped, 'base64url') }
  t.like(opener.open(forge(acme, same)), { kind: 'opened', merchant: 'acme' })
  t.deepEqual(opener.open(forge(zenith, same)), { kind: 'unreadable' })
  t.like(opener.open(forge(acme, same)), { kind: 'opened', merchant: 'acme' })
})

test('a content key that nobody proved himself with is not kept', (t) => {
  const opener = setUp()
  const contentKey = Buffer.alloc(32, 9)
  const wrapped = forge(acme, { contentKey }).toString().split('.')[1] ?? ''
  const same = { contentKey, encryptedKey: () => Buffer.from(wrapped, 'base64url') }
  t.is(opener.open(forge(acme, { ...same, signature: () => Buffer.alloc(64) })).kind, 'unreadable')
  t.like(opener.open(forge(zenith, same)), { kind: 'opened', merchant: 'zenith', unwrapped: true })
})

test('a flood of fresh content keys does not push out one that is in use', (t) => {
  const opener = setUp({ contentKeysMax: 8 })
  const { seal } = senderOf(acme)
  const fresh = senderOf(zenith, { reuse: { messagesMax: 1, minutesMax: 1 } })
  for (let index = 0; index < 2; index++) opener.open(seal(json).token)
  for (let index = 0; index < 20; index++) opener.open(fresh.seal(json).token)
  t.like(opener.open(seal(json).token), { kind: 'opened', unwrapped: false })
})

test('a content key that was pushed out is unwrapped again', (t) => {
  const opener = setUp({ contentKeysMax: 2 })
  const { seal } = senderOf(acme)
  const fresh = senderOf(zenith, { reuse: { messagesMax: 1, minutesMax: 1 } })
  opener.open(seal(json).token)
  for (let index = 0; index < 2; index++) opener.open(fresh.seal(json).token)
  t.like(opener.open(seal(json).token), { kind: 'opened', unwrapped: true })
})

test('a client takes another content key after its messages or its minutes', (t) => {
  const clock = handClock()
  const { seal } = senderOf(acme, { clock, reuse: { messagesMax: 2, minutesMax: 1 } })
  const kids = [0, 0, 0, 60_000, 0].map((ms) => {
    clock.advance(ms)
    return seal(json).contentKey.kid
  })
  t.deepEqual(
    kids.map((kid) => kids.indexOf(kid)),
    [0, 0, 2, 3, 3],
  )
})

test('replaced keys hold from the next request on, and refused ones change nothing', (t) => {
  const opener = setUp()
  const [a, z] = [senderOf(acme), senderOf(zenith)]
  t.is(opener.open(a.seal(json).token).kind, 'opened')
  opener.replaceKeys(
    keysFor(registered('acme', [acme], { active: false }), registered('z', [zenith])),
  )
  t.is(opener.open(a.seal(json).token).kind, 'unreadable')
  t.like(opener.open(z.seal(json).token), { kind: 'opened', merchant: 'z' })
  t.throws(() => opener.replaceKeys(keysFor(registered('a', [acme]), registered('b', [acme]))), {
    code: 'KEY_REFUSED',
  })
  t.like(opener.open(z.seal(json).token), { kind: 'opened', merchant: 'z' })
})

test('while keys are changed both gateway keys decrypt and the first signs', (t) => {
  const older = rsaKey('enc')
  const base = keysFor(registered('acme', [acme]))
  const gateway = [...base.gateway, { kid: older.kid, use: older.use, privateKeyPem: older.pem }]
  const parts = { clock: handClock(), random: systemRandom }
  const opener = createOpener({ ...base, gateway }, defaultEnvelopeLimits, parts)
  for (const key of [older, gatewayEnc]) {
    t.is(opener.open(senderOf(acme, { gateway: key }).seal(json).token).kind, 'opened')
  }
  t.truthy(gatewaySig.kid)
})
