import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { readFeePlan } from '../src/fee-plan-file.ts'
import { ProfileError } from '../src/spec-files.ts'

function faultsOf(document: unknown, currencies: readonly string[] = []): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-fees-'))
  const file = join(folder, 'plan.json')
  writeFileSync(file, JSON.stringify(document, null, 1))
  try {
    readFeePlan(file, currencies)
    return []
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return error.faults.map(({ line, path, reason }) => `${line} ${path} ${reason}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function planOf(terms: object, from = '2026-01-01', code = 'USD') {
  return { name: 'plan', versions: [{ from, currencies: { [code]: terms } }] }
}

const fee = { name: 'service', payee: 'gateway', basisPoints: 100 }

test('the plans that are shipped can be used', (t) => {
  const files = readdirSync('specs/fees').filter((file) => file.endsWith('.json'))
  t.true(files.length > 2)
  for (const file of files) {
    const { name, versions } = readFeePlan(join('specs/fees', file), ['USD'])
    t.is(`${name}.json`, file)
    t.true(versions.length > 0)
  }
})

test('each fault is told with its line and its reason', (t) => {
  t.deepEqual(faultsOf(planOf({ fees: [fee, { ...fee, basisPoints: 10_001 }] })), [
    '17 /versions/0/currencies/USD/fees/1/basisPoints must be <= 10000',
  ])
  t.deepEqual(faultsOf(planOf({ fees: [{ ...fee, cents: 5 }] })), [
    '13 /versions/0/currencies/USD/fees/0/cents there is no such setting; known are name, payee, ' +
      'per, fixedMinor, basisPoints, tiers, minimumMinor, maximumMinor',
  ])
  t.deepEqual(faultsOf(planOf({ fees: [fee, fee] })), [
    '15 /versions/0/currencies/USD/fees/1/name is there twice',
  ])
})

test('a fraction of a minor unit or of a basis point is no amount and no rate', (t) => {
  for (const half of [{ fixedMinor: 0.5 }, { basisPoints: 2.5 }, { minimumMinor: '5' }]) {
    t.is(faultsOf(planOf({ fees: [{ ...fee, ...half }] })).length, 1)
  }
})

test('a currency that ISO 4217 has not, or a day that no calendar has, is refused', (t) => {
  t.deepEqual(faultsOf(planOf({ fees: [] }, '2026-01-01', 'ZZZ')), [
    '7 /versions/0/currencies/ZZZ is not in ISO 4217',
  ])
  const fault = ['5 /versions/0/from is no day of the calendar']
  for (const from of ['2026-02-29', '2026-04-31', '2100-02-29']) {
    t.deepEqual(faultsOf(planOf({ fees: [] }, from)), fault, from)
  }
  for (const from of ['2028-02-29', '2026-12-31', '2000-02-29']) {
    t.deepEqual(faultsOf(planOf({ fees: [] }, from)), [], from)
  }
})

test('every currency of the merchant must have terms', (t) => {
  t.deepEqual(faultsOf(planOf({ fees: [] }), ['USD']), [])
  t.deepEqual(faultsOf(planOf({ fees: [] }), ['USD', 'JPY']), [
    '6 /versions/0/currencies has no terms for JPY',
  ])
})
