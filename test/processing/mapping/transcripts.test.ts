import { globSync, readFileSync } from 'node:fs'
import test from 'ava'
import type { Merchant, Payment, PaymentOutcome } from '#domain'
import type { Message } from '#iso8583'
import { answerOf, createHostFacts, exchangeFacts } from '#processing'
import { dialect, mapping, messages } from '../meridian.ts'

/** The flows of specs/hosts/meridian/transcripts that a merchant's payment starts. */
interface Transcript {
  readonly flow: string
  readonly given: {
    readonly merchant: Merchant
    readonly acquirer: { readonly id: string; readonly country: string }
    readonly exchange: {
      readonly stan: number
      readonly transmittedAt: string
      readonly decidedAt?: string
    }
  }
  readonly request?: object
  readonly answer?: object
  readonly steps: readonly (Message & { readonly from: string; readonly hex: string })[]
}

const TRANSCRIPTS: readonly Transcript[] = globSync('specs/hosts/meridian/transcripts/*.json')
  .sort()
  .map((file): Transcript => JSON.parse(readFileSync(file, 'utf8')))
  .filter(({ request }) => request !== undefined)

test('there are flows of payments to follow', (t) => {
  t.true(TRANSCRIPTS.length >= 8)
  t.true(TRANSCRIPTS.some(({ steps }) => steps.some(({ mti }) => mti === '0420')))
})

for (const transcript of TRANSCRIPTS) {
  const { flow, given, steps } = transcript
  const request = requestOf(transcript)
  const { id: institution, country } = given.acquirer
  const host = createHostFacts(mapping.exchange, { institution, country })
  const facts = exchangeFacts(Date.parse(given.exchange.transmittedAt), given.exchange.stan, host)
  const [first] = steps
  const last = steps.find(({ mti, from }) => from === 'host' && /^0[12]10$/.test(mti))

  test(`${flow}: the request becomes the host message, byte for byte`, (t) => {
    const written = mapping.toHost(request, given.merchant, facts)
    if (written.kind === 'refused') return t.fail()
    t.is(written.message.mti, first?.mti ?? '')
    t.deepEqual(written.message.fields, first?.fields)
    t.is(hexOf(dialect.pack(written.message)), first?.hex ?? '')
  })

  if (last && transcript.answer) {
    test(`${flow}: the host's answer becomes the merchant's`, (t) => {
      const written = mapping.toHost(request, given.merchant, facts)
      if (written.kind === 'refused') return t.fail()
      const answer = dialect.unpack(Buffer.from(last.hex, 'hex'))
      const reading = mapping.readAnswer(request.operation, written.message, answer)
      if (reading.kind === 'mismatched') return t.fail(`${reading.path} ${reading.reason}`)
      const { verdict, findings } = reading
      const state = verdict === 'partial' ? 'approved' : verdict
      const decidedAtMs = Date.parse(given.exchange.decidedAt ?? '')
      const payment = paymentOf(transcript, { state, decidedAtMs, ...findings })
      t.deepEqual(JSON.parse(answerOf(payment)), transcript.answer)
    })
  }

  const reversal = steps.find(({ mti }) => mti === '0420')
  if (reversal) {
    test(`${flow}: the reversal is written from what was kept`, (t) => {
      const written = mapping.toHost(request, given.merchant, facts)
      if (written.kind === 'refused') return t.fail()
      const reversedAt = `2026-${String(reversal.fields['7']).replace(
        /^(..)(..)(..)(..)(..)$/,
        '$1-$2T$3:$4:$5Z',
      )}`
      const again = exchangeFacts(Date.parse(reversedAt), given.exchange.stan, host)
      const image = mapping.storedImage(written.message)
      const cause = 'host-silent' as const
      const kept = { image, terminal: request.terminal, cause, isRepeat: false }
      const reversed = mapping.toReversal(kept, given.merchant, again)
      if (reversed.kind === 'refused') return t.fail()
      t.deepEqual(reversed.message.fields, reversal.fields)
      t.is(hexOf(dialect.pack(reversed.message)), reversal.hex)
      const answer = steps.find(({ mti }) => mti === '0430')
      if (!answer) return
      const unpacked = dialect.unpack(Buffer.from(answer.hex, 'hex'))
      t.like(mapping.readAnswer('payment.reverse', reversed.message, unpacked), { kind: 'verdict' })
    })
  }
}

function requestOf({ request, given }: Transcript) {
  const validated = messages.validateRequest(JSON.stringify(request), { merchant: given.merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  if (!('amount' in validated.request)) throw new Error('no payment')
  return validated.request
}

function paymentOf(transcript: Transcript, outcome: PaymentOutcome): Payment {
  const { merchant, id, operation, amount, acceptPartial, pan } = requestOf(transcript)
  const [first] = transcript.steps
  return {
    merchant,
    id,
    operation,
    amount,
    acceptPartial,
    fingerprint: new Uint8Array(32),
    panMasked: pan.masked,
    panHash: new Uint8Array(32),
    exchange: {
      host: 'meridian',
      mti: first?.mti ?? '',
      stan: transcript.given.exchange.stan,
      transmittedAt: String(first?.fields['7']),
      rrn: String(first?.fields['37']),
      terminal: String(first?.fields['41']),
    },
    sealedImage: new Uint8Array(1),
    businessDate: '2026-11-22',
    begunAtMs: 0,
    state: outcome.state,
    outcome,
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}
