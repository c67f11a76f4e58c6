import test from 'ava'
import { type LogFacts, silentLog } from '#platform'
import type { ChainHead } from '#store'
import { startAnchors } from '../src/journal-anchors.ts'
import { createFakeClock } from './fakes/clock.ts'

const HOUR_MS = 3_600_000

/** Anchors of a chain that the test moves on, and what they have written. */
async function anchorsOf(chainHead: () => Promise<ChainHead | undefined>) {
  const clock = createFakeClock()
  const lines: (readonly [string, LogFacts | undefined])[] = []
  const tell = (event: string, facts?: LogFacts) => lines.push([event, facts])
  const log = { ...silentLog, info: tell, error: tell }
  const anchors = await startAnchors({ store: { chainHead }, clock, log })
  return { clock, lines, anchors }
}

const head = (event: number): ChainHead => ({ node: 'main', event, hash: `${event}`.repeat(64) })
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('the end of the chain is noted at the start, every hour and at the end', async (t) => {
  let event = 1
  const { clock, lines, anchors } = await anchorsOf(async () => head(event++))
  t.deepEqual(lines, [['journal-head', head(1)]])
  clock.advance(HOUR_MS - 1)
  t.is(lines.length, 1)
  clock.advance(HOUR_MS + 1)
  await settled()
  await anchors.close()
  t.deepEqual(
    lines.slice(1),
    [2, 3, 4].map((it) => ['journal-head', head(it)]),
  )
  t.is(clock.deadlineCount(), 0)
})

test('a journal without a move has nothing to note', async (t) => {
  const { lines } = await anchorsOf(async () => undefined)
  t.deepEqual(lines, [])
})

test('a note that fails is told, and the next is made in its time', async (t) => {
  const error = new Error('broken')
  const answers = [Promise.resolve(head(1)), Promise.reject(error), Promise.resolve(head(3))]
  const { clock, lines } = await anchorsOf(async () => answers.shift())
  clock.advance(HOUR_MS)
  await settled()
  clock.advance(HOUR_MS)
  await settled()
  t.deepEqual(lines.slice(1), [
    ['journal-head-not-noted', { error }],
    ['journal-head', head(3)],
  ])
})
