import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'

const run = promisify(execFile)

/** As `npm run bench -- ...` does. @returns what is on standard output */
async function bench(...words: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['bench/main.ts', ...words], { timeout: 300_000 })
  return stdout
}

test('the gateway and its reference are measured side by side', async (t) => {
  const words = ['gateway', '--json', '--keys', 'reused', '--in-flight', '8', '--payments', '40']
  const figures = JSON.parse(await bench(...words, '--runs', '1'))
  t.is(figures.commandLine, `node bench/main.ts ${words.join(' ')} --runs 1`)
  t.is(figures.versions.node, process.versions.node)
  t.true(figures.cores >= 1 && figures.syncUs > 0)
  const [only, ...others] = figures.cases
  t.deepEqual(others, [])
  t.like(only, { keys: 'reused', inFlight: 8, payments: 40 })
  for (const side of [only.reference, only.gateway]) {
    t.true(side.paymentsPerS > 0 && side.p99Ms >= side.p50Ms)
    t.true(side.cpuUs.subject > 0)
  }
  t.true(only.ratio.throughput > 0)
})

test('each stage of a payment has its figure', async (t) => {
  const { stages } = JSON.parse(await bench('stages', '--json', '--payments', '60'))
  const names = stages.map((it: { stage: string }) => it.stage)
  for (const name of ['envelope', 'validate', 'map', 'pack', 'store', 'link', 'seal']) {
    t.true(names.includes(name), name)
  }
})

test('the codec is measured against a probe and other libraries', async (t) => {
  const { subjects } = JSON.parse(await bench('codec', '--json', '--quick'))
  const names = new Set(subjects.map((it: { name: string }) => it.name))
  for (const name of ['probe', 'sallyport, ASCII', 'sallyport, BCD', 'npm iso_8583']) {
    t.true(names.has(name), name)
  }
  for (const it of subjects) {
    t.true(it.messagesPerCpuS > 0 && it.ofProbe > 0 && it.allocatedBytes > 0, it.name)
  }
})

test('each kind of store is measured, alone and under whole gateways', async (t) => {
  const { stores } = JSON.parse(await bench('stores', '--json', '--payments', '60'))
  t.deepEqual(
    stores.map(({ name, nodes }: { name: string; nodes: number }) => [name, nodes]),
    [
      ['SQLite', 1],
      ['PostgreSQL, one node', 1],
      ['PostgreSQL, two nodes', 2],
    ],
  )
  for (const { actsPerS, paymentsPerS, p50Ms, p99Ms } of stores) {
    t.true(actsPerS > 0 && paymentsPerS > 0 && p99Ms >= p50Ms)
  }
})

test('entries are posted to the accounts of one merchant, and of many', async (t) => {
  const { rows, ratio } = JSON.parse(await bench('ledger', '--json', '--payments', '200'))
  t.deepEqual(
    rows.map(({ accounts }: { accounts: number }) => accounts),
    [2, 1_000],
  )
  for (const { entriesPerS } of rows) t.true(entriesPerS > 0)
  t.true(ratio > 0)
})

test('memory is read as payments go by', async (t) => {
  const { readings, growth } = JSON.parse(await bench('memory', '--json', '--payments', '80'))
  t.deepEqual(
    readings.map((it: { payments: number }) => it.payments),
    [10, 20, 30, 40, 50, 60, 70, 80],
  )
  t.true(growth > 0)
})

test.serial('the store and the gateway are measured with their chain and without it', async (t) => {
  const words = ['chain', '--json', '--payments', '40', '--runs', '1', '--in-flight', '8']
  const { rows } = JSON.parse(await bench(...words))
  t.deepEqual(
    rows.map((it: { subject: string }) => it.subject),
    ['store', 'gateway'],
  )
  for (const { chained, unchained, ratio } of rows) {
    for (const side of [chained, unchained]) t.true(side.paymentsPerS > 0 && side.cpuUs > 0)
    t.true(ratio > 0)
  }
})

test.serial(
  'a gateway that was killed is timed to its first payment, with payments in its journal',
  async (t) => {
    const figures = JSON.parse(await bench('restart', '--json', '--payments', '30', '--runs', '1'))
    t.is(figures.payments, 30)
    t.true(figures.journalMiB > 0)
    for (const it of [figures.long, figures.new]) t.true(it.servedMs > 0 && it.cpuMs > 0)
  },
)

test('of ten times capacity some is admitted, and a neighbour served', async (t) => {
  const words = ['burst', '--json', '--seconds', '1', '--payments', '200', '--in-flight', '8']
  const figures = JSON.parse(await bench(...words))
  const { burst, neighbour, capacityPerS, offeredPerS, residentMiB } = figures
  t.true(capacityPerS > 0 && Math.abs(offeredPerS / capacityPerS - 10) < 0.1)
  t.true(burst.approved > 0)
  t.like(burst, { outOfOrder: 0, withoutRetryAfter: 0, unanswered: 0 })
  t.true(burst.retryAfterMs.least >= 1_000 && burst.retryAfterMs.most <= 30_000)
  t.is(neighbour.approved, 20)
  t.true(residentMiB.start > 0 && residentMiB.peak >= residentMiB.start)
})

test('without --json figures are a table for people', async (t) => {
  const text = await bench('sealing', '--payments', '10')
  t.regex(text, /PS256 +reused +[\d.]+ +[\d.]+\n/)
  t.regex(text, /\d+ cores of /)
})

test('a command line that cannot be meant is explained, with exit code 2', async (t) => {
  const error = await t.throwsAsync(bench('speed'))
  t.like(error, { code: 2 })
  t.regex(String(error?.message), /npm run bench -- QUESTION/)
})

test('what the ledger and fees cost a sale is measured in whole gateways', async (t) => {
  const { sides } = JSON.parse(await bench('fees', '--json', '--payments', '60', '--runs', '1'))
  const entries = sides.map((it: { entriesASale: number }) => it.entriesASale)
  t.is(entries[0], 0)
  t.true(entries[1] >= 2 && entries[2] > entries[1])
  for (const { paymentsPerS, cpuUs } of sides) t.true(paymentsPerS > 0 && cpuUs > 0)
})

test('charges of tabs are measured singly and by the hundred, with what they ask the host', async (t) => {
  const figures = JSON.parse(await bench('tabs', '--json', '--payments', '200', '--in-flight', '8'))
  t.deepEqual(
    figures.ways.map((it: { chargesPerMessage: number }) => it.chargesPerMessage),
    [1, 100],
  )
  for (const { charges, chargesPerS, p50Ms, p99Ms, cpuUs } of figures.ways) {
    t.true(charges >= 200 && chargesPerS > 0 && p99Ms >= p50Ms && cpuUs > 0)
  }
  // An authorization and a capture a tab; 101 charges on each of 200.
  t.is(figures.hostMessagesPerThousand, 19.8)
})
