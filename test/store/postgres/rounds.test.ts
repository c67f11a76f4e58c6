import test from 'ava'
import fc from 'fast-check'
import { INTENT_COLUMNS, intentRow } from '../../../src/store/payment-row.ts'
import type { Act } from '../../../src/store/postgres/act.ts'
import { roundsOf } from '../../../src/store/postgres/rounds.ts'
import { intent } from '../sample.ts'

type Unplaced = Act extends infer One ? Omit<One, 'at'> : never

const key = fc.record({
  merchant: fc.constantFrom('a', 'ab', 'b'),
  id: fc.constantFrom('1', 'b1', '2'),
})
const asked = fc.oneof(
  fc.tuple(key, fc.integer({ min: 1, max: 3 })).map(([{ merchant, id }, stan]) => {
    const { exchange } = intent(1)
    const intended = intent(1, { merchant, id, exchange: { ...exchange, stan } })
    return { name: 'begin' as const, intent: intentRow(intended) }
  }),
  key.map((it) => ({ name: 'conclude' as const, ...it, outcome: [] })),
  key.map((it) => ({ name: 'find' as const, ...it })),
  key.map((it) => ({ name: 'reverse' as const, ...it, openDate: '2026-11-22', atMs: 1 })),
  fc.constant({ name: 'leaseStans' as const, host: 'meridian', count: 1 }),
  fc.constant({ name: 'listMerchants' as const }),
  fc.constant({ name: 'journalStray' as const, stray: [] }),
  fc.constant({ name: 'closeDays' as const, host: 'meridian', atMs: 1 }),
)
const acts = fc
  .array(asked, { maxLength: 25 })
  .map((list) => list.map((act: Unplaced, at) => ({ ...act, at }) as Act))

const ALONE: ReadonlySet<Act['name']> = new Set(['closeDays', 'reverse'])

/** Whether the answers to two acts may depend on which of them is done first. */
function depend(one: Act, other: Act): boolean {
  if (ALONE.has(one.name) || ALONE.has(other.name)) return true
  const [a, b] = [subjectsOf(one), subjectsOf(other)]
  return a.some((subject) => b.includes(subject))
}

const STAN = INTENT_COLUMNS.indexOf('stan')

function subjectsOf(act: Act): string[] {
  switch (act.name) {
    case 'begin':
      return [JSON.stringify([act.intent[0], act.intent[1]]), `stan ${act.intent[STAN]}`]
    case 'conclude':
    case 'find':
      return [JSON.stringify([act.merchant, act.id])]
    default:
      return act.name === 'journalStray' ? [] : [act.name]
  }
}

test('every act is in one round', (t) => {
  fc.assert(
    fc.property(acts, (list) => {
      const done = roundsOf(list).flat()
      t.deepEqual(
        done.toSorted((a, b) => a.at - b.at),
        list,
      )
    }),
  )
})

test('acts that depend on each other are in different rounds, in the order of asking', (t) => {
  fc.assert(
    fc.property(acts, (list) => {
      const roundOf = new Map<Act, number>()
      for (const [index, round] of roundsOf(list).entries()) {
        for (const act of round) roundOf.set(act, index)
      }
      for (const [at, one] of list.entries()) {
        for (const other of list.slice(at + 1).filter((it) => depend(one, it))) {
          t.true(Number(roundOf.get(one)) < Number(roundOf.get(other)))
        }
      }
    }),
  )
})

test('begins and conclusions of different payments are one round', (t) => {
  const list = Array.from({ length: 50 }, (_, index): Act => {
    return index % 2 === 0
      ? { at: index, name: 'begin', intent: intentRow(intent(index)) }
      : { at: index, name: 'conclude', merchant: 'acme-books', id: `order-${index}`, outcome: [] }
  })
  t.is(roundsOf(list).length, 1)
})
