import { answerOf, costLines, type Example, openTab } from './shop.ts'

/** A newspaper that sells each article for a quarter of a cent. */
export const article: Example = async (client, say) => {
  const tab = await openTab(client, '500')
  say('The reader agrees to pay up to 5.00 dollars; that much is held on her card.')
  for (let number = 1; number <= 40; number++) {
    const item = `Article ${number}`
    answerOf(await client.tab.charge(tab, [{ id: `article-${number}`, amount: '0.25', item }]))
  }
  say('She reads 40 articles. Each is on disk before she sees it; the host hears of none.')
  const posted = answerOf(await client.tab.post(tab))
  for (const line of costLines(posted)) say(line)
}
