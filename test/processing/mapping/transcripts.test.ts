import { globSync, readFileSync } from 'node:fs'
import test from 'ava'
import { type Merchant, type Payment, type PaymentOutcome, Secret } from '#domain'
import type { Message } from '#iso8583'
import { answerOf, createHostFacts, exchangeFacts, inquiryAnswer } from '#processing'
import { dialect, mapping, messages } from '../meridian.ts'

/** The flows of specs/hosts/meridian/transcripts that a merchant's payment starts. */
interface Transcript {
  readonly flow: string
  readonly given: {
    readonly merchant: Merchant
    readonly acquirer: { readonly id: string; readonly country: string }
    readonly hostPin?: string
    readonly exchange: {
      readonly stan: number
      readonly transmittedAt: string
      readonly decidedAt?: string
    }
  }
  readonly request?: object
  readonly answer?: object
  readonly capture?: { readonly request: object; readonly answer: object }
  readonly followUp?: { readonly request: object; readonly answer: object }
  readonly steps: readonly (Message & { readonly from: string; readonly hex: string })[]
}

const ALL: readonly Transcript[] = globSync('specs/hosts/meridian/transcripts/*.json')
  .sort()
  .map((file): Transcript => JSON.parse(readFileSync(file, 'utf8')))
  .filter(({ request }) => request !== undefined)
const isAboutCard = ({ request }: Transcript) => /"card\./.test(JSON.stringify(request))
const TRANSCRIPTS = ALL.filter((it) => !isAboutCard(it))
const QUESTIONS = ALL.filter(isAboutCard)

test('there are flows of payments to follow', (t) => {
  t.true(TRANSCRIPTS.length >= 8)
  for (const type of ['0420', '0220']) {
    t.true(TRANSCRIPTS.some(({ steps }) => steps.some(({ mti }) => mti === type)))
  }
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
      const again = exchangeFacts(sentAtMs(reversal), given.exchange.stan, host)
      const image = mapping.storedImage(written.message)
      const cause = 'host-silent' as const
      const kept = { image, terminal: request.terminal, cause, isRepeat: false }
      const reversed = mapping.owed.reversal.write(kept, given.merchant, again)
      if (reversed.kind === 'refused') return t.fail()
      t.deepEqual(reversed.message.fields, reversal.fields)
      t.is(hexOf(dialect.pack(reversed.message)), reversal.hex)
      const answer = steps.find(({ mti }) => mti === '0430')
      if (!answer) return
      const unpacked = dialect.unpack(Buffer.from(answer.hex, 'hex'))
      t.like(mapping.owed.reversal.read(reversed.message, unpacked), { kind: 'acknowledged' })
    })
  }

  const advices = steps.filter(({ mti }) => /^022[01]$/.test(mti))
  if (transcript.capture && last) {
    const { capture } = transcript
    test(`${flow}: the capture and its repeat are written from what was kept, and told`, (t) => {
      const written = mapping.toHost(request, given.merchant, facts)
      if (written.kind === 'refused') return t.fail()
      const unpacked = (hex: string) => dialect.unpack(Buffer.from(hex, 'hex'))
      const reading = mapping.readAnswer(request.operation, written.message, unpacked(last.hex))
      if (reading.kind === 'mismatched') return t.fail()
      const { carried = {} } = reading.findings
      const { amount } = captureOf(transcript)
      const amountMinor = amount?.minor ?? request.amount.minor
      for (const [index, advice] of advices.entries()) {
        const again = exchangeFacts(sentAtMs(advice), Number(advice.fields['11']), host)
        const kept = {
          image: mapping.storedImage(written.message),
          terminal: request.terminal,
          carried,
          cause: 'merchant-asked' as const,
          capture: { amountMinor, extent: 'part' as const },
          isRepeat: index > 0,
        }
        const told = mapping.owed.advice?.write(kept, given.merchant, again)
        if (told?.kind !== 'written') return t.fail()
        t.deepEqual(told.message.fields, advice.fields)
        t.is(hexOf(dialect.pack(told.message)), advice.hex)
        const answer = unpacked(steps.find(({ mti }) => mti === '0230')?.hex ?? '')
        t.deepEqual(mapping.owed.advice?.read(told.message, answer), {
          ...{ kind: 'acknowledged', responseCode: '00', settlementDate: '1122' },
        })
      }
      const decidedAtMs = Date.parse(given.exchange.decidedAt ?? '')
      const payment = paymentOf(transcript, {
        ...{ state: 'approved', decidedAtMs },
        ...reading.findings,
      })
      const businessDate = '2026-11-22'
      const taken = { amountMinor, businessDate, settlementDate: businessDate, askedAtMs: 0 }
      const settled = { ...payment, state: 'captured' as const, capture: taken }
      t.deepEqual(JSON.parse(answerOf(settled, captureOf(transcript).id)), capture.answer)
    })
  }
}

