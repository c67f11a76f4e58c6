import test from 'ava'
import type { Store } from '#store'
import { charged } from '../../store/ledger/sample-plan.ts'
import { tamper } from '../../store/upkeep/tampering.ts'
import { runCli } from '../run-cli.ts'
import { sell, soldFolder } from '../sold-folder.ts'

async function fill(store: Store): Promise<void> {
  await store.putMerchant(charged, 'test')
  await sell(store, 1, '2026-11-22')
  await sell(store, 2, '2026-11-23')
}

async function ledgerOf(t: { teardown(end: () => void): void }) {
  const { config, journal } = await soldFolder(t, fill)
  const run = (...words: string[]) => runCli(['ledger', ...words, '--config', config])
  return { run, journal }
}

test('balances are shown on their normal side, above zero', async (t) => {
  const { run } = await ledgerOf(t)
  const { code, out, err } = await run('balance')
  t.is(code, 0, err)
  t.deepEqual(out.trim().split('\n'), [
    'fee               credit    USD 1.18',
    'host-settlement   debit     USD 25.00',
    'pending           credit    USD 23.68',
    'platform          credit    USD 0.14',
  ])
})

test('balances of the past are by business date or by moment, of all or of one merchant', async (t) => {
  const { run } = await ledgerOf(t)
  const first = await run('balance', '--at', '2026-11-22', '--merchant', 'acme-books', '--json')
  const [fee] = first.out.trim().split('\n')
  t.deepEqual(JSON.parse(fee ?? ''), {
    ...{ currency: 'USD', purpose: 'fee', side: 'credit', balanceMinor: '59' },
  })
  const moment = await run('balance', '--at', '2026-11-23T11:59:59Z', '--json')
  t.is(moment.out, first.out)
  const later = await run('balance', '--at', '2026-11-23T13:00:00+01:00')
  t.regex(later.out, /USD 25\.00/)
  t.is((await run('balance', '--merchant', 'nobody')).out, '')
  for (const neither of ['yesterday', '2026-11-23T12:00', '2026-13-01']) {
    t.is((await run('balance', '--at', neither)).code, 2, neither)
  }
})

test('a statement goes from the openings over each entry to the closings', async (t) => {
  const { run } = await ledgerOf(t)
  const days = ['--from', '2026-11-23', '--to', '2026-11-23']
  const { code, out } = await run('statement', '--merchant', 'acme-books', ...days)
  t.is(code, 0)
  const lines = out.trim().split('\n')
  t.is(lines[0], 'opening\tfee\tUSD 0.59')
  const sold = '2\t2026-11-23\t2026-11-23T12:00:00.000Z\tsold\torder-2'
  t.is(lines[4], `${sold}\thost-settlement\tUSD 12.50`)
  t.is(lines[5], `${sold}\tpending\tUSD -12.50`)
  t.is(lines.at(-1), 'closing\tplatform\tUSD 0.14')
  const json = await run('statement', '--merchant', 'acme-books', ...days, '--json')
  t.is(json.out.trim().split('\n').length, lines.length)
  t.is((await run('statement', '--merchant', 'a', '--from', 'x', '--to', 'y')).code, 2)
})

test('a sound ledger is told in two lines, one with faults with their places', async (t) => {
  const { run, journal } = await ledgerOf(t)
  const sound = await run('verify')
  t.is(sound.code, 0)
  t.is(sound.out, '2 postings, no day closed\nsound\n')
  tamper(journal, 'UPDATE ledger_accounts SET balance_minor = balance_minor + 1 WHERE seq = 1')
  const faulty = await run('verify')
  t.is(faulty.code, 1)
  t.regex(faulty.out, /^account 1: has another balance than its entries make$/m)
  t.false(JSON.parse((await run('verify', '--json')).out).sound)
  t.is((await run('balance')).code, 1)
})

test('a posting is corrected once, and the statement says by whom', async (t) => {
  const { run } = await ledgerOf(t)
  t.is((await run('correct', '1', '--by', 'Ada')).code, 0)
  t.is((await run('correct', '1', '--by', 'Ada')).code, 1)
  t.is((await run('correct', 'one', '--by', 'Ada')).code, 2)
  t.regex((await run('balance')).out, /^host-settlement +debit +USD 12\.50$/m)
  const days = ['--from', '2026-11-22', '--to', '2026-11-22']
  const { out } = await run('statement', '--merchant', 'acme-books', ...days)
  t.regex(out, /corrected\torder-1\thost-settlement\tUSD -12\.50\tby Ada$/m)
})
