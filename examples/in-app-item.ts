import type { ChargeInput, MerchantClient } from '#merchant-client'
import {
  answerOf,
  centsOf,
  costLines,
  type Example,
  openTab,
  untilCaptured,
  untilTab,
  usd,
} from './shop.ts'

/** A game whose player buys small things, and regrets one. */
export const inAppItem: Example = async (client, say) => {
  const until = new Date(Date.now() + 86_400_000).toISOString()
  const consent = { reference: 'consents/2', maximum: usd('1000'), until }
  const tab = await openTab(client, '200', { consent, increment: '200' })
  say('Up to 10.00 dollars are agreed to; 2.00 are held, and 2.00 more whenever they run out.')
  for (let number = 1; number <= 25; number++) {
    await charge(client, tab, { id: `item-${number}`, amount: '19.5', item: `Potion ${number}` })
  }
  const posted = answerOf(await client.tab.post(tab))
  say(`She buys 25 potions at 19.5 cents. Held in the end: ${centsOf(posted['held'])} cents.`)
  for (const line of costLines(posted)) say(line)
  await untilCaptured(client)
  const back = answerOf(await client.tab.refund({ id: 'back-1', tab, charge: 'item-7' }))
  say(`Potion 7 is given back: ${centsOf(back['refundedAmount'])} cents at once, by the host.`)
  const after = answerOf(await client.tab.inquire(tab))
  say(`With that refund: ${after['hostMessagesPerThousand']} host messages for 1,000 items.`)
}

type Charge = ChargeInput & { readonly amount: string }

/** Charge what a tab may not have enough held for yet. */
async function charge(client: MerchantClient, tab: string, wanted: Charge): Promise<void> {
  for (;;) {
    const result = await client.tab.charge(tab, [wanted])
    if (result.kind === 'charged' && result.refused.length === 0) return
    await untilTab(client, tab, ({ left }) => Number(centsOf(left)) >= Number(wanted.amount))
  }
}
