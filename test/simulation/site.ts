import type { LinkProfile } from '#communication'
import type { Merchant } from '#domain'
import type { Conduct } from '#host-emulator'
import type { Message } from '#iso8583'
import {
  createHostFacts,
  exchangeFacts,
  type HostFacts,
  type Mapping,
  type Messages,
} from '#processing'
import { readEmulatedHost } from '../../src/emulated-host.ts'
import type { SandboxCard } from '../../src/host-emulator/cards.ts'
import type { PaymentRules } from '../../src/host-emulator/conduct/conduct.ts'
import { type HostProfile, readHostProfile, readMessages } from '../../src/host-profile.ts'

/** What all seeds have in common: compiled once. */
export interface Site {
  readonly messages: Messages
  /** With a line that is ten times as quick as the real one, so that a story is short. */
  readonly profile: HostProfile
  readonly mapping: Mapping
  readonly link: LinkProfile
  readonly hostFacts: HostFacts
  readonly conduct: Conduct
  readonly paymentRules: PaymentRules
  readonly merchant: Merchant
}

const LINE_IN_A_HURRY = {
  answerTimeoutMs: 800,
  lateAnswerMaxMs: 3_000,
  echoIdleMs: 10_000,
}

/** A code of the card that must be found nowhere: no date, time, amount or number looks like it. */
export const CVV2 = '8963'

export const CARDS = {
  /** Approves whatever it is asked for. */
  rich: { pan: '4539578763621486', openingMinor: 1_000_000_000n, partialApprovals: false },
  /** Declines what is over its balance, or approves a part of it where that may be. */
  poor: { pan: '4000000000009995', openingMinor: 1_000n, partialApprovals: true },
} as const

const CARD_EXPIRY = '4912'

export const SANDBOX_CARDS: readonly SandboxCard[] = Object.values(CARDS).map((card) => ({
  ...card,
  expiry: CARD_EXPIRY,
  cvv2: CVV2,
  state: 'active',
}))

/** It pays, and shares what it has with a platform and a creator. */
export const MERCHANT: Merchant = {
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
  feePlan: {
    name: 'simulated',
    versions: [
      {
        from: '2026-01-01',
        currencies: {
          USD: {
            fees: [
              { name: 'interchange', payee: 'schemes', basisPoints: 125 },
              { name: 'service', payee: 'gateway', fixedMinor: 7, basisPoints: 233 },
            ],
            ceilingBasisPoints: 2_500,
            shares: { of: 'net', basisPoints: { platform: 1_111, creator: 3_333 } },
          },
        },
      },
    ],
  },
}

/** Noon of the day of the transcripts. */
export const NOON_MS = Date.UTC(2026, 10, 22, 12)

export function openSite(host = 'meridian'): Site {
  const messages = readMessages()
  const read = readHostProfile(host, messages)
  const routing = read.dialect.routing(read.link.matchKey)
  const link = { ...read.link, ...LINE_IN_A_HURRY }
  const profile = { ...read, link, dialect: { ...read.dialect, routing: () => routing } }
  const { conduct } = readEmulatedHost(profile)
  const acquirer = { institution: '445566', country: '840' }
  const hostFacts = createHostFacts(profile.mapping.exchange, acquirer)
  const { mapping } = profile
  const common = { messages, profile, mapping, link, hostFacts, conduct, merchant: MERCHANT }
  return { ...common, paymentRules: paymentRulesOf(common) }
}

/** What a merchant asks for; `time` is when it says so. */
export function saleBody(id: string, pan: string, { minor = 100 } = {}): object {
  return {
    type: 'payment.sale',
    id,
    merchant: MERCHANT.id,
    amount: { value: String(minor), currency: 'USD' },
    card: { pan, expiry: CARD_EXPIRY, entryMode: 'ecommerce', cvv2: CVV2 },
  }
}

function paymentRulesOf(site: Omit<Site, 'paymentRules'>): PaymentRules {
  const rules = site.conduct.rulesFor(sampleOf(site))
  if (rules.kind !== 'payment') throw new TypeError('the host knows no sales')
  return rules
}

function sampleOf({ messages, profile, hostFacts, merchant }: Omit<Site, 'paymentRules'>): Message {
  const body = { ...saleBody('sample', CARDS.rich.pan), time: '2026-11-22T12:00:00.000Z' }
  const validated = messages.validateRequest(JSON.stringify(body), { merchant })
  if (
    validated.kind === 'refused' ||
    !('pan' in validated.request && 'amount' in validated.request)
  ) {
    throw new TypeError('the sample is no payment')
  }
  const facts = exchangeFacts(NOON_MS, 1, hostFacts)
  const written = profile.mapping.toHost(validated.request, merchant, facts)
  if (written.kind === 'refused') throw new TypeError('the host takes no such sale')
  return written.message
}
