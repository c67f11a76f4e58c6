import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Store } from '#store'
import { charged } from '../../store/ledger/sample-plan.ts'
import { merchant } from '../../store/sample.ts'
import { tamper } from '../../store/upkeep/tampering.ts'
import { runCli } from '../run-cli.ts'
import { sell, soldFolder } from '../sold-folder.ts'

async function register(store: Store): Promise<void> {
  await store.putMerchant(merchant, 'test')
}

async function sellCharged(store: Store): Promise<void> {
  await store.putMerchant(charged, 'test')
  await sell(store, 1, '2026-11-22')
}

const OWN = ['--merchant', 'acme-books']

test('a merchant is given a plan, and shows it until it has none', async (t) => {
  const { config } = await soldFolder(t, register)
  const plan = (...words: string[]) => runCli(['fees', 'plan', ...words, '--config', config])
  t.is((await plan('show', ...OWN)).code, 1)
  const set = await plan('set', 'specs/fees/blended.json', ...OWN, '--by', 'Ada')
  t.is(set.code, 0, set.err)
  const shown = await plan('show', ...OWN)
  t.is(shown.code, 0)
  t.is(JSON.parse(shown.out).name, 'blended')
  t.is((await plan('set', '--none', ...OWN, '--by', 'Ada')).code, 0)
  t.is((await plan('show', ...OWN)).code, 1)
})

test('a plan is not set that is faulty, or for nobody, or without a word on which', async (t) => {
  const { config, folder } = await soldFolder(t, register)
  const file = join(folder, 'plan.json')
  const set = (...words: string[]) =>
    runCli(['fees', 'plan', 'set', ...words, '--by', 'Ada', '--config', config])
  writeFileSync(file, '{ "name": "p",\n "versions": [] }')
  const faulty = await set(file, ...OWN)
  t.is(faulty.code, 1)
  t.true(faulty.err.includes(`${file}:2:2 /versions:`), faulty.err)
  t.is((await set('specs/fees/blended.json', '--merchant', 'nobody')).code, 1)
  t.is((await set(...OWN)).code, 2)
  t.is((await set('specs/fees/blended.json', '--none', ...OWN)).code, 2)
})

test('a payment is explained by rule, input and result, then by its entries', async (t) => {
  const { config } = await soldFolder(t, sellCharged)
  const { code, out, err } = await runCli(['fees', 'explain', 'order-1', '--config', config])
  t.is(code, 0, err)
  t.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, '  ')),
    [
      'acme-books order-1',
      'posting 1: sold on 2026-11-22, plan sample',
      '  service  fixed  30',
      '  service: 2.90 %  amount 1250  36',
      '  service, in all  66.25  66',
      '  share of gateway: 90.00 %  fee 66  59',
      '  share of platform: 10.00 %  fee 66  7',
      '  host-settlement  debit  USD 12.50',
      '  pending  credit  USD 12.50',
      '  pending  debit  USD 0.66',
      '  fee  credit  USD 0.59',
      '  platform  credit  USD 0.07',
    ],
  )
  const json = await runCli(['fees', 'explain', 'order-1', '--json', '--config', config])
  const { explained } = JSON.parse(json.out)
  t.like(explained[0], { plan: 'sample', asPosted: true })
})

test('what was posted otherwise than by the plan is told', async (t) => {
  const { config, journal } = await soldFolder(t, sellCharged)
  tamper(
    journal,
    `UPDATE ledger_entries SET minor = minor + 1 WHERE place = 3;
     UPDATE ledger_entries SET minor = minor - 1 WHERE place = 4`,
  )
  const { code, err } = await runCli(['fees', 'explain', 'order-1', '--config', config])
  t.is(code, 1)
  t.regex(err, /not what the plan says/)
})

test('of a payment that posted nothing there is nothing to explain', async (t) => {
  const { config } = await soldFolder(t, sellCharged)
  const explain = (...words: string[]) => runCli(['fees', 'explain', ...words, '--config', config])
  t.is((await explain('order-9')).code, 1)
  t.is((await explain('order-1', '--merchant', 'nobody')).code, 1)
  t.is((await explain('order-1', ...OWN)).code, 0)
})
