import test from 'ava'
import { createHostFacts, exchangeFacts } from '#processing'
import { ACQUIRER, MERCHANT, sale } from '../../../bench/payments.ts'
import { createRecorder } from '../../../bench/reference/record.ts'
import { readHostProfile, readMessages } from '../../../src/host-profile.ts'

const MESSAGES = readMessages()
const { dialect, mapping } = readHostProfile('meridian', MESSAGES)

test('the reference tells the host what the gateway tells it, byte for byte', (t) => {
  const json = sale(1, Date.UTC(2026, 10, 22, 10))
  const recorded = createRecorder()(JSON.parse(json), json)
  const merchant = {
    ...MERCHANT,
    keys: [],
    answerEncryption: 'request-key' as const,
    active: true,
  }
  const validated = MESSAGES.validateRequest(json, { merchant })
  if (
    validated.kind === 'refused' ||
    !('pan' in validated.request && 'amount' in validated.request)
  )
    return t.fail()
  const atMs = Number(recorded.intent[BEGUN_AT])
  const facts = exchangeFacts(atMs, 1, createHostFacts(mapping.exchange, ACQUIRER))
  const written = mapping.toHost(validated.request, merchant, facts)
  if (written.kind === 'refused') return t.fail(written.refusal.reason)
  return t.is(recorded.message, dialect.pack(written.message).toString('latin1'))
})

/** Where `begun_at_ms` stands among the journal's columns. */
const BEGUN_AT = 14
