import test from 'ava'
import { openMerchantRegistry } from '#control'
import type { Merchant } from '#domain'
import { silentLog } from '#platform'
import { createFakeClock } from '../fakes/clock.ts'
import { merchant } from '../processing/meridian.ts'

function sourceOf(list: Merchant[]) {
  const state = { version: 1, merchants: list }
  return {
    state,
    source: {
      merchants: async () => ({ ...state }),
      merchantsVersion: async () => state.version,
    },
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('a merchant that another process adds is known at the next look', async (t) => {
  const clock = createFakeClock()
  const { source, state } = sourceOf([merchant])
  const seen: number[] = []
  const onChange = async (list: readonly Merchant[]) => void seen.push(list.length)
  const registry = await openMerchantRegistry(
    { source, clock, log: silentLog },
    { pollMs: 1_000, onChange },
  )
  t.is(registry.find('M-1001'), merchant)
  state.merchants = [merchant, { ...merchant, id: 'M-2' }]
  state.version = 2
  clock.advance(999)
  await settle()
  t.is(registry.find('M-2'), undefined)
  clock.advance(1)
  await settle()
  t.is(registry.find('M-2')?.id, 'M-2')
  clock.advance(1_000)
  await settle()
  t.deepEqual(seen, [1, 2])
  registry.close()
  t.is(clock.deadlineCount(), 0)
})

test('a change that cannot be taken leaves the former merchants in force', async (t) => {
  const clock = createFakeClock()
  const { source, state } = sourceOf([merchant])
  let refuse = false
  const onChange = () => (refuse ? Promise.reject(new Error('key')) : Promise.resolve())
  const registry = await openMerchantRegistry(
    { source, clock, log: silentLog },
    { pollMs: 1_000, onChange },
  )
  refuse = true
  state.merchants = []
  state.version = 2
  clock.advance(1_000)
  await settle()
  t.is(registry.find('M-1001'), merchant)
  refuse = false
  clock.advance(1_000)
  await settle()
  t.is(registry.find('M-1001'), undefined)
  registry.close()
})
