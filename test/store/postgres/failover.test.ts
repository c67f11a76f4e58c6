import { setTimeout as wait } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Client } from 'pg'
import type { PostgresPlace, Store, StoreErrorCode } from '#store'
import { journalPort } from '../../../src/journal-port.ts'
import { privateServer } from '../../postgres/private.ts'
import { approved, intent, openSample } from '../sample.ts'

/** What a store told those who conduct payments on it. */
interface Told {
  readonly approved: Set<string>
  /** Nobody knew whether it was begun. */
  readonly doubtful: Set<string>
  readonly codes: Set<StoreErrorCode>
  readonly lost: unknown[]
}

/** Conduct payments, so many at once, until told to stop. */
async function conduct(store: Store, told: Told, { first, until }: Conducting): Promise<void> {
  const journal = journalPort(store, (error) => told.lost.push(error))
  let next = first
  const conductOne = async () => {
    const payment = intent(next++)
    try {
      const begun = await journal.begin(payment)
      if (begun.kind !== 'begun') return wait(20)
    } catch (error) {
      told.codes.add((error as { code: StoreErrorCode }).code)
      told.doubtful.add(payment.id)
      return
    }
    await journal.conclude(payment.merchant, payment.id, approved)
    told.approved.add(payment.id)
  }
  const one = async () => {
    while (!until()) await conductOne()
  }
  await Promise.all(Array.from({ length: 64 }, one))
}

interface Conducting {
  readonly first: number
  readonly until: () => boolean
}

/** The moves of every payment, by its id. */
async function movesIn({ node: _, tls: _tls, ...place }: PostgresPlace) {
  const client = new Client(place)
  await client.connect()
  const { rows } = await client.query(
    `SELECT payments.id, string_agg(event.to_state, ' ' ORDER BY event.seq) AS moves
     FROM sallyport.payments LEFT JOIN sallyport.payment_events AS event
       ON event.payment = payments.seq GROUP BY payments.id`,
  )
  await client.end()
  return new Map(rows.map(({ id, moves }) => [String(id), String(moves)]))
}

function checkTold(t: ExecutionContext, told: Told, moves: ReadonlyMap<string, string>): void {
  for (const id of told.approved) t.is(moves.get(id), 'begun approved', id)
  for (const id of told.doubtful) t.true([undefined, 'begun failed'].includes(moves.get(id)), id)
  const others = [...moves].filter(([id]) => !told.approved.has(id) && !told.doubtful.has(id))
  t.deepEqual(others, [])
  t.deepEqual(
    [...told.codes].filter((code) => code !== 'COMMIT_UNKNOWN'),
    [],
  )
  t.deepEqual(told.lost, [])
}

test('a server that is killed three times under load loses and doubles nothing', async (t) => {
  const server = await privateServer(t)
  await server.createDatabase('journal')
  const place = server.place('journal')
  const store = await openSample(t, { place, limits: { reconnectDelayMinMs: 20 } })
  const told = { approved: new Set(), doubtful: new Set(), codes: new Set(), lost: [] } as Told
  let isOver = false
  const conducting = conduct(store, told, { first: 1, until: () => isOver })
  for (let kills = 0; kills < 3; kills++) {
    const before = told.approved.size
    while (told.approved.size < before + 200) await wait(5)
    await server.kill()
    await wait(100)
    await server.start()
  }
  const before = told.approved.size
  while (told.approved.size < before + 200) await wait(5)
  isOver = true
  await conducting
  checkTold(t, told, await movesIn(place))
})

test('a server that stays away for longer than an act waits for it does the same', async (t) => {
  const server = await privateServer(t)
  await server.createDatabase('journal')
  const place = server.place('journal')
  const limits = { reconnectDelayMinMs: 20, busyTimeoutMs: 300 }
  const store = await openSample(t, { place, limits })
  const told = { approved: new Set(), doubtful: new Set(), codes: new Set(), lost: [] } as Told
  let isOver = false
  const conducting = conduct(store, told, { first: 1, until: () => isOver })
  while (told.approved.size < 200) await wait(5)
  await server.kill()
  await wait(1_500)
  await t.throwsAsync(store.begin(intent(900_000)), { code: 'STORE_BUSY' })
  await server.start()
  const before = told.approved.size
  while (told.approved.size < before + 200) await wait(5)
  isOver = true
  await conducting
  checkTold(t, told, await movesIn(place))
})
