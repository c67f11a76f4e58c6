import { answerOf, costLines, type Example, openTab } from './shop.ts'

const KILOBYTES = 50_000
const CHUNK_KILOBYTES = 50

/** A file that is sold by the kilobyte while it is being fetched. */
export const download: Example = async (client, say) => {
  const tab = await openTab(client, '300', { rate: { unit: 'kilobyte', value: '0.0031' } })
  say('A kilobyte costs 0.0031 cents; at most 3.00 dollars are agreed to, and held.')
  const chunks = Array.from({ length: KILOBYTES / CHUNK_KILOBYTES }, (_, at) => ({
    id: `chunk-${at}`,
    quantity: CHUNK_KILOBYTES,
  }))
  for (let at = 0; at < chunks.length; at += 100) {
    const batch = chunks.slice(at, at + 100)
    answerOf(await client.tab.charge(tab, batch))
    // As if no answer had come: what is on the tab is not charged again.
    answerOf(await client.tab.charge(tab, batch))
  }
  say(`${chunks.length} chunks are fetched, and charged a hundred a message, each message twice.`)
  const posted = answerOf(await client.tab.post(tab))
  for (const line of costLines(posted)) say(line)
}
