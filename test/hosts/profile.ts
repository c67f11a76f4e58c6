import type { Merchant, OwedKind, PaymentRequest } from '#domain'
import type { Message } from '#iso8583'
import { createHostFacts, type ExchangeFacts, exchangeFacts, type KeptPayment } from '#processing'
import { readHostProfile, readMessages } from '../../src/host-profile.ts'
import { SALE } from './golden.ts'

export const messages = readMessages()

/** The host profiles that came after the reference one; each is as unlike it as hosts get. */
export const HOSTS = ['borealis', 'pampas', 'kestrel'] as const

export type Host = (typeof HOSTS)[number]

export const PROFILES = {
  borealis: readHostProfile('borealis', messages),
  pampas: readHostProfile('pampas', messages),
  kestrel: readHostProfile('kestrel', messages),
} as const

/** 2026-11-22T10:00:00Z. */
export const NOW_MS = Date.UTC(2026, 10, 22, 10)

/** The facts of an exchange at this host with trace number `stan`. */
export function factsAt(host: Host, stan: number, nowMs = NOW_MS): ExchangeFacts {
  const acquirer = { institution: '445566', country: '840' }
  return exchangeFacts(nowMs, stan, createHostFacts(PROFILES[host].mapping.exchange, acquirer))
}

export const merchant: Merchant = {
  id: 'M-1001',
  name: 'Corner Books',
  city: 'Boston',
  country: 'US',
  acceptorId: 'CORNERBOOKS01',
  terminals: ['T0000001'],
  categoryCode: '5942',
  currencies: ['USD'],
  keys: [],
  answerEncryption: 'request-key',
  active: true,
}

/** The validated payment request of a body that must be valid. */
function paymentOf(body: object): PaymentRequest {
  const validated = messages.validateRequest(JSON.stringify(body), { merchant })
  if (validated.kind === 'refused') throw new Error(JSON.stringify(validated.refusal))
  const { request } = validated
  if (!('pan' in request && 'amount' in request)) throw new Error('no payment')
  return request
}

/** The host message of a payment that the host must take. */
export function written(host: Host, body: object, facts = factsAt(host, 7)): Message {
  const told = PROFILES[host].mapping.toHost(paymentOf(body), merchant, facts)
  if (told.kind === 'refused') throw new Error(JSON.stringify(told.refusal))
  return told.message
}

interface Owed {
  readonly facts: ExchangeFacts
  readonly carried?: Readonly<Record<string, string>>
}

/** The message that reverses one, from what is kept of it. */
export function reversed(host: Host, original: Message, owed: Owed): Message {
  return owedFor(host, 'reversal', original, { ...owed, cause: 'host-silent' })
}

/** The message that captures one, from what is kept of it. */
export function captured(
  host: Host,
  original: Message,
  owed: Owed & Required<Pick<KeptPayment, 'capture'>>,
): Message {
  return owedFor(host, 'advice', original, { ...owed, cause: 'merchant-asked' })
}

function owedFor(
  host: Host,
  kind: OwedKind,
  original: Message,
  { facts, ...owed }: Owed & Pick<KeptPayment, 'cause' | 'capture'>,
): Message {
  const { mapping } = PROFILES[host]
  const image = mapping.storedImage(original)
  const kept = { image, terminal: 'T0000001', ...owed, isRepeat: false }
  const told = mapping.owed[kind]?.write(kept, merchant, facts)
  if (told?.kind !== 'written') throw new Error(JSON.stringify(told))
  return told.message
}

/** What a host can be told of the sale in golden.ts: pampas has no address checks. */
export function saleAt(host: Host): object {
  const { address, ...rest } = SALE
  return host === 'pampas' ? rest : { ...rest, address }
}
