import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { makeSite } from '../../bench/rig/site.ts'
import { startReference, startSurroundings } from '../../bench/rig/subjects.ts'

for (const keys of ['reused', 'fresh'] as const) {
  test(`the reference takes payments under ${keys} keys and journals each wholly`, async (t) => {
    const site = await makeSite({ rsaBits: 2048, algorithm: 'PS256' })
    const { loadGenerator, hostPort, close } = await startSurroundings()
    const setup = site.referenceSetup(hostPort)
    const reference = await startReference(setup)
    try {
      const target = { port: reference.port, ca: site.ca }
      await loadGenerator.ask('load', { identity: site.identity, keys, from: 1, count: 40 })
      const speed = await loadGenerator.ask('fireAll', { ...target, connections: 2, inFlight: 8 })
      t.is(speed.payments, 40)
      t.is(speed.counted, 32)
      t.true(speed.p50Ms > 0 && speed.p99Ms >= speed.p50Ms)
      t.true((await reference.usage()).cpuUs > 0)
    } finally {
      await reference.stop()
      await close()
    }
    t.deepEqual(journalled(setup.journalFile), { payments: 40, whole: 40, events: 80 })
    site.close()
  })
}

/** Columns that an approved sale leaves empty in the gateway's journal too. */
const EMPTY = new Set(['original_id', 'reason', 'approved_minor'])

function journalled(file: string) {
  const database = new DatabaseSync(file, { readOnly: true })
  const count = (sql: string) => Number(database.prepare(sql).get()?.['count'])
  const columns = database.prepare("SELECT name FROM pragma_table_info('payments')").all()
  const filled = columns
    .map(({ name }) => String(name))
    .filter((name) => !EMPTY.has(name))
    .map((name) => `${name} IS NOT NULL`)
  const figures = {
    payments: count("SELECT count(*) AS count FROM payments WHERE state = 'approved'"),
    whole: count(`SELECT count(*) AS count FROM payments WHERE ${filled.join(' AND ')}`),
    events: count('SELECT count(*) AS count FROM payment_events'),
  }
  database.close()
  return figures
}
