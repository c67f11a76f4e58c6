import { answerOf, costLines, type Example, openTab, untilTab } from './shop.ts'

/** Music by the second, told every ten seconds. */
export const meteredStream: Example = async (client, say) => {
  const tab = await openTab(client, '100', {
    rate: { unit: 'second', value: '0.0125' },
    posting: { threshold: '45' },
  })
  say('A second costs 0.0125 cents; the tab posts by itself once it comes to 45 cents.')
  for (let told = 1; told <= 360; told++) {
    answerOf(await client.tab.charge(tab, [{ id: `second-${told * 10}`, quantity: 10 }]))
  }
  say('An hour is heard, and told in 360 charges.')
  const posted = await untilTab(client, tab, ({ state }) => state === 'posted')
  for (const line of costLines(posted)) say(line)
}
