import { setTimeout as delay } from 'node:timers/promises'
import type { Payment, PaymentIntent, PaymentOutcome, PaymentRequest } from '#domain'
import type { Reply } from '#envelope'
import type { Message } from '#iso8583'
import { answerOf, type ExchangeFacts, exchangeFacts, refusalOfNew } from '#processing'
import { HEADER_BYTES, writeAnswer } from '../rig/echo-answer.ts'
import type { Rooms } from './rooms.ts'

/** One part of the work on a payment, by itself. */
export interface Stage {
  readonly name: string
  readonly what: string
  /** The stage whose cost is in this one's too and is taken off. */
  readonly includes?: string
  /** Do it for the `index`th payment; what the stages before made of that payment is at hand. */
  act(index: number): Promise<void> | void
}

/**
 * The stages of a sale, in an order in which each finds what it needs. They call the rooms as
 * control does (src/control/authorize.ts), for all payments before the next stage begins.
 */
export function stagesOf(tokens: readonly Uint8Array[], rooms: Rooms): Stage[] {
  const { messages, merchant, vault, clock, profile, opener } = rooms
  const { dialect, mapping } = profile
  const opened: { readonly json: string; readonly reply: Reply }[] = []
  const requests: PaymentRequest[] = []
  const sent: { readonly message: Message; readonly facts: ExchangeFacts }[] = []
  const images: Uint8Array[] = []
  const intents: PaymentIntent[] = []
  const answers: Message[] = []
  const payments: Payment[] = []
  const texts: string[] = []

  function validate(index: number): void {
    const { json } = at(opened, index)
    const validated = messages.validateRequest(json, { merchant })
    if (
      validated.kind === 'refused' ||
      !('pan' in validated.request && 'amount' in validated.request)
    )
      throw new Error(json)
    const against = { merchant, nowMs: clock.nowMs(), windowMs: 3_600_000, sandboxPans: NONE }
    if (refusalOfNew(validated.request, against)) throw new Error('refused as new')
    requests[index] = validated.request
  }

  function map(index: number): void {
    const facts = exchangeFacts(clock.nowMs(), index + 1, rooms.hostFacts)
    const written = mapping.toHost(at(requests, index), merchant, facts)
    if (written.kind === 'refused') throw new Error(written.refusal.reason)
    sent[index] = { message: written.message, facts }
    images[index] = mapping.storedImage(written.message)
  }

  function keep(index: number): void {
    const request = at(requests, index)
    const { operation, id, amount, acceptPartial, pan, terminal } = request
    const { message, facts } = at(sent, index)
    const { stan, transmittedAt, rrn, businessDate, atMs } = facts
    const { mti } = message
    intents[index] = {
      ...{ merchant: merchant.id, id, operation, amount, acceptPartial },
      fingerprint: vault.fingerprint(messages.contentOf(request)),
      panMasked: pan.masked,
      panHash: vault.panHash(pan),
      exchange: { host: profile.name, mti, stan, transmittedAt, rrn, terminal },
      sealedImage: vault.sealImage(at(images, index), `${merchant.id}/${id}`),
      businessDate,
      begunAtMs: atMs,
    }
  }

  function pack(index: number): void {
    const message = dialect.pack(at(sent, index).message)
    answers[index] = dialect.unpack(answerTo(message))
  }

  async function ask(index: number): Promise<void> {
    let place = rooms.link.reserve()
    // One stage alone is faster than trace numbers allow; the rest of the second is waited out.
    for (; place.kind === 'full'; place = rooms.link.reserve()) await delay(5)
    if (place.kind === 'down') throw new Error('the host is down')
    const reply = await place.ask(at(sent, index).message)
    if (reply.kind !== 'answered') throw new Error(`the host did not answer: ${reply.kind}`)
    answers[index] = reply.message
  }

  function answer(index: number): void {
    const reading = mapping.readAnswer('payment.sale', at(sent, index).message, at(answers, index))
    if (reading.kind === 'mismatched') throw new Error(`${reading.path} ${reading.reason}`)
    const outcome: PaymentOutcome = {
      state: 'approved',
      ...reading.findings,
      decidedAtMs: clock.nowMs(),
    }
    payments[index] = { ...at(intents, index), state: 'approved', outcome }
    texts[index] = answerOf(at(payments, index))
  }

  async function store(index: number): Promise<void> {
    const { outcome, ...payment } = at(payments, index)
    const begun = await rooms.store.begin(payment)
    if (begun.kind !== 'begun' || outcome === undefined) throw new Error(begun.kind)
    await rooms.store.conclude(payment.merchant, payment.id, outcome)
  }

  return [
    {
      name: 'envelope',
      what: 'decrypt, verify, check that it is I-JSON',
      act(index) {
        const result = opener.open(at(tokens, index))
        if (result.kind !== 'opened') throw new Error(`a request is ${result.kind}`)
        opened[index] = result
      },
    },
    { name: 'validate', what: 'schema and rules', act: validate },
    { name: 'map', what: 'host message from request, image without CVV2', act: map },
    { name: 'vault', what: 'keyed hashes of content and PAN, image sealed', act: keep },
    { name: 'pack', what: 'host message to bytes, answer from bytes', act: pack },
    { name: 'link', what: 'frames, matching, sockets', includes: 'pack', act: ask },
    { name: 'answer', what: 'what the host said, and the answer’s text', act: answer },
    { name: 'store', what: 'begin and conclude, both threads and the disk', act: store },
    {
      name: 'seal',
      what: 'sign and encrypt the answer',
      act(index) {
        opener.seal(at(opened, index).reply, at(texts, index))
      },
    },
  ]
}

const NONE: ReadonlySet<string> = new Set()

function at<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`no stage made number ${index}`)
  return found
}

function answerTo(message: Buffer): Buffer {
  const answer = Buffer.allocUnsafe(2 * message.length)
  return answer.subarray(HEADER_BYTES, writeAnswer(message, answer, 0))
}
