/**
 * A process that writes to the store named on its command line, for tests that end it.
 *
 * It writes one line to FILE-said for each thing that the store has acknowledged: a pipe may be
 * full.
 */
import { openSync, writeSync } from 'node:fs'
import { createSystemClock } from '#platform'
import { openStore, StoreError } from '#store'
import { openDatabase } from '../../src/store/database.ts'
import { journalOver } from '../../src/store/journal.ts'
import { STORE_LIMITS } from '../../src/store/limits.ts'
import { intentRow } from '../../src/store/payment-row.ts'
import { approved, intent } from './sample.ts'

const [file = '', mode = '', from = '0', count = '0'] = process.argv.slice(2)
const first = Number(from)
const end = first + Number(count)

const sayings = openSync(`${file}-said`, 'w')
const say = (line: string) => writeSync(sayings, `${line}\n`)

try {
  if (mode === 'full' || mode === 'normal') commitOneByOne(mode)
  else await runStore()
} catch (thrown) {
  say(thrown instanceof StoreError ? thrown.code : String(thrown))
  process.exit(1)
}

async function runStore(): Promise<void> {
  const onFault = ({ code }: StoreError) => say(`fault ${code}`)
  const limits = { reservedBytes: 0 }
  const store = await openStore(file, { clock: createSystemClock(), limits, onFault })
  say('open')
  let next = first
  const conduct = async () => {
    while (next < end) {
      const payment = intent(next++)
      await store.begin(payment)
      say(`begun ${payment.id}`)
      await store.conclude(payment.merchant, payment.id, approved)
      say(`approved ${payment.id}`)
    }
  }
  const look = async () => {
    for (; next < end; next++) await store.find('acme-books', `order-${next}`)
  }
  if (mode === 'idle') setInterval(() => {}, 1000)
  else {
    // The kill of a process that works in step may find every payment concluded, but this one.
    if (mode === 'many') await store.begin(intent(next++))
    if (mode === 'look') await look()
    else await Promise.all(Array.from({ length: mode === 'serial' ? 1 : 64 }, conduct))
    await store.close()
    say('closed')
  }
}

/** Exactly `count` commits, with the durability that is asked for. */
function commitOneByOne(synchronous: string): void {
  const database = openDatabase(file, STORE_LIMITS, true)
  database.exec(`PRAGMA synchronous = ${synchronous}`)
  const journal = journalOver(database)
  for (let index = first; index < end; index++) {
    journal.transact(() => journal.payments.begin(intentRow(intent(index))))
  }
  journal.close()
}