for (const transcript of TRANSCRIPTS.filter(({ followUp }) => followUp !== undefined)) {
  const { flow, followUp, given, steps } = transcript
  const { id: institution, country } = given.acquirer
  const host = createHostFacts(mapping.exchange, { institution, country })

  test(`${flow}: what follows the payment up is written from what was kept, and told`, (t) => {
    const [first, answered, sent, heard] = steps
    if (!first || !answered || !sent || !heard) return t.fail()
    const wish = followUpOf(transcript)
    const { operation } = wish
    const amountMinor = wish.amount?.minor ?? 0n
    const original = requestOf(transcript)
    const approval = mapping.readAnswer(original.operation, first, answered)
    if (approval.kind === 'mismatched') return t.fail()
    const { carried = {} } = approval.findings
    const followed = { image: mapping.storedImage(first), carried, amountMinor }
    const facts = exchangeFacts(sentAtMs(sent), Number(sent.fields['11']), host)
    const asked = { ...wish, terminal: original.terminal, followed }
    const written = mapping.toHost(asked, given.merchant, facts)
    if (written.kind === 'refused') return t.fail()
    t.deepEqual(written.message.fields, sent.fields)
    t.is(hexOf(dialect.pack(written.message)), sent.hex)

    const unpacked = dialect.unpack(Buffer.from(heard.hex, 'hex'))
    const reading = mapping.readAnswer(operation, written.message, unpacked)
    if (reading.kind === 'mismatched') return t.fail(`${reading.path} ${reading.reason}`)
    const decidedAtMs = sentAtMs(sent) + 1_000
    const outcome = { state: 'approved' as const, decidedAtMs, ...reading.findings }
    const payment: Payment = {
      ...paymentOf(transcript, outcome),
      ...{ id: wish.id, operation, original: wish.payment },
      amount: wish.amount ?? original.amount,
      exchange: {
        ...{ host: 'meridian', mti: sent.mti, terminal: original.terminal },
        ...{ stan: facts.stan, transmittedAt: facts.transmittedAt, rrn: facts.rrn },
      },
    }
    t.deepEqual(JSON.parse(answerOf(payment)), followUp?.answer)
  })
}

for (const transcript of QUESTIONS) {
  const { answer, flow, given, steps } = transcript
  const { id: institution, country } = given.acquirer
  const host = createHostFacts(mapping.exchange, { institution, country })

  test(`${flow}: the question becomes the host message, and its answer is told`, (t) => {
    const [sent, heard] = steps
    const { stan, transmittedAt, decidedAt = '' } = given.exchange
    const request = questionOf(transcript)
    const facts = exchangeFacts(Date.parse(transmittedAt), stan, host)
    const written = mapping.toHost(request, given.merchant, facts)
    if (written.kind === 'refused') return t.fail()
    t.deepEqual(written.message, { mti: sent?.mti ?? '', fields: sent?.fields ?? {} })
    t.is(hexOf(dialect.pack(written.message)), sent?.hex ?? '')
    const unpacked = dialect.unpack(Buffer.from(heard?.hex ?? '', 'hex'))
    t.deepEqual(unpacked.fields, heard?.fields)
    const reading = mapping.readAnswer(request.operation, written.message, unpacked)
    if (reading.kind === 'mismatched') return t.fail(`${reading.path} ${reading.reason}`)
    const outcome = { state: 'approved' as const, ...reading.findings }
    const told = inquiryAnswer(request, outcome, { exchange: facts, nowMs: Date.parse(decidedAt) })
    t.deepEqual(JSON.parse(told), answer)
  })
}

/** When a message of the gateway left, by its DE7. */
function sentAtMs({ fields }: Message): number {
  const [month, day, ...time] = String(fields['7']).match(/../g) ?? []
  return Date.parse(`2026-${month}-${day}T${time.join(':')}Z`)
}

function captureOf({ capture, given }: Transcript) {
  const text = JSON.stringify(capture?.request)
  const validated = messages.validateRequest(text, { merchant: given.merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  if (validated.request.operation !== 'payment.capture') throw new Error('no capture')
  return validated.request
}

function followUpOf({ followUp, given }: Transcript) {
  const text = JSON.stringify(followUp?.request)
  const validated = messages.validateRequest(text, { merchant: given.merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  const { request } = validated
  if (request.operation !== 'payment.refund' && request.operation !== 'payment.increment') {
    throw new Error('nothing that follows a payment up')
  }
  return request
}

function requestOf({ request, given }: Transcript) {
  const validated = messages.validateRequest(JSON.stringify(request), { merchant: given.merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  if (!('pan' in validated.request && 'amount' in validated.request)) throw new Error('no payment')
  return { ...validated.request, ...hostPinOf(given) }
}

function questionOf({ request, given }: Transcript) {
  const validated = messages.validateRequest(JSON.stringify(request), { merchant: given.merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  const { operation } = validated.request
  if (operation !== 'card.verify' && operation !== 'card.balance') throw new Error('no question')
  return { ...validated.request, ...hostPinOf(given) }
}

function hostPinOf({ hostPin }: Transcript['given']) {
  return hostPin === undefined ? {} : { hostPin: new Secret(hostPin) }
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
