import test from 'ava'
import { createReception, type Envelopes, FAILED, type OpenedEnvelope, REFUSED } from '#control'
import { silentLog } from '#platform'

/** Envelopes that open to what the test says and seal to plain text. */
function reception(opened: OpenedEnvelope, dispatch: (json: string) => Promise<string>) {
  const sealed: object[] = []
  const discarded: object[] = []
  const envelopes: Envelopes = {
    open: async () => opened,
    async seal(reply, json) {
      sealed.push(reply)
      return new TextEncoder().encode(json)
    },
    discard: (reply) => discarded.push(reply),
  }
  const receive = createReception({
    envelopes,
    dispatch: (_merchant, json) => dispatch(json),
    log: silentLog,
    retryAfterMs: 700,
  })
  const provedBy: (string | undefined)[] = []
  const arrival = { opened: (merchant: string | undefined) => provedBy.push(merchant) }
  const heard = async () => new TextDecoder().decode(await receive(new Uint8Array([1]), arrival))
  return { heard, sealed, discarded, provedBy }
}

const REPLY = {}
const never = () => Promise.reject(new Error('must not be asked'))

test('whoever proves nothing hears one fixed refusal', async (t) => {
  const { heard, sealed, provedBy } = reception({ kind: 'unreadable' }, never)
  t.is(await heard(), new TextDecoder().decode(REFUSED))
  t.is(await heard(), '{"type":"refusal","code":"REFUSED"}')
  t.deepEqual(sealed, [])
  t.deepEqual(provedBy, [undefined, undefined])
})

test('when too much waits, a message hears BUSY and when to come back', async (t) => {
  const { heard } = reception({ kind: 'busy' }, never)
  t.is(await heard(), '{"type":"refusal","code":"BUSY","retryAfterMs":700}')
})

test('a signed message that is not I-JSON is told what is wrong, sealed', async (t) => {
  const opened = {
    kind: 'malformed',
    merchant: 'M',
    reason: 'a member twice',
    reply: REPLY,
  } as const
  const { heard, sealed } = reception(opened, never)
  t.like(JSON.parse(await heard()), { error: { code: 'JSON_MALFORMED', reason: 'a member twice' } })
  t.deepEqual(sealed, [REPLY])
})

test('an answer is sealed for whoever asked, who is known as soon as the message is open', async (t) => {
  const opened = { kind: 'opened', merchant: 'M', json: '{}', reply: REPLY } as const
  const { heard, sealed, provedBy } = reception(opened, async () => `${provedBy} answered`)
  t.is(await heard(), 'M answered')
  t.deepEqual(sealed, [REPLY])
})

test('when the store fails nobody hears an outcome, and the reply is let go', async (t) => {
  const opened = { kind: 'opened', merchant: 'M', json: '{}', reply: REPLY } as const
  const { heard, discarded } = reception(opened, () => Promise.reject(new Error('store')))
  t.is(await heard(), new TextDecoder().decode(FAILED))
  t.deepEqual(discarded, [REPLY])
})
