import { readFileSync } from 'node:fs'
import {
  type Chargeable,
  type FeePlan,
  type FeeTerms,
  isJsonObject,
  type JsonObject,
} from '#domain'
import { divide, termsOn } from '#ledger'
import type { MerchantClient, MerchantResult, TabInput } from '#merchant-client'

/** One of the programs: what it does with a merchant's client, told a line at a time. */
export type Example = (client: MerchantClient, say: (line: string) => void) => Promise<void>

/** An amount of US dollars in cents. */
export function usd(cents: string): { readonly value: string; readonly currency: 'USD' } {
  return { value: cents, currency: 'USD' }
}

/** A card of the sandbox, which approves. */
const card = {
  pan: '4111111111111111',
  expiry: '3012',
  entryMode: 'ecommerce',
  cvv2: '789',
} as const

/**
 * Hold so many cents on the buyer's card, and open a tab on it.
 *
 * @param terms what the buyer has agreed to beyond that, and how it is posted
 */
export async function openTab(
  client: MerchantClient,
  cents: string,
  terms: Omit<Partial<TabInput>, 'id' | 'payment'> = {},
): Promise<string> {
  const [payment, id] = ['hold-1', 'tab-1']
  const held = await client.authorize({ id: payment, amount: usd(cents), card })
  if (held.kind !== 'approved') throw new Error(`the host did not approve: ${held.kind}`)
  const until = new Date(Date.now() + 86_400_000).toISOString()
  const consent = { reference: 'consents/1', maximum: usd(cents), until }
  answerOf(await client.tab.open({ id, payment, consent, ...terms }))
  return id
}

/** The answer about a tab. @throws Error when the gateway refused, or no answer came */
export function answerOf(result: MerchantResult): JsonObject {
  if ('answer' in result) return result.answer
  throw new Error(JSON.stringify(result))
}

/** Ask until the payment that a tab is posted by has been acknowledged by the host. */
export async function untilCaptured(client: MerchantClient): Promise<void> {
  while ((await client.inquire('hold-1')).kind !== 'captured') await pause()
}

/** Ask until a tab stands so. */
export async function untilTab(
  client: MerchantClient,
  tab: string,
  isSo: (answer: JsonObject) => boolean,
): Promise<JsonObject> {
  for (;;) {
    const answer = answerOf(await client.tab.inquire(tab))
    if (isSo(answer)) return answer
    await pause()
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50))
}

/** What a posted tab cost: messages that the host was asked, and fees by a plan of specs/fees. */
export function costLines(answer: JsonObject): string[] {
  const { charges, charged, posted, hostMessages, hostMessagesPerThousand } = answer
  const per = Number(hostMessages) / Number(charges)
  return [
    `${charges} items for ${centsOf(charged)} cents; ${centsOf(posted)} captured in one message`,
    `cost per item: ${per.toFixed(4)} host messages (${hostMessages} in all)`,
    `for 1,000 items: ${hostMessagesPerThousand}, where each sold alone would take 1000`,
    ...feeLines(Number(centsOf(charged)) / Number(charges), {
      charges: Number(charges),
      postedMinor: BigInt(centsOf(posted)),
    }),
  ]
}

/** What the tab is charged by the plan, beside what each item would be charged by itself. */
function feeLines(
  itemCents: number,
  { charges, postedMinor }: { readonly charges: number; readonly postedMinor: bigint },
): string[] {
  const cents = Number(feeOf(postedMinor, 'tab'))
  const lone = BigInt(Math.floor(itemCents))
  const alone =
    lone === 0n
      ? 'an item below a cent could not be sold by card at all'
      : `an item of ${lone} cents would cost ${feeOf(lone, 'payment')} of them in fees`
  return [
    `fees by ${PLAN_NAME}: ${cents} cents for the tab, ${(cents / charges).toFixed(4)} an item`,
    `sold alone, ${alone}`,
  ]
}

function feeOf(minor: bigint, per: Chargeable): bigint {
  const terms = termsOn(PLAN, 'USD', new Date().toISOString().slice(0, 10))
  const { gateway, schemes } = divide(minor, withoutShares(terms), per).parts
  return gateway + schemes
}

/** Who shares what is left of an item is not what it costs to be paid for. */
function withoutShares(terms: FeeTerms | undefined): FeeTerms | undefined {
  if (terms === undefined) return undefined
  const { shares: _, ...fees } = terms
  return fees
}

const PLAN_NAME = 'specs/fees/marketplace.json'
const PLAN: FeePlan = JSON.parse(readFileSync(PLAN_NAME, 'utf8'))

/** How many cents an amount of an answer is, as its text. */
export function centsOf(money: JsonObject[string] | undefined): string {
  return isJsonObject(money) ? String(money['value']) : '0'
}
